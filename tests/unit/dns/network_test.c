/*
 * What asks the network: libunbound alone, and the stub in front of it.  Both
 * are to give the same answers.
 */
#include "tests/unit/dns/dns_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "dns/resolver.h"
#include "tests/support/dns_server.h"

enum { LONG_MS = 20000, SHORT_MS = 700 };

static const char zone_text[] =
    "example.com 60 A 192.0.2.1\n"
    "example.com A 192.0.2.2\n"
    "example.com AAAA 2001:db8::1\n"
    "mapped.example AAAA ::ffff:192.0.2.1\n"
    "example.com MX 10 Mail.Example.com\n"
    "example.com TXT \"v=spf1 \" \"-all\"\n"
    "example.com SPF \"v=spf1 ?all\"\n"
    "null.example MX 0 .\n"
    "1.2.0.192.in-addr.arpa PTR host.example\n"
    "1.0.0.10.in-addr.arpa PTR ten.example\n"
    "1.0.0.127.in-addr.arpa PTR loop.example\n"
    "host.test A 192.0.2.3\n"
    "a\\ b\\000\\@.example A 192.0.2.4\n"
    "c1.example CNAME c2.example\nc2.example CNAME c3.example\n"
    "c3.example CNAME c4.example\nc4.example CNAME c5.example\n"
    "c5.example CNAME c6.example\nc6.example CNAME c7.example\n"
    "c7.example CNAME c8.example\nc8.example CNAME c9.example\n"
    "c9.example A 192.0.2.9\n"
    "c0.example CNAME c1.example\n"
    "loop.example CNAME pool.example\npool.example CNAME loop.example\n"
    "dead.example CNAME gone.example\n"
    "void.example CNAME example.com\n"
    "broken.example * SERVFAIL\n"
    "bogus.example * BOGUS\n"
    "quiet.example * TIMEOUT\n"
    "quiet2.example * TIMEOUT\n"
    "g0.example * GARBAGE\ng1.example * GARBAGE\ng2.example * GARBAGE\n"
    "g3.example * GARBAGE\ng4.example * GARBAGE\ng5.example * GARBAGE\n"
    "g6.example * GARBAGE\n"
    "DELAY 100\nslow.example A 192.0.2.5\n";

static struct dns_server server;
static struct resolver *dns;
static struct strand *strand;
static enum dns_client client;

static void
server_up(void)
{
	char *text, *at;

	/* And one answer that takes TCP: 200 strings of 50 octets. */
	text = at = malloc(sizeof(zone_text) + 20000);
	at = stpcpy(at, zone_text);
	at = stpcpy(at, "DELAY 0\nbig.example TXT ");
	for (int i = 0; i < 200; i++)
		at += sprintf(at, "\"%050d\" ", i);
	stpcpy(at, "\n");
	dns_server_start(&server, text);
	free(text);
}

static void
server_down(void)
{
	dns_server_stop(&server);
}

/* In place of whom was asked before. */
static void
ask_others(const struct dns_server *others, const char *trust_anchor)
{
	const char *specs[] = { others->spec };
	const struct resolver_options options = {
		.specs = specs, .spec_count = 1, .cache_entries = 1000,
		.cache_octets = 1000000, .ttl_min = 1, .ttl_max = 86400,
		.ttl_negative_max = 3600, .trust_anchor = trust_anchor,
		.client = trust_anchor == NULL ? client : DNS_CLIENT_AUTO
	};
	char why[300] = "";

	resolver_free(dns);
	dns = resolver_new(&options, why, sizeof(why));
	ck_assert_msg(dns != NULL, "%s", why);
}

