/* arc_test - the parts of the suite; each adds its cases */
#ifndef ASSAY_TESTS_ARC_TEST_H
#define ASSAY_TESTS_ARC_TEST_H

#include "tests/support/check.h"

void add_seal_tests(TCase *tc);
void add_set_tests(TCase *tc);
void add_validate_tests(TCase *tc);

#endif
