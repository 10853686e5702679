#include "tests/unit/reporting/reporting_test.h"

int
main(void)
{
	Suite *suite = suite_create("reporting");

	suite_add_tcase(suite, destination_tests());
	suite_add_tcase(suite, failure_tests());
	suite_add_tcase(suite, redact_tests());
	suite_add_tcase(suite, suppression_tests());
	suite_add_tcase(suite, ledger_tests());
	suite_add_tcase(suite, pack_tests());
	suite_add_tcase(suite, parts_tests());
	suite_add_tcase(suite, plan_tests());
	suite_add_tcase(suite, row_tests());
	suite_add_tcase(suite, rollup_tests());
	return run_suite(suite);
}
