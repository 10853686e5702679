/*
 * How DNS lists are asked, what is a listing, and when a list is believed;
 * with a scripted DNS, and a clock that stands until it is told to go on.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "dnslist/lists.h"
#include "dnslist/query.h"
#include "tests/support/check.h"
#include "tests/support/fake_dns.h"

/* RFC 5782 sections 2.1 and 2.4: its own examples, as far as they go. */
static const struct {
	const char *ip, *name;
} addresses[] = {
	{ "192.0.2.99", "99.2.0.192.bl.example" },
	{ "127.0.0.2", "2.0.0.127.bl.example" },
	{ "2001:db8:1:2:3:4:567:89ab", "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0."
	  "2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.bl.example" },
};

START_TEST(an_address_is_asked_backwards)
{
	struct arena *arena = arena_new();
	struct ip ip;

	ck_assert(ip_parse(str_from(addresses[_i].ip), &ip));
	assert_str(query_of_ip(arena, &ip, STR("bl.example")),
	    addresses[_i].name);
	arena_free(arena);
}
END_TEST

#define LABEL	"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789"

static const struct {
	const char *domain, *asked;	/* NULL: it is not */
} domains[] = {
	{ "example.com", "example.com" }, { "Example.COM.", "example.com" },
	{ "b\xc3\xbc" "cher.example", "xn--bcher-kva.example" },
	{ "_dmarc.example.com", "_dmarc.example.com" },
	{ "1.example", "1.example" },
	{ "", NULL }, { ".", NULL }, { "localhost", NULL },
	{ "test", NULL }, { "test.", NULL }, { "INVALID", NULL },
	{ "192.0.2.1", NULL }, { "192.0.2.1.", NULL }, { "1.2", NULL },
	{ "[192.0.2.1]", NULL }, { "[IPv6:2001:db8::1]", NULL },
	{ "::1", NULL }, { "a..example", NULL }, { "a b.example", NULL },
	{ LABEL "." LABEL "." LABEL "." LABEL ".example", NULL },
	{ LABEL "." LABEL "." LABEL "." "example",
	  LABEL "." LABEL "." LABEL "." "example" },
};

START_TEST(a_domain_is_asked_as_it_is)
{
	struct arena *arena = arena_new();
	struct str domain, name;

	if (domains[_i].asked == NULL) {
		ck_assert_msg(!query_of_domain(arena,
		    str_from(domains[_i].domain), STR("dbl.example"),
		    &domain, &name), "\"%s\" is asked", domains[_i].domain);
	} else {
		ck_assert(query_of_domain(arena, str_from(domains[_i].domain),
		    STR("dbl.example"), &domain, &name));
		assert_str(domain, domains[_i].asked);
		assert_str(name, arena_printf(arena, "%s.dbl.example%c",
		    domains[_i].asked, '\0').ptr);
	}
	arena_free(arena);
}
END_TEST

static const struct {
	const char *zone;
	enum listing listing;
} answers[] = {
	{ "q.example A 127.0.0.2", LISTING_YES },
	{ "q.example A 127.0.0.2\nq.example A 127.0.0.11", LISTING_YES },
	{ "q.example A 127.0.1.2", LISTING_YES },
	{ "q.example A 127.255.254.1", LISTING_YES },
	{ "c.example A 127.0.0.2\nq.example CNAME c.example", LISTING_YES },
	{ "", LISTING_NO },
	{ "q.example TXT \"a text alone\"", LISTING_NO },
	{ "q.example A 127.0.0.1", LISTING_WRONG },
	{ "q.example A 127.255.255.252", LISTING_WRONG },
	{ "q.example A 127.255.255.254", LISTING_WRONG },
	{ "q.example A 198.51.100.7", LISTING_WRONG },
	{ "q.example A 0.0.0.0", LISTING_WRONG },
	{ "q.example A 126.255.255.255\n", LISTING_WRONG },
	{ "q.example A 128.0.0.0\n", LISTING_WRONG },
	{ "q.example A 127.0.0.2\nq.example A 198.51.100.7", LISTING_WRONG },
	{ "q.example * SERVFAIL", LISTING_TROUBLE },
	{ "q.example A BOGUS", LISTING_TROUBLE },
	{ "q.example A TIMEOUT", LISTING_TROUBLE },
};

