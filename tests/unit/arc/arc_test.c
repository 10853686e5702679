#include "tests/unit/arc/arc_test.h"

int
main(void)
{
	Suite *suite = suite_create("arc");
	TCase *tc = tcase_create("arc");
	SRunner *runner = srunner_create(suite);
	int failed;

	add_seal_tests(tc);
	add_set_tests(tc);
	add_validate_tests(tc);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
