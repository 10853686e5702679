#include "tests/unit/dns/dns_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/packet.h"

/* Octets from a literal, which may hold NULs. */
#define WIRE(lit)	lit, sizeof(lit) - 1

/* All of it is asked of "a.example", whose name stands at 12. */
#define HEAD(rcode, answers, authority) "\0\0\x81" rcode "\0\1\0" answers \
	"\0" authority "\0\0\1a\7example\0\0\1\0\1"
#define OWNER		"\xc0\x0c"
#define TTL(octet)	"\0\1\0\0\0" octet
#define A_DATA		"\0\4\xc0\0\2\1"
#define A		OWNER "\0\1" TTL("\7") A_DATA
#define EXAMPLE		"\xc0\x0e"		/* "example" */
#define CNAME_B		OWNER "\0\5" TTL("\5") "\0\4\1b" EXAMPLE
#define SOA		EXAMPLE "\0\6" TTL("\3") "\0\1x"
#define LONG_SOA(minimum) EXAMPLE "\0\6" TTL("\3") "\0\x16\0\0" \
	"\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0" minimum

static const struct {
	enum dns_type type;
	const char *wire;
	size_t len;
	const char *text;		/* status, canonical, TTL, records */
} packets[] = {
	{ DNS_A, WIRE(HEAD("\x80", "\1", "\0") A),
	  "DATA a.example 7 192.0.2.1" },
	{ DNS_A, WIRE(HEAD("\x80", "\2", "\0") A
	    "\1A\7EXAMPLE\0\0\1" TTL("\6") A_DATA),
	  "DATA a.example 6 192.0.2.1 192.0.2.1" },
	/* Other owners, types and classes are passed over. */
	{ DNS_A, WIRE(HEAD("\x80", "\4", "\0")
	    EXAMPLE "\0\1" TTL("\1") A_DATA OWNER "\0\x1c" TTL("\1") A_DATA
	    OWNER "\0\1\0\3\0\0\0\1" A_DATA A),
	  "DATA a.example 7 192.0.2.1" },
	{ DNS_A, WIRE(HEAD("\x80", "\2", "\0") CNAME_B
	    "\1b" EXAMPLE "\0\1" TTL("\x9") A_DATA),
	  "DATA b.example 5 192.0.2.1" },
	{ DNS_A, WIRE(HEAD("\x80", "\2", "\0") CNAME_B A),
	  "NODATA b.example 5" },
	{ DNS_CNAME, WIRE(HEAD("\x80", "\1", "\0") CNAME_B),
	  "DATA a.example 5 b.example" },
	{ DNS_PTR, WIRE(HEAD("\x80", "\1", "\0")
	    OWNER "\0\14" TTL("\1") "\0\7\4host\xc0\x0e"),
	  "DATA a.example 1 host.example" },
	{ DNS_MX, WIRE(HEAD("\x80", "\1", "\0")
	    OWNER "\0\17" TTL("\1") "\0\x8\1\0\3Two\xc0\x0c"),
	  "DATA a.example 1 256:two.a.example" },
	{ DNS_TXT, WIRE(HEAD("\x80", "\1", "\0")
	    OWNER "\0\20" TTL("\1") "\0\5\2ab\1c"), "DATA a.example 1 abc" },
	/* RFC 2308: the SOA's TTL, or the least of a chain and it. */
	{ DNS_A, WIRE(HEAD("\x80", "\0", "\1") SOA), "NODATA a.example 3" },
	{ DNS_A, WIRE(HEAD("\x83", "\0", "\1") SOA), "NXDOMAIN a.example 3" },
	{ DNS_A, WIRE(HEAD("\x83", "\1", "\1") CNAME_B SOA),
	  "NXDOMAIN b.example 3" },
	/* And its last field, if that is less. */
	{ DNS_A, WIRE(HEAD("\x83", "\0", "\1") LONG_SOA("\2")),
	  "NXDOMAIN a.example 2" },
	{ DNS_A, WIRE(HEAD("\x80", "\0", "\1") LONG_SOA("\4")),
	  "NODATA a.example 3" },
	{ DNS_A, WIRE(HEAD("\x83", "\0", "\0")), "NXDOMAIN a.example 5" },
	{ DNS_A, WIRE(HEAD("\x80", "\0", "\0")), "NODATA a.example 5" },
	{ DNS_A, WIRE(HEAD("\x82", "\1", "\0") A), "SERVFAIL response code 2" },
	{ DNS_A, WIRE(HEAD("\x85", "\0", "\0")), "SERVFAIL response code 5" },
	/* Found by fuzzing: data of a name that is said not to exist. */
	{ DNS_A, WIRE(HEAD("\x83", "\1", "\0") A),
	  "SERVFAIL records of a name that does not exist" },
	/* What is broken. */
	{ DNS_A, WIRE(""), "SERVFAIL broken packet" },
	{ DNS_A, WIRE("\0\0\x81\x80\0\0\0\0\0\0\0"),
	  "SERVFAIL broken packet" },
	{ DNS_A, WIRE("\0\0\x81\x80\0\1\0\0\0\0\0\0"),
	  "SERVFAIL broken packet" },
	{ DNS_A, WIRE("\0\0\x81\x80\0\1\0\0\0\0\0\0\0\0\1\0"),
	  "SERVFAIL broken packet" },
	{ DNS_A, WIRE(HEAD("\x80", "\1", "\0")), "SERVFAIL broken packet" },
	{ DNS_A, WIRE(HEAD("\x80", "\1", "\0") OWNER "\0\1" TTL("\1") "\0"),
	  "SERVFAIL broken packet" },
	{ DNS_A, WIRE(HEAD("\x80", "\1", "\0")
	    OWNER "\0\1" TTL("\1") "\0\4\1\2\3"), "SERVFAIL broken packet" },
	{ DNS_A, WIRE(HEAD("\x80", "\1", "\0")
	    OWNER "\0\1" TTL("\1") "\0\3\1\2\3"),
	  "SERVFAIL broken data in a record" },
	/* Pointers to themselves, forwards, and past the end. */
	{ DNS_A, WIRE(HEAD("\x80", "\1", "\0") "\xc0\x1b\0\1" TTL("\1")
	    A_DATA), "SERVFAIL broken packet" },
	{ DNS_A, WIRE(HEAD("\x80", "\1", "\0") "\xc0\x1d\0\1" TTL("\1")
	    A_DATA), "SERVFAIL broken packet" },
	{ DNS_A, WIRE(HEAD("\x80", "\1", "\0") "\xff\xff\0\1" TTL("\1")
	    A_DATA), "SERVFAIL broken packet" },
	{ DNS_A, WIRE(HEAD("\x80", "\1", "\0") "\xc0"),
	  "SERVFAIL broken packet" },
	{ DNS_A, WIRE(HEAD("\x80", "\1", "\0") "\x40x\0\0\1" TTL("\1")
	    A_DATA), "SERVFAIL broken packet" },
	{ DNS_PTR, WIRE(HEAD("\x80", "\1", "\0")
	    OWNER "\0\14" TTL("\1") "\0\3\xc0\x0e\0"),
	  "SERVFAIL broken data in a record" },
	{ DNS_PTR, WIRE(HEAD("\x80", "\1", "\0")
	    OWNER "\0\14" TTL("\1") "\0\1\xc0"),
	  "SERVFAIL broken data in a record" },
	{ DNS_MX, WIRE(HEAD("\x80", "\1", "\0")
	    OWNER "\0\17" TTL("\1") "\0\1\0"),
	  "SERVFAIL broken data in a record" },
};

