/*
 * outmail_test - the suites of tests/unit/outmail
 */
#ifndef ASSAY_TESTS_OUTMAIL_TEST_H
#define ASSAY_TESTS_OUTMAIL_TEST_H

#include "base/arena.h"
#include "tests/support/check.h"

TCase *handover_tests(void);
TCase *limit_tests(void);
TCase *message_tests(void);
TCase *smtp_reply_tests(void);

#endif
