#include "tests/unit/dns/dns_test.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "dns/zonefile.h"
#include "tests/support/fake_dns.h"

static const char zone_text[] =
    "; a comment\n"
    "# another\n"
    "\t \r\n"
    "Example.COM.\t60 A 192.0.2.1 ; behind\n"
    "example.com IN A 192.0.2.2 # behind\n"
    "example.com AAAA 2001:db8::1\n"
    "mapped.example AAAA ::ffff:192.0.2.1\n"
    "example.com 300 IN MX 10 Mail.Example.com.\n"
    "null.example MX 0 .\n"
    "example.com TXT \"v=spf1 \" \"ip4:192.0.2.0/24; # -all\"\n"
    "example.com txt two words\n"
    "example.com TXT \"\"\n"
    "example.com SPF \"v=spf1 -all\"\n"
    "escapes.example TXT \"a\\\"b\\\\c\\001\\;\" d\\032e\n"
    "words.example TXT \"NXDOMAIN\"\n"
    "1.2.0.192.in-addr.arpa PTR host.example.\n"
    "alias.example CNAME example.com\n"
    "b\xc3\xbc" "cher.example A 192.0.2.3\n"
    "a\\ b\\000.example A 192.0.2.4\n"
    "down.example * TIMEOUT\n"
    "down.example TXT up\n"
    "half.example A SERVFAIL\n"
    "half.example MX 5 mx.half.example\n"
    "gone.example * NXDOMAIN\n"
    "empty.example 7 * NODATA\n"
    "bad.example TXT BOGUS\n"
    "broken.example * GARBAGE\n"
    "deep.below.here.example A 192.0.2.5\n"
    "delay. A 192.0.2.6\n"
    "\\*.star.example A 192.0.2.8\n"
    "SECURE\n"
    "secure.example A 192.0.2.7\n"
    "INSECURE\n"
    "alias.secure.example CNAME secure.example\n";

static const struct {
	const char *name;
	enum dns_type type;
	enum dns_status status;
	const char *records;		/* in order, separated by '|' */
	unsigned ttl;
	bool secure;
} answers[] = {
	{ "example.com", DNS_A, DNS_DATA, "192.0.2.1|192.0.2.2", 60, 0 },
	{ "EXAMPLE.com", DNS_AAAA, DNS_DATA, "2001:db8::1", 300, 0 },
	{ "example.com.", DNS_MX, DNS_DATA, "10 mail.example.com", 300, 0 },
	{ "null.example", DNS_MX, DNS_DATA, "0 ", 300, 0 },
	{ "example.com", DNS_TXT, DNS_DATA,
	  "v=spf1 ip4:192.0.2.0/24; # -all|twowords|", 300, 0 },
	{ "example.com", DNS_SPF, DNS_DATA, "v=spf1 -all", 300, 0 },
	{ "escapes.example", DNS_TXT, DNS_DATA, "a\"b\\c\x01;d e", 300, 0 },
	{ "words.example", DNS_TXT, DNS_DATA, "NXDOMAIN", 300, 0 },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, DNS_DATA, "host.example", 300,
	  0 },
	{ "alias.example", DNS_CNAME, DNS_DATA, "example.com", 300, 0 },
	{ "alias.example", DNS_A, DNS_DATA, "192.0.2.1|192.0.2.2", 60, 0 },
	{ "alias.example", DNS_PTR, DNS_NODATA, "", 300, 0 },
	{ "xn--bcher-kva.example", DNS_A, DNS_DATA, "192.0.2.3", 300, 0 },
	{ "down.example", DNS_A, DNS_TIMEOUT, "", 300, 0 },
	{ "down.example", DNS_TXT, DNS_DATA, "up", 300, 0 },
	{ "half.example", DNS_A, DNS_SERVFAIL, "", 300, 0 },
	{ "half.example", DNS_MX, DNS_DATA, "5 mx.half.example", 300, 0 },
	{ "half.example", DNS_TXT, DNS_NODATA, "", 0, 0 },
	{ "gone.example", DNS_MX, DNS_NXDOMAIN, "", 300, 0 },
	{ "empty.example", DNS_MX, DNS_NODATA, "", 7, 0 },
	{ "bad.example", DNS_TXT, DNS_BOGUS, "", 300, 0 },
	{ "broken.example", DNS_A, DNS_SERVFAIL, "", 300, 0 },
	{ "not.example.com", DNS_A, DNS_NXDOMAIN, "", 0, 0 },
	{ "below.here.example", DNS_A, DNS_NODATA, "", 0, 0 },
	{ "example", DNS_A, DNS_NODATA, "", 0, 0 },
	{ "org", DNS_A, DNS_NXDOMAIN, "", 0, 0 },
	{ "delay", DNS_A, DNS_DATA, "192.0.2.6", 300, 0 },
	{ "secure.example", DNS_A, DNS_DATA, "192.0.2.7", 300, 1 },
	{ "secure.example", DNS_TXT, DNS_NODATA, "", 0, 1 },
	{ "no.secure.example", DNS_TXT, DNS_NXDOMAIN, "", 0, 1 },
	{ "alias.secure.example", DNS_A, DNS_DATA, "192.0.2.7", 300, 0 },
	{ "*.star.example", DNS_A, DNS_DATA, "192.0.2.8", 300, 0 },
	{ "x.star.example", DNS_A, DNS_NXDOMAIN, "", 0, 0 },
	{ "a..b", DNS_A, DNS_NXDOMAIN, "", 0, 0 },
	{ "", DNS_A, DNS_NXDOMAIN, "", 0, 0 },
};

