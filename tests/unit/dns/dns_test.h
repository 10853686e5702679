/*
 * dns_test - the test cases of the dns room, one function a file
 */
#ifndef ASSAY_TESTS_DNS_TEST_H
#define ASSAY_TESTS_DNS_TEST_H

#include "tests/support/check.h"

/* The example of assay.zone(5); free() it. */
char *manual_example(void);

TCase *cache_tests(void);
TCase *options_tests(void);
TCase *loop_tests(void);
TCase *packet_tests(void);
TCase *rdata_tests(void);
TCase *resolver_tests(void);
TCase *question_tests(void);
TCase *servers_tests(void);
TCase *stub_tests(void);
TCase *unbound_tests(void);
TCase *unbound_behind_stub_tests(void);
TCase *zonefile_tests(void);

#endif
