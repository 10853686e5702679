#include "tests/unit/checks/checks_test.h"

int
main(void)
{
	Suite *suite = suite_create("checks");
	TCase *tc = tcase_create("checks");

	add_arc_tests(tc);
	add_arc_trust_tests(tc);
	add_client_tests(tc);
	add_mime_tests(tc);
	add_signal_tests(tc);
	add_spf_tests(tc);
	add_replay_tests(tc);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
