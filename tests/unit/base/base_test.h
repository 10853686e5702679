/*
 * What the base room's tests share.
 */
#ifndef ASSAY_TESTS_BASE_H
#define ASSAY_TESTS_BASE_H

#include "tests/support/check.h"

TCase *pattern_tests(void);
TCase *print_tests(void);
TCase *sqlfile_tests(void);
TCase *str_tests(void);
TCase *strand_tests(void);

#endif