/* path is a template of mkstemp(). */
static void
write_file(char *path, const char *text)
{
	FILE *file = fdopen(mkstemp(path), "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "%s\n", text);
	fclose(file);
}

static void
set_up(void)
{
	dns = NULL;
	ask_others(&server, NULL);
	strand = strand_new();
	strand_enter(strand);
}

static void
set_up_unbound(void)
{
	client = DNS_CLIENT_UNBOUND;
	set_up();
}

static void
set_up_stub(void)
{
	client = DNS_CLIENT_STUB;
	set_up();
}

static void
tear_down(void)
{
	strand_leave(strand);
	strand_unref(strand);
	resolver_free(dns);
}

struct seen {
	char text[300];		/* status, then the records; lists sorted */
	char canonical[100];
	size_t octets;
	uint32_t ttl;
	bool secure, done;
};

static void
note(void *ctx, const struct dns_answer *answer)
{
	struct seen *seen = ctx;
	char *at = stpcpy(seen->text, dns_status_name(answer->status));
	char ip[IP_TEXT_MAX];

	for (size_t i = 0; i < answer->count; i++) {
		const struct dns_record *record = &answer->records[i];

		seen->octets += record->text.len;
		if (at - seen->text > 200 || record->text.len > 80)
			continue;
		if (record->ip.family != IP_NONE)
			at += sprintf(at, " %.*s",
			    STR_ARG(ip_format(&record->ip, ip)));
		else if (answer->type == DNS_MX)
			at += sprintf(at, " %u %.*s", record->preference,
			    STR_ARG(record->text));
		else
			at += sprintf(at, " %.*s", STR_ARG(record->text));
	}
	snprintf(seen->canonical, sizeof(seen->canonical), "%.*s",
	    STR_ARG(answer->canonical));
	seen->ttl = answer->ttl;
	seen->secure = answer->secure;
	seen->done = true;
}

static void
ask_now(struct str name, enum dns_type type, unsigned wait_ms,
    struct seen *seen)
{
	*seen = (struct seen){ 0 };
	lookup_start(dns, strand, name, type, clock_ms() + wait_ms, note,
	    seen);
	ck_assert(strand_wait(strand, &seen->done, clock_ms() + 2 * LONG_MS));
}

static const struct {
	const char *name;
	enum dns_type type;
	const char *text, *canonical;
	unsigned wait_ms;		/* 0: as long as it takes */
} asked[] = {
	{ "Example.COM", DNS_A, "DATA 192.0.2.1 192.0.2.2", "example.com", 0 },
	{ "example.com", DNS_AAAA, "DATA 2001:db8::1", "example.com", 0 },
	{ "example.com", DNS_MX, "DATA 10 mail.example.com", "example.com",
	  0 },
	{ "example.com", DNS_TXT, "DATA v=spf1 -all", "example.com", 0 },
	{ "example.com", DNS_SPF, "DATA v=spf1 ?all", "example.com", 0 },
	{ "example.com", DNS_PTR, "NODATA", "example.com", 0 },
	{ "null.example", DNS_MX, "DATA 0 ", "null.example", 0 },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, "DATA host.example",
	  "1.2.0.192.in-addr.arpa", 0 },
	{ "1.0.0.10.in-addr.arpa", DNS_PTR, "DATA ten.example",
	  "1.0.0.10.in-addr.arpa", 0 },
	{ "1.0.0.127.in-addr.arpa", DNS_PTR, "DATA loop.example",
	  "1.0.0.127.in-addr.arpa", 0 },
	{ "host.test", DNS_A, "DATA 192.0.2.3", "host.test", 0 },
	{ "nothing.test", DNS_A, "NXDOMAIN", "nothing.test", 0 },
	{ "test", DNS_A, "NODATA", "test", 0 },
	{ "x.example.com", DNS_A, "NXDOMAIN", "x.example.com", 0 },
	{ "c1.example", DNS_A, "DATA 192.0.2.9", "c9.example", 0 },
	{ "c0.example", DNS_A, "SERVFAIL", "c0.example", 0 },
	{ "loop.example", DNS_A, "SERVFAIL", "loop.example", 0 },
	{ "dead.example", DNS_A, "NXDOMAIN", "gone.example", 0 },
	{ "void.example", DNS_PTR, "NODATA", "example.com", 0 },
	{ "c1.example", DNS_CNAME, "DATA c2.example", "c1.example", 0 },
	{ "broken.example", DNS_A, "SERVFAIL", "broken.example", 0 },
	{ "bogus.example", DNS_A, "SERVFAIL", "bogus.example", 0 },
	{ "quiet.example", DNS_A, "TIMEOUT", "quiet.example", SHORT_MS },
	{ "g0.example", DNS_A, "TIMEOUT", "g0.example", SHORT_MS },
	{ "g1.example", DNS_A, "SERVFAIL", "g1.example", 0 },
	{ "g2.example", DNS_A, "SERVFAIL", "g2.example", 0 },
	{ "g3.example", DNS_A, "SERVFAIL", "g3.example", 0 },
	{ "g3.example", DNS_AAAA, "SERVFAIL", "g3.example", 0 },
	{ "g3.example", DNS_MX, "SERVFAIL", "g3.example", 0 },
	{ "g3.example", DNS_PTR, "SERVFAIL", "g3.example", 0 },
	{ "g4.example", DNS_TXT, "SERVFAIL", "g4.example", 0 },
	{ "g5.example", DNS_TXT, "SERVFAIL", "g5.example", 0 },
	{ "g6.example", DNS_A, "SERVFAIL", "g6.example", 0 },
	{ "g6.example", DNS_TXT, "SERVFAIL", "g6.example", 0 },
	{ "g6.example", DNS_MX, "SERVFAIL", "g6.example", 0 },
};

