/*
 * summary_test - the suites of the room
 */
#ifndef ASSAY_TESTS_SUMMARY_TEST_H
#define ASSAY_TESTS_SUMMARY_TEST_H

#include "tests/support/check.h"

TCase *ask_cases(void);

#endif
