#include "tests/unit/dkim/dkim_test.h"

int
main(void)
{
	Suite *suite = suite_create("dkim");
	TCase *tc = tcase_create("dkim");

	suite_add_tcase(suite, tc);
	add_tag_tests(tc);
	add_signature_tests(tc);
	add_key_tests(tc);
	add_canon_tests(tc);
	add_ed25519_tests(tc);
	add_private_tests(tc);
	add_sign_tests(tc);
	add_make_tests(tc);
	add_verify_tests(tc);
	return run_suite(suite);
}