START_TEST(real_packets_are_answered)
{
	struct seen seen;

	ask_now(str_from(asked[_i].name), asked[_i].type,
	    asked[_i].wait_ms == 0 ? LONG_MS : asked[_i].wait_ms, &seen);
	ck_assert_str_eq(seen.text, asked[_i].text);
	ck_assert_str_eq(seen.canonical, asked[_i].canonical);
}
END_TEST

START_TEST(odd_octets_reach_the_server)
{
	struct seen seen;

	ask_now(str_make("A b\0@.example", 13), DNS_A, LONG_MS, &seen);
	ck_assert_str_eq(seen.text, "DATA 192.0.2.4");
}
END_TEST

START_TEST(mapped_addresses_stay_as_they_are)
{
	struct seen seen;

	ask_now(STR("mapped.example"), DNS_AAAA, LONG_MS, &seen);
	ck_assert_str_eq(seen.text, "DATA ::ffff:192.0.2.1");
}
END_TEST

START_TEST(a_big_answer_comes_by_tcp)
{
	struct seen seen;

	ask_now(STR("big.example"), DNS_TXT, LONG_MS, &seen);
	ck_assert_str_eq(seen.text, "DATA");
	ck_assert_uint_eq(seen.octets, 10000);
	ck_assert_uint_ge(dns_server_seen(&server, "tcp", "TXT big.example"),
	    1);
}
END_TEST

START_TEST(equal_lookups_merge_and_the_cache_hits)
{
	struct seen seen[10] = { 0 };
	struct resolver_counts counts;
	unsigned before = dns_server_seen(&server, "udp", "A slow.example");

	for (int i = 0; i < 10; i++)
		lookup_start(dns, strand, STR("slow.example"), DNS_A,
		    clock_ms() + LONG_MS, note, &seen[i]);
	for (int i = 0; i < 10; i++)
		ck_assert(strand_wait(strand, &seen[i].done,
		    clock_ms() + LONG_MS));
	for (int i = 0; i < 5; i++)
		ask_now(STR("SLOW.example"), DNS_A, LONG_MS, &seen[0]);
	resolver_counts(dns, &counts);
	ck_assert_uint_eq(counts.asked, 15);
	ck_assert_uint_eq(counts.sent, 1);
	ck_assert_uint_eq(counts.merged, 9);
	ck_assert_uint_eq(counts.cache_hits, 5);
	ck_assert_uint_eq(counts.by_status[DNS_DATA], 15);
	ck_assert_uint_eq(dns_server_seen(&server, "udp", "A slow.example"),
	    before + 1);
	ck_assert_uint_ge(seen[0].ttl, 290);
	ck_assert_uint_le(seen[0].ttl, 300);
}
END_TEST

START_TEST(silence_hurts_no_other_name)
{
	struct seen quiet, other;
	char name[30];

	for (int i = 0; i < 3; i++) {
		ask_now(STR("quiet2.example"), DNS_MX, 30, &quiet);
		ck_assert_str_eq(quiet.text, "TIMEOUT");
	}
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "x%d.example.com", i);
		ask_now(str_from(name), DNS_A, LONG_MS, &other);
		ck_assert_str_eq(other.text, "NXDOMAIN");
	}
}
END_TEST

START_TEST(freed_with_questions_on_the_wire)
{
	struct seen seen = { 0 };

	lookup_cancel(lookup_start(dns, strand, STR("quiet.example"), DNS_TXT,
	    clock_ms() + LONG_MS, note, &seen));
	lookup_cancel(lookup_start(dns, strand, STR("slow.example"), DNS_TXT,
	    clock_ms() + LONG_MS, note, &seen));
}
END_TEST

