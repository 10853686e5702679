#include "tests/unit/action/action_test.h"

int
main(void)
{
	Suite *suite = suite_create("action");

	suite_add_tcase(suite, stamp_cases());
	suite_add_tcase(suite, edit_cases());
	suite_add_tcase(suite, tags_cases());
	suite_add_tcase(suite, reply_cases());
	return run_suite(suite);
}
