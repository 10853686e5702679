/*
 * dns_test - the test cases of the dns room, one function a file
 */
#ifndef ASSAY_TESTS_DNS_TEST_H
#define ASSAY_TESTS_DNS_TEST_H

#include "tests/support/check.h"

TCase *cache_tests(void);
TCase *options_tests(void);
TCase *rdata_tests(void);
TCase *resolver_tests(void);
TCase *unbound_tests(void);
TCase *zonefile_tests(void);

#endif
