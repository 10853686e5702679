/* checks_test - the parts of the suite; each adds its cases */
#ifndef ASSAY_TESTS_CHECKS_TEST_H
#define ASSAY_TESTS_CHECKS_TEST_H

#include "tests/support/check.h"

void add_arc_tests(TCase *tc);
void add_arc_trust_tests(TCase *tc);
void add_client_tests(TCase *tc);
void add_mime_tests(TCase *tc);
void add_signal_tests(TCase *tc);
void add_replay_tests(TCase *tc);
void add_spf_tests(TCase *tc);

#endif
