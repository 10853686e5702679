#include "tests/unit/outmail/outmail_test.h"

int
main(void)
{
	Suite *suite = suite_create("outmail");

	suite_add_tcase(suite, message_tests());
	suite_add_tcase(suite, smtp_reply_tests());
	suite_add_tcase(suite, handover_tests());
	suite_add_tcase(suite, limit_tests());
	return run_suite(suite);
}
