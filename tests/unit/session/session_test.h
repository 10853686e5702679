/*
 * What the session room's tests share.
 */
#ifndef ASSAY_TESTS_SESSION_H
#define ASSAY_TESTS_SESSION_H

#include "tests/support/check.h"

TCase *actions_tests(void);
TCase *asks_tests(void);
TCase *privacy_tests(void);
TCase *count_tests(void);
TCase *envelope_tests(void);
TCase *greylist_tests(void);
TCase *failure_note_tests(void);
TCase *held_tests(void);
TCase *listed_tests(void);
TCase *relay_cases(void);
TCase *reputation_tests(void);
TCase *seal_tests(void);
TCase *sender_tests(void);
TCase *shadow_tests(void);
TCase *signals_tests(void);
TCase *slow_tests(void);

#endif