static void
print(const struct dns_answer *answer, char *at)
{
	char ip[IP_TEXT_MAX];

	at = stpcpy(at, dns_status_name(answer->status));
	if (answer->status == DNS_SERVFAIL) {
		sprintf(at, " %s", answer->why);
		return;
	}
	at += sprintf(at, " %.*s %u", STR_ARG(answer->canonical),
	    answer->ttl);
	for (size_t i = 0; i < answer->count; i++) {
		const struct dns_record *record = &answer->records[i];

		if (record->ip.family != IP_NONE)
			at += sprintf(at, " %.*s",
			    STR_ARG(ip_format(&record->ip, ip)));
		else if (answer->type == DNS_MX)
			at += sprintf(at, " %u:%.*s", record->preference,
			    STR_ARG(record->text));
		else
			at += sprintf(at, " %.*s", STR_ARG(record->text));
	}
}

/* In a block of its own, so that a sanitizer sees a read past the end. */
START_TEST(packets_are_decoded)
{
	struct arena *arena = arena_new();
	char *packet = malloc(packets[_i].len + 1), text[300];
	struct dns_answer answer;

	memcpy(packet + 1, packets[_i].wire, packets[_i].len);
	answer = packet_decode(arena, str_make(packet + 1, packets[_i].len),
	    STR("a.example"), packets[_i].type);
	print(&answer, text);
	ck_assert_str_eq(text, packets[_i].text);
	free(packet);
	arena_free(arena);
}
END_TEST

/* "a.example" to "b.a.example" to "b.b.a.example" and so on. */
START_TEST(long_chains_are_broken)
{
	static const char head[] = HEAD("\x80", "\0", "\0");
	enum { LINK = 16 };
	struct arena *arena = arena_new();
	size_t links = 8 + (size_t)_i, len = sizeof(head) - 1, owner = 12;
	struct dns_answer answer;
	char packet[300];

	memcpy(packet, head, len);
	packet[7] = (char)links;
	for (size_t i = 0; i < links; i++, len += LINK) {
		memcpy(packet + len, OWNER "\0\5" TTL("\1") "\0\4\1b" OWNER,
		    LINK);
		packet[len + 1] = packet[len + 15] = (char)owner;
		owner = len + 12;
	}
	answer = packet_decode(arena, str_make(packet, len), STR("a.example"),
	    DNS_A);
	ck_assert_int_eq(answer.status, _i == 0 ? DNS_NODATA : DNS_SERVFAIL);
	ck_assert_uint_eq(answer.canonical.len, _i == 0 ? 25 : 9);
	arena_free(arena);
}
END_TEST

TCase *
packet_tests(void)
{
	TCase *tc = tcase_create("packet");

	tcase_add_loop_test(tc, packets_are_decoded, 0, TEST_COUNT(packets));
	tcase_add_loop_test(tc, long_chains_are_broken, 0, 2);
	return tc;
}
