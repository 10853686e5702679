#include "tests/unit/event/event_test.h"

int
main(void)
{
	Suite *suite = suite_create("event");

	suite_add_tcase(suite, json_cases());
	suite_add_tcase(suite, override_cases());
	suite_add_tcase(suite, writer_cases());
	suite_add_tcase(suite, read_cases());
	suite_add_tcase(suite, when_cases());
	suite_add_tcase(suite, feed_cases());
	suite_add_tcase(suite, mask_cases());
	suite_add_tcase(suite, gzip_cases());
	return run_suite(suite);
}
