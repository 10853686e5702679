#include "tests/unit/policy/policy_test.h"
TCase *
mistakes_tests(void)
{
	return tcase_create("mistakes");
}
