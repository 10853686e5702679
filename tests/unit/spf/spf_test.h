/* The parts of the spf room's test program. */
#ifndef ASSAY_TESTS_SPF_TEST_H
#define ASSAY_TESTS_SPF_TEST_H

#include "tests/support/check.h"

void add_record_tests(Suite *suite);
void add_macro_tests(Suite *suite);
void add_eval_tests(Suite *suite);
void add_limits_tests(Suite *suite);

#endif