/* Nobody has a key for this digest, so all below the name is bogus. */
START_TEST(a_name_without_its_keys_is_bogus)
{
	char path[] = "/tmp/dns_test.XXXXXX";
	struct seen seen;

	write_file(path, "example.com. IN DS 12345 8 2 0123456789abcdef"
	    "0123456789abcdef0123456789abcdef0123456789abcdef");
	ask_others(&server, path);
	unlink(path);
	ask_now(STR("example.com"), DNS_A, LONG_MS, &seen);
	ck_assert_str_eq(seen.text, "BOGUS");
	ask_now(STR("host.test"), DNS_A, LONG_MS, &seen);
	ck_assert_str_eq(seen.text, "DATA 192.0.2.3");
}
END_TEST

/* Signed once by tests/support/sign_zone.py; its first line is the anchor. */
START_TEST(signatures_are_validated)
{
	static const char zone[] = TESTS_SRCDIR "/tests/unit/dns/signed.zone";
	struct dns_server second;
	char text[4000], anchor_line[300], path[] = "/tmp/dns_test.XXXXXX";
	FILE *in = fopen(zone, "r");
	struct seen seen;

	ck_assert_msg(in != NULL, "%s cannot be opened", zone);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	ck_assert_int_eq(sscanf(text, "; %299[^\n]", anchor_line), 1);
	dns_server_start(&second, text);
	write_file(path, anchor_line);
	ask_others(&second, path);
	unlink(path);
	ask_now(STR("host.signed.example"), DNS_A, LONG_MS, &seen);
	ck_assert_str_eq(seen.text, "DATA 192.0.2.1");
	ck_assert(seen.secure);
	ask_now(STR("forged.signed.example"), DNS_A, LONG_MS, &seen);
	ck_assert_str_eq(seen.text, "BOGUS");
	ck_assert(!seen.secure);
	dns_server_stop(&second);
}
END_TEST

/* Both readers of zone files agree on the manual's example. */
START_TEST(the_server_reads_the_manual_too)
{
	struct dns_server second;
	char *text = manual_example();
	struct seen seen;

	dns_server_start(&second, text);
	free(text);
	ask_others(&second, NULL);
	ask_now(STR("www.example.com"), DNS_MX, LONG_MS, &seen);
	ck_assert_str_eq(seen.text, "DATA 10 mail.example.com");
	ask_now(STR("quotes.example.com"), DNS_TXT, LONG_MS, &seen);
	ck_assert_str_eq(seen.text, "DATA say \"so\", ; \\");
	ask_now(STR("down.example"), DNS_TXT, LONG_MS, &seen);
	ck_assert_str_eq(seen.text, "SERVFAIL");
	dns_server_stop(&second);
}
END_TEST

/* Not by /etc/hosts, and without a packet: RFC 6761 section 6.3. */
START_TEST(the_system_has_a_localhost)
{
	const char *specs[] = { "system" };
	const struct resolver_options options = {
		.specs = specs, .spec_count = 1
	};
	char why[300] = "";
	struct seen seen;

	if (access("/etc/resolv.conf", R_OK) != 0)
		return;
	resolver_free(dns);
	dns = resolver_new(&options, why, sizeof(why));
	ck_assert_msg(dns != NULL, "%s", why);
	ask_now(STR("localhost"), DNS_A, LONG_MS, &seen);
	ck_assert_str_eq(seen.text, "DATA 127.0.0.1");
}
END_TEST

