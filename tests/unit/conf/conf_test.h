/*
 * conf_test - the test cases of the settings, a file each
 */
#ifndef ASSAY_TESTS_CONF_TEST_H
#define ASSAY_TESTS_CONF_TEST_H

#include "conf/settings.h"
#include "tests/support/check.h"

/* The settings of this text, which has no mistake. */
struct settings *good(const char *text);

TCase *http_tests(void);
TCase *shipped_tests(void);

#endif