START_TEST(what_is_a_listing)
{
	struct resolver *dns = fake_dns_new(answers[_i].zone);
	struct arena *arena = arena_new();
	struct dns_answer answer = fake_dns_ask(dns, arena, "q.example",
	    DNS_A);

	ck_assert_int_eq(listing_of(&answer), answers[_i].listing);
	ck_assert_int_eq(answers[_i].listing == LISTING_WRONG,
	    listing_wrong(&answer) != NULL);
	arena_free(arena);
	resolver_free(dns);
}
END_TEST

static const struct {
	const char *value, *nets[3];
	bool matches;
} values[] = {
	{ "127.0.0.2", { NULL }, true },
	{ "127.0.0.2", { "127.0.0.2" }, true },
	{ "127.0.0.3", { "127.0.0.2" }, false },
	{ "127.0.0.3", { "127.0.0.2/31" }, true },
	{ "127.0.0.4", { "127.0.0.2/31" }, false },
	{ "127.0.0.4", { "127.0.0.2/31", "127.0.0.9", "127.0.0.4" }, true },
	{ "127.0.1.4", { "127.0.0.0/24", "127.0.2.0/24" }, false },
};

START_TEST(which_values_count)
{
	struct ipnet nets[3];
	struct ip value;
	size_t count = 0;

	ck_assert(ip_parse(str_from(values[_i].value), &value));
	for (; count < 3 && values[_i].nets[count] != NULL; count++)
		ck_assert(ipnet_parse(str_from(values[_i].nets[count]),
		    &nets[count]));
	ck_assert_int_eq(listing_matches(&value, nets, count),
	    values[_i].matches);
}
END_TEST

/* ---- which lists are believed ---- */

#define POINT_4	"2.0.0.127.l.example A 127.0.0.2\n"
#define NIBBLES	".0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0" \
		".0.0.0.l.example"
#define POINT_6	"2" NIBBLES " A 127.0.0.2\n"
#define POINT_D	"test.l.example A 127.0.1.2\n"

static uint64_t now;

static uint64_t
the_time(void)
{
	return now;
}

static struct lists *
lists_of(struct resolver *dns)
{
	now = 1000000;
	return lists_new(&(struct lists_options){ .dns = dns,
	    .timeout_ms = 5000, .now_ms = the_time });
}

/* Asked in vain, it is asked again until its test is over: at most 5 s. */
static bool
believes(struct lists *lists, const char **why_out)
{
	for (int i = 0; i < 500; i++) {
		*why_out = "";
		if (lists_believes(lists, STR("l.example"), why_out))
			return true;
		if (strcmp(*why_out, "it is not tested yet") != 0)
			return false;
		usleep(10000);
	}
	return false;
}

static const struct {
	const char *zone;
	unsigned subjects;
	const char *why;	/* NULL: it is believed */
} tests[] = {
	{ POINT_4, LISTS_OF_ADDRESSES, NULL },
	{ POINT_4 POINT_6, LISTS_OF_ADDRESSES, NULL },
	{ POINT_D, LISTS_OF_DOMAINS, NULL },
	{ POINT_4 POINT_D, LISTS_OF_ADDRESSES | LISTS_OF_DOMAINS, NULL },
	{ POINT_4, LISTS_OF_DOMAINS,
	  "it does not list TEST, its test entry" },
	{ POINT_4, LISTS_OF_ADDRESSES | LISTS_OF_DOMAINS,
	  "it does not list TEST, its test entry" },
	{ "", LISTS_OF_ADDRESSES,
	  "it does not list 127.0.0.2, its test entry" },
	{ POINT_4 "1.0.0.127.l.example A 127.0.0.2\n", LISTS_OF_ADDRESSES,
	  "it lists 127.0.0.1, which no list may" },
	{ POINT_4 "1" NIBBLES " A 127.0.0.2\n", LISTS_OF_ADDRESSES,
	  "it lists ::ffff:7f00:1, which no list may" },
	{ POINT_D "invalid.l.example A 127.0.0.2\n", LISTS_OF_DOMAINS,
	  "it lists INVALID, which no list may" },
	{ "2.0.0.127.l.example A 203.0.113.5\n", LISTS_OF_ADDRESSES,
	  "its test entries have answers that are no listings" },
	{ "2.0.0.127.l.example A 127.255.255.254\n", LISTS_OF_ADDRESSES,
	  "its test entries have answers that are no listings" },
	{ "2.0.0.127.l.example * SERVFAIL\n", LISTS_OF_ADDRESSES,
	  "its test entries cannot be looked up" },
	{ POINT_4 "1.0.0.127.l.example * TIMEOUT\n", LISTS_OF_ADDRESSES,
	  "its test entries cannot be looked up" },
	{ POINT_4 "2" NIBBLES " * SERVFAIL\n", LISTS_OF_ADDRESSES, NULL },
};

