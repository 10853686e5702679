/*
 * metrics_test - the test cases of the metrics, a file each
 */
#ifndef ASSAY_TESTS_METRICS_TEST_H
#define ASSAY_TESTS_METRICS_TEST_H

#include "tests/support/check.h"

TCase *series_tests(void);
TCase *http_tests(void);

#endif
