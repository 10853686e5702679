#include "tests/unit/policy/policy_test.h"
TCase *
manual_tests(void)
{
	return tcase_create("manual");
}