START_TEST(a_list_is_tested)
{
	struct resolver *dns = fake_dns_new(tests[_i].zone);
	struct lists *lists = lists_of(dns);
	const char *why;

	lists_add(lists, STR("L.example."), tests[_i].subjects, false);
	ck_assert_int_eq(believes(lists, &why), tests[_i].why == NULL);
	ck_assert_str_eq(why, tests[_i].why == NULL ? "" : tests[_i].why);
	lists_free(lists);
	resolver_free(dns);
}
END_TEST

static void
note(struct lists *lists, struct resolver *dns, const char *name)
{
	struct arena *arena = arena_new();
	struct dns_answer answer = fake_dns_ask(dns, arena, name, DNS_A);

	lists_note(lists, STR("l.example"), &answer);
	arena_free(arena);
}

static struct list_counts
counts_of(struct lists *lists)
{
	struct list_counts counts;

	ck_assert(lists_counts(lists, 0, &counts));
	assert_str(counts.zone, "l.example");
	ck_assert(!lists_counts(lists, 1, &counts));
	ck_assert(lists_counts(lists, 0, &counts));
	return counts;
}

static const char live[] = POINT_4
    "yes.l.example A 127.0.0.2\nwrong.l.example A 198.51.100.1\n"
    "dead.l.example * SERVFAIL\n";

/* Off at once, unknown for its time, and back after a test. */
START_TEST(a_wrong_answer_turns_it_off)
{
	struct resolver *dns = fake_dns_new(live);
	struct lists *lists = lists_of(dns);
	struct list_counts counts;
	const char *why;

	lists_add(lists, STR("l.example"), LISTS_OF_ADDRESSES, false);
	ck_assert(believes(lists, &why));
	note(lists, dns, "yes.l.example");
	note(lists, dns, "no.l.example");
	ck_assert(believes(lists, &why));
	note(lists, dns, "wrong.l.example");
	note(lists, dns, "wrong.l.example");
	ck_assert(!believes(lists, &why));
	ck_assert_str_eq(why, "it answers what is no listing");
	counts = counts_of(lists);
	ck_assert(counts.off);
	ck_assert_uint_eq(counts.wrong, 2);
	ck_assert_uint_eq(counts.times_off, 1);
	ck_assert_uint_eq(counts.listed, 1);
	ck_assert_uint_eq(counts.unlisted, 1);
	now += LISTS_WRONG_MS - 1;
	ck_assert(!believes(lists, &why));
	now += 1;
	/* This question starts the test; a later one has its result. */
	for (int i = 0; i < 500 && !believes(lists, &why); i++)
		usleep(10000);
	counts = counts_of(lists);
	ck_assert(!counts.off);
	ck_assert(counts.tested);
	lists_free(lists);
	resolver_free(dns);
}
END_TEST

/* Ten in a row: an answer between them starts the count anew. */
START_TEST(a_silent_list_goes_off)
{
	struct resolver *dns = fake_dns_new(live);
	struct lists *lists = lists_of(dns);
	const char *why;

	lists_add(lists, STR("l.example"), LISTS_OF_ADDRESSES, false);
	ck_assert(believes(lists, &why));
	for (int i = 0; i < LISTS_TROUBLES - 1; i++)
		note(lists, dns, "dead.l.example");
	note(lists, dns, "no.l.example");
	for (int i = 0; i < LISTS_TROUBLES - 1; i++)
		note(lists, dns, "dead.l.example");
	ck_assert(believes(lists, &why));
	note(lists, dns, "dead.l.example");
	ck_assert(!believes(lists, &why));
	ck_assert_str_eq(why, "it does not answer");
	ck_assert_uint_eq(counts_of(lists).trouble, 2 * LISTS_TROUBLES - 1);
	now += LISTS_TROUBLE_MS;
	for (int i = 0; i < 500 && !believes(lists, &why); i++)
		usleep(10000);
	ck_assert(believes(lists, &why));
	lists_free(lists);
	resolver_free(dns);
}
END_TEST

