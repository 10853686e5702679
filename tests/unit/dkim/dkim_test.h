/* dkim_test - the parts of the suite; each adds its cases */
#ifndef ASSAY_TESTS_DKIM_TEST_H
#define ASSAY_TESTS_DKIM_TEST_H

#include "tests/support/check.h"

void add_tag_tests(TCase *tc);
void add_signature_tests(TCase *tc);
void add_key_tests(TCase *tc);
void add_canon_tests(TCase *tc);
void add_ed25519_tests(TCase *tc);
void add_private_tests(TCase *tc);
void add_sign_tests(TCase *tc);
void add_make_tests(TCase *tc);
void add_verify_tests(TCase *tc);

#endif