static void
print_record(FILE *out, enum dns_type type, const struct dns_record *record)
{
	char ip[IP_TEXT_MAX];

	if (type == DNS_MX)
		fprintf(out, "%u ", record->preference);
	if (type == DNS_A || type == DNS_AAAA)
		fprintf(out, "%.*s", STR_ARG(ip_format(&record->ip, ip)));
	else
		fwrite(record->text.ptr, 1, record->text.len, out);
}

START_TEST(zone_answers)
{
	struct arena *arena = arena_new();
	struct resolver *dns = fake_dns_new(zone_text);
	struct dns_answer answer = fake_dns_ask(dns, arena, answers[_i].name,
	    answers[_i].type);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < answer.count; i++) {
		if (i > 0)
			fputc('|', out);
		print_record(out, answer.type, &answer.records[i]);
	}
	fclose(out);
	ck_assert_str_eq(dns_status_name(answer.status),
	    dns_status_name(answers[_i].status));
	ck_assert_str_eq(text, answers[_i].records);
	ck_assert_uint_eq(answer.ttl, answers[_i].ttl);
	ck_assert_int_eq(answer.secure, answers[_i].secure);
	ck_assert_int_eq(answer.type, answers[_i].type);
	ck_assert_int_eq(strlen(answer.why) > 0, 1);
	ck_assert_uint_eq(fake_dns_queries(dns), 1);
	free(text);
	resolver_free(dns);
	arena_free(arena);
}
END_TEST

START_TEST(any_octet_may_be_in_a_label)
{
	struct resolver *dns = fake_dns_new(zone_text);
	struct zone *zone;
	struct diag *diag = diag_new();
	struct answer *answer;
	unsigned delay_ms;

	resolver_free(dns);
	zone = zonefile_parse("zone", str_from(zone_text), diag);
	answer = zone_answer(zone, str_make("a b\0.example", 12), DNS_A,
	    &delay_ms);
	ck_assert_int_eq(answer->dns.status, DNS_DATA);
	answer_unref(answer);
	answer = zone_answer(zone, STR("mapped.example"), DNS_AAAA, &delay_ms);
	ck_assert_int_eq(answer->dns.records[0].ip.family, IP_V6);
	answer_unref(answer);
	zone_free(zone);
	diag_free(diag);
}
END_TEST