/* What passed its test may die later: nobody is refused for longer. */
START_TEST(a_list_is_tested_again)
{
	struct resolver *dns = fake_dns_new(live);
	struct lists *lists = lists_of(dns);
	unsigned asked;
	const char *why;

	lists_add(lists, STR("l.example"), LISTS_OF_ADDRESSES, false);
	ck_assert(believes(lists, &why));
	asked = fake_dns_queries(dns);
	ck_assert_uint_eq(asked, 4);
	now += LISTS_RETEST_MS - 1;
	ck_assert(believes(lists, &why));
	ck_assert_uint_eq(fake_dns_queries(dns), asked);
	now += 1;
	ck_assert(believes(lists, &why));
	ck_assert_uint_eq(fake_dns_queries(dns), 2 * asked);
	lists_free(lists);
	resolver_free(dns);
}
END_TEST

/* Without test points it is believed, until it answers what is none. */
START_TEST(an_untested_list)
{
	struct resolver *dns = fake_dns_new(live);
	struct lists *lists = lists_of(dns);
	const char *why;

	lists_add(lists, STR("l.example"), LISTS_OF_ADDRESSES, true);
	ck_assert(lists_believes(lists, STR("l.example"), &why));
	ck_assert_uint_eq(fake_dns_queries(dns), 0);
	ck_assert(lists_believes(lists, STR("another.example"), &why));
	note(lists, dns, "wrong.l.example");
	ck_assert(!lists_believes(lists, STR("l.example"), &why));
	now += LISTS_WRONG_MS;
	ck_assert(lists_believes(lists, STR("l.example"), &why));
	lists_free(lists);
	resolver_free(dns);
}
END_TEST

/* It ends in the middle of a test. */
START_TEST(a_test_can_be_cut_short)
{
	struct resolver *dns = fake_dns_new("DELAY 60000\n" POINT_4);
	struct lists *lists = lists_of(dns);
	const char *why;

	lists_add(lists, STR("l.example"), LISTS_OF_ADDRESSES, false);
	ck_assert(!lists_believes(lists, STR("l.example"), &why));
	ck_assert_str_eq(why, "it is not tested yet");
	lists_free(lists);
	resolver_free(dns);
}
END_TEST

START_TEST(so_many_lists)
{
	struct resolver *dns = fake_dns_new("");
	struct lists *lists = lists_of(dns);
	struct list_counts counts;
	char zone[40];

	for (int i = 0; i < LIMIT_DNS_LISTS + 3; i++) {
		snprintf(zone, sizeof(zone), "l%d.example", i);
		lists_add(lists, str_from(zone), LISTS_OF_DOMAINS, true);
	}
	ck_assert(lists_counts(lists, LIMIT_DNS_LISTS - 1, &counts));
	ck_assert(!lists_counts(lists, LIMIT_DNS_LISTS, &counts));
	lists_free(lists);
	resolver_free(dns);
	lists_free(NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("dnslist");
	TCase *tc = tcase_create("dnslist");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, an_address_is_asked_backwards, 0,
	    TEST_COUNT(addresses));
	tcase_add_loop_test(tc, a_domain_is_asked_as_it_is, 0,
	    TEST_COUNT(domains));
	tcase_add_loop_test(tc, what_is_a_listing, 0, TEST_COUNT(answers));
	tcase_add_loop_test(tc, which_values_count, 0, TEST_COUNT(values));
	tcase_add_loop_test(tc, a_list_is_tested, 0, TEST_COUNT(tests));
	tcase_add_test(tc, a_wrong_answer_turns_it_off);
	tcase_add_test(tc, a_silent_list_goes_off);
	tcase_add_test(tc, a_list_is_tested_again);
	tcase_add_test(tc, an_untested_list);
	tcase_add_test(tc, a_test_can_be_cut_short);
	tcase_add_test(tc, so_many_lists);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