static const struct {
	const char *specs[3], *anchor, *why;
} bad_options[] = {
	{ { "server:dns.example" }, NULL, "server:dns.example: write "
	  "server:ADDRESS or server:ADDRESS#PORT, such as "
	  "server:192.0.2.53#5353" },
	{ { "server:" }, NULL, "server:: write server:ADDRESS or" },
	{ { "server:192.0.2.53#0" }, NULL, "server:192.0.2.53#0: write" },
	{ { "server:192.0.2.53#65536" }, NULL, "server:192.0.2.53#65536: wr" },
	{ { "server:192.0.2.53#" }, NULL, "server:192.0.2.53#: write" },
	{ { "server:192.0.2.53#53x" }, NULL, "server:192.0.2.53#53x: write" },
	{ { "google" }, NULL, "google: write system, server:ADDRESS[#PORT] or "
	  "zone:FILE" },
	{ { "" }, NULL, ": write system," },
	{ { NULL }, NULL, "dns: nobody to ask; write system, server:ADDRESS"
	  "[#PORT] or zone:FILE" },
	{ { "system", "zone:/nonexistent" }, NULL, "zone:/nonexistent: a zone "
	  "file must stand alone" },
	{ { "server:192.0.2.53" }, "/nonexistent/root.key",
	  "/nonexistent/root.key: the trust anchor cannot be read" },
	{ { "server:192.0.2.53" }, "/etc/passwd", "/etc/passwd: " },
};

START_TEST(options_are_checked)
{
	struct resolver_options options = {
		.specs = bad_options[_i].specs,
		.trust_anchor = bad_options[_i].anchor
	};
	const char *expected = bad_options[_i].why;
	char why[300] = "";

	while (options.spec_count < 3 &&
	    bad_options[_i].specs[options.spec_count] != NULL)
		options.spec_count++;
	ck_assert_ptr_null(resolver_new(&options, why, sizeof(why)));
	ck_assert_msg(strncmp(why, expected, strlen(expected)) == 0,
	    "%s\nnot\n%s", why, expected);
}
END_TEST

static const struct {
	const char *specs[2], *anchor;
} not_for_stub[] = {
	{ { "server:192.0.2.53", "server:127.0.0.1" }, NULL },
	{ { "server:127.0.0.1", "server:192.0.2.53" }, NULL },
	{ { "server:127.0.0.1", "server:::1" }, "a trust anchor" },
};

START_TEST(the_stub_is_for_loopback)
{
	char path[] = "/tmp/dns_test.XXXXXX", why[300] = "";
	struct resolver_options options = { .specs = not_for_stub[_i].specs,
	    .spec_count = 2, .client = DNS_CLIENT_STUB };
	struct resolver *made;

	write_file(path, "example.com. IN DS 12345 8 2 0123456789abcdef"
	    "0123456789abcdef0123456789abcdef0123456789abcdef");
	if (not_for_stub[_i].anchor != NULL)
		options.trust_anchor = path;
	ck_assert_ptr_null(resolver_new(&options, why, sizeof(why)));
	ck_assert_str_eq(why, "the stub client needs servers that are all on "
	    "a loopback address, and no trust anchor");
	options.client = DNS_CLIENT_AUTO;
	made = resolver_new(&options, why, sizeof(why));
	ck_assert_ptr_nonnull(made);
	resolver_free(made);
	unlink(path);
}
END_TEST

TCase *
options_tests(void)
{
	TCase *tc = tcase_create("options");

	tcase_add_loop_test(tc, options_are_checked, 0,
	    TEST_COUNT(bad_options));
	tcase_add_loop_test(tc, the_stub_is_for_loopback, 0,
	    TEST_COUNT(not_for_stub));
	return tc;
}

static TCase *
both(const char *name, void (*set_up_client)(void))
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, server_up, server_down);
	tcase_add_checked_fixture(tc, set_up_client, tear_down);
	tcase_add_loop_test(tc, real_packets_are_answered, 0,
	    TEST_COUNT(asked));
	tcase_add_test(tc, odd_octets_reach_the_server);
	tcase_add_test(tc, mapped_addresses_stay_as_they_are);
	tcase_add_test(tc, a_big_answer_comes_by_tcp);
	tcase_add_test(tc, equal_lookups_merge_and_the_cache_hits);
	tcase_add_test(tc, silence_hurts_no_other_name);
	tcase_add_test(tc, freed_with_questions_on_the_wire);
	tcase_add_test(tc, the_server_reads_the_manual_too);
	return tc;
}

TCase *
unbound_tests(void)
{
	TCase *tc = both("unbound", set_up_unbound);

	tcase_add_test(tc, a_name_without_its_keys_is_bogus);
	tcase_add_test(tc, signatures_are_validated);
	tcase_add_test(tc, the_system_has_a_localhost);
	return tc;
}

TCase *
unbound_behind_stub_tests(void)
{
	return both("stub", set_up_stub);
}