static const struct {
	const char *text, *message;
} mistakes[] = {
	{ "example.com", "zone:1:12: error: the record type is missing; write "
	  "NAME [TTL] TYPE DATA" },
	{ "\n example.com A", "zone:2:15: error: the address is missing; "
	  "write one such as 192.0.2.1" },
	{ "example.com A 192.0.2", "zone:1:15: error: \"192.0.2\" is no IPv4 "
	  "address; write one such as 192.0.2.1" },
	{ "example.com AAAA 192.0.2.1", "zone:1:18: error: \"192.0.2.1\" is "
	  "no IPv6 address; write one such as 2001:db8::1" },
	{ "example.com A 192.0.2.1\\000", "zone:1:15: error: \"192.0.2.1" },
	{ "example.com TXTT x", "zone:1:13: error: unknown record type "
	  "\"TXTT\"; did you mean TXT?" },
	{ "example.com NSEC3 x", "zone:1:13: error: unknown record type "
	  "\"NSEC3\"; write one of A AAAA MX TXT PTR CNAME SPF, or *" },
	{ "example.com \"A\" 192.0.2.1", "zone:1:13: error: unknown record "
	  "type \"A\"" },
	{ "example.com 99999999999 A 192.0.2.1", "zone:1:13: error: "
	  "\"99999999999\" is no TTL; write seconds, 0 to 2147483647" },
	{ "example.com 1h A 192.0.2.1", "zone:1:13: error: \"1h\" is no TTL; "
	  "write seconds, 0 to 2147483647" },
	{ "example.com MX mail.example.com", "zone:1:16: error: MX needs a "
	  "preference of 0 to 65535 before the name; write MX 10 NAME" },
	{ "example.com MX", "zone:1:15: error: MX needs a preference" },
	{ "example.com MX 10", "zone:1:18: error: host name is missing" },
	{ "example.com CNAME a..b", "zone:1:19: error: \"a..b\" is no host "
	  "name; write labels of 1 to 63 octets, 253 in all" },
	{ ". A 192.0.2.1", "zone:1:1: error: \"\" is no domain name; write "
	  "labels of 1 to 63 octets, 253 in all" },
	{ "a\\.b.example A 192.0.2.1", "zone:1:1: error: a label with a dot "
	  "inside cannot be asked for; write the name without \\." },
	{ "example.com TXT", "zone:1:16: error: the text is missing; write "
	  "\"\" for an empty one" },
	{ "example.com TXT \"abc", "zone:1:17: error: this quote is not "
	  "closed; end the text with a quote on the same line" },
	{ "example.com TXT \"abc\"d", "zone:1:22: error: put a blank after "
	  "the quote, or write \\\" for a quote within the text" },
	{ "example.com TXT ab\"c\"", "zone:1:19: error: a quote within a "
	  "word; put a blank before it, or write \\\"" },
	{ "example.com TXT v=DMARC1;p=none", "zone:1:25: error: a ';' within "
	  "a word; put the text in quotes, or a blank before a comment" },
	{ "example.com TXT \"a\\\"", "zone:1:17: error: this quote is not "
	  "closed; end the text with a quote on the same line" },
	{ "example.com TXT a\\", "zone:1:18: error: a backslash at the end; "
	  "write \\\\ for a backslash" },
	{ "example.com TXT a\\25", "zone:1:18: error: a backslash and a "
	  "digit; write three digits, \\000 to \\255" },
	{ "example.com TXT a\\256", "zone:1:18: error: a backslash and a "
	  "digit; write three digits, \\000 to \\255" },
	{ "example.com A 192.0.2.1 192.0.2.2", "zone:1:25: error: "
	  "\"192.0.2.2\" is too much; write one record a line" },
	{ "example.com * OFFLINE", "zone:1:15: error: * is for failures; "
	  "write one of NODATA NXDOMAIN SERVFAIL BOGUS TIMEOUT GARBAGE, or a "
	  "record type in place of *" },
	{ "example.com *", "zone:1:14: error: * is for failures; write one" },
	{ "DELAY", "zone:1:6: error: DELAY needs one number, milliseconds up "
	  "to 3600000; a name \"delay\" is written with a final dot" },
	{ "delay A 192.0.2.1", "zone:1:7: error: DELAY needs one number" },
	{ "DELAY 3600001", "zone:1:7: error: DELAY needs one number" },
	{ "SECURE yes", "zone:1:8: error: SECURE stands alone on a line; a "
	  "name \"secure\" is written with a final dot" },
	{ "INSECURE yes", "zone:1:10: error: INSECURE stands alone" },
	{ "*.example.com A 192.0.2.1", "zone:1:1: error: there are no "
	  "wildcards here; write each name that is to be found" },
	{ "$ORIGIN example.com.", "zone:1:1: error: $ORIGIN is not known "
	  "here; write every name and TTL in full" },
	{ "example.com A 192.0.2.1\nexample.com A TIMEOUT", "zone:2:1: error: "
	  "example.com: it cannot have records of this type and fail for it; "
	  "keep one of the two" },
	{ "a.example * TIMEOUT\na.example * NXDOMAIN", "zone:2:1: error: "
	  "a.example: it fails already; keep one of the two lines" },
	{ "a.example CNAME b.example\na.example CNAME c.example",
	  "zone:2:1: error: a.example: it has a CNAME already; keep one" },
	{ "a.example CNAME b.example\na.example A 192.0.2.1", "zone:2:1: "
	  "error: a.example: a name with a CNAME has no other records (RFC "
	  "1034 section 3.6.2); keep one" },
	{ "a.example A 192.0.2.1\na.example CNAME b.example", "zone:2:1: "
	  "error: a.example: a name with a CNAME has no other records" },
};

