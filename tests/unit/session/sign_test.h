/* sign_test - whose mail a session signs */
#ifndef ASSAY_TESTS_SIGN_TEST_H
#define ASSAY_TESTS_SIGN_TEST_H

#include "tests/support/check.h"

void add_sign_tests(TCase *tc);

#endif
