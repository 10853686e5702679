#include "tests/unit/dns/dns_test.h"

int
main(void)
{
	Suite *suite = suite_create("dns");

	suite_add_tcase(suite, cache_tests());
	suite_add_tcase(suite, options_tests());
	suite_add_tcase(suite, loop_tests());
	suite_add_tcase(suite, packet_tests());
	suite_add_tcase(suite, rdata_tests());
	suite_add_tcase(suite, resolver_tests());
	suite_add_tcase(suite, question_tests());
	suite_add_tcase(suite, servers_tests());
	suite_add_tcase(suite, stub_tests());
	suite_add_tcase(suite, unbound_tests());
	suite_add_tcase(suite, unbound_behind_stub_tests());
	suite_add_tcase(suite, zonefile_tests());
	return run_suite(suite);
}
