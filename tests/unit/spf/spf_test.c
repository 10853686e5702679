#include "tests/unit/spf/spf_test.h"

int
main(void)
{
	Suite *suite = suite_create("spf");

	add_record_tests(suite);
	add_macro_tests(suite);
	add_eval_tests(suite);
	add_limits_tests(suite);
	return run_suite(suite);
}
