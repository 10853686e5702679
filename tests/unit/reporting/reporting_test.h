/*
 * reporting_test - the suites of tests/unit/reporting
 */
#ifndef ASSAY_TESTS_REPORTING_TEST_H
#define ASSAY_TESTS_REPORTING_TEST_H

#include "base/arena.h"
#include "tests/support/check.h"

TCase *destination_tests(void);
TCase *failure_tests(void);
TCase *suppression_tests(void);
TCase *ledger_tests(void);
TCase *pack_tests(void);
TCase *parts_tests(void);
TCase *plan_tests(void);
TCase *redact_tests(void);
TCase *row_tests(void);
TCase *rollup_tests(void);

#endif
