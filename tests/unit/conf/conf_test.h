/*
 * conf_test - the test cases of the settings, a file each
 */
#ifndef ASSAY_TESTS_CONF_TEST_H
#define ASSAY_TESTS_CONF_TEST_H

#include "tests/support/check.h"

TCase *http_tests(void);

#endif