START_TEST(zone_mistakes)
{
	struct diag *diag = diag_new();
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *expected = mistakes[_i].message;

	ck_assert_ptr_null(zonefile_parse("zone",
	    str_from(mistakes[_i].text), diag));
	ck_assert_uint_eq(diag_total(diag), 1);
	diag_print(diag, out);
	fclose(out);
	ck_assert_msg(strncmp(text, expected, strlen(expected)) == 0,
	    "%s\nnot\n%s", text, expected);
	free(text);
	diag_free(diag);
}
END_TEST

START_TEST(zone_lists_all_mistakes)
{
	struct diag *diag = diag_new();
	char why[200];

	ck_assert_ptr_null(zonefile_parse("zone",
	    STR("x\ngood.example A 192.0.2.1\ny Z\n"), diag));
	ck_assert_uint_eq(diag_total(diag), 2);
	ck_assert_uint_eq(diag_at(diag, 1)->line, 3);
	diag_free(diag);
	ck_assert_ptr_null(resolver_new_zone("file", STR("\nx\ny"), why,
	    sizeof(why)));
	ck_assert_str_eq(why, "file:2:2: the record type is missing; write "
	    "NAME [TTL] TYPE DATA (and more mistakes below)");
}
END_TEST

START_TEST(zone_file_must_be_readable)
{
	const char *specs[] = { "zone:/nonexistent/zone" };
	const struct resolver_options options = {
		.specs = specs, .spec_count = 1
	};
	char why[200];

	ck_assert_ptr_null(resolver_new(&options, why, sizeof(why)));
	ck_assert_str_eq(why, "/nonexistent/zone: cannot be opened: No such "
	    "file or directory");
}
END_TEST

/* The literal example of the manual, without its escapes. */
char *
manual_example(void)
{
	static const char path[] = TESTS_SRCDIR "/filter/dns/assay.zone.5";
	FILE *in = fopen(path, "r"), *out;
	char line[1000], *text = NULL;
	bool inside = false;
	size_t size;

	ck_assert_msg(in != NULL, "%s cannot be opened", path);
	out = open_memstream(&text, &size);
	while (fgets(line, sizeof(line), in) != NULL) {
		if (line[0] == '.')
			inside = strcmp(line, ".Bd -literal\n") == 0;
		for (char *at = line; inside && line[0] != '.' && *at; at++) {
			fputc(*at, out);
			at += strncmp(at, "\\e", 2) == 0;
		}
	}
	fclose(out);
	fclose(in);
	return text;
}

static const struct {
	const char *name;
	enum dns_type type;
	const char *answer;
} shown[] = {
	{ "example.com", DNS_TXT, "v=spf1 mx ip4:192.0.2.128/25 -all" },
	{ "_dmarc.example.com", DNS_TXT, "v=DMARC1; p=reject; adkim=s" },
	{ "25.2.0.192.in-addr.arpa", DNS_PTR, "mail.example.com" },
	{ "www.example.com", DNS_CNAME, "example.com" },
	{ "s1._domainkey.example.com", DNS_TXT, "v=DKIM1; k=rsa; p=" },
	{ "quotes.example.com", DNS_TXT, "say \"so\", ; \\" },
	{ "down.example", DNS_MX, "SERVFAIL" },
	{ "half.example", DNS_TXT, "TIMEOUT" },
	{ "gone.example", DNS_A, "NXDOMAIN" },
	{ "far.example", DNS_TXT, "v=spf1 -all" },
	{ "com", DNS_A, "NODATA" },
};

START_TEST(the_manual_has_an_example_that_works)
{
	struct arena *arena = arena_new();
	char *text = manual_example();
	struct resolver *dns = fake_dns_new(text);
	struct dns_answer answer = fake_dns_ask(dns, arena, shown[_i].name,
	    shown[_i].type);

	ck_assert_uint_le(answer.count, 1);
	assert_str(answer.count == 1 ? answer.records[0].text :
	    str_from(dns_status_name(answer.status)), shown[_i].answer);
	ck_assert_int_eq(answer.secure,
	    strcmp(shown[_i].name, "far.example") == 0);
	resolver_free(dns);
	arena_free(arena);
	free(text);
}
END_TEST

TCase *
zonefile_tests(void)
{
	TCase *tc = tcase_create("zonefile");

	tcase_add_loop_test(tc, zone_answers, 0, TEST_COUNT(answers));
	tcase_add_test(tc, any_octet_may_be_in_a_label);
	tcase_add_loop_test(tc, zone_mistakes, 0, TEST_COUNT(mistakes));
	tcase_add_test(tc, zone_lists_all_mistakes);
	tcase_add_test(tc, zone_file_must_be_readable);
	tcase_add_loop_test(tc, the_manual_has_an_example_that_works, 0,
	    TEST_COUNT(shown));
	return tc;
}
