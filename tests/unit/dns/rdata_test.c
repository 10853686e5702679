#include "tests/unit/dns/dns_test.h"

#include <string.h>

#include "dns/rdata.h"

/* Octets from a literal, which may hold NULs. */
#define WIRE(lit)	lit, sizeof(lit) - 1

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	enum dns_type type;
	const char *wire;
	size_t len;
	const char *text;		/* NULL: garbage */
	unsigned preference;
} data[] = {
	{ DNS_TXT, WIRE("\5v=spf\4" "1 -a\2ll"), "v=spf1 -all", 0 },
	{ DNS_TXT, WIRE("\0"), "", 0 },
	{ DNS_TXT, WIRE("\0\1x\0"), "x", 0 },
	{ DNS_SPF, WIRE("\1x"), "x", 0 },
	{ DNS_TXT, WIRE(""), NULL, 0 },
	{ DNS_TXT, WIRE("\2x"), NULL, 0 },
	{ DNS_TXT, WIRE("\1x\xff"), NULL, 0 },
	{ DNS_PTR, WIRE("\4HOST\7Example\0"), "host.example", 0 },
	{ DNS_CNAME, WIRE("\0"), "", 0 },
	{ DNS_PTR, WIRE("\1 \1\x01\0"), " .\x01", 0 },
	{ DNS_PTR, WIRE(""), NULL, 0 },
	{ DNS_PTR, WIRE("\4host"), NULL, 0 },		/* no end */
	{ DNS_PTR, WIRE("\4host\0x"), NULL, 0 },	/* more behind it */
	{ DNS_PTR, WIRE("\5host\0"), NULL, 0 },
	{ DNS_PTR, WIRE("\xc0\x0c"), NULL, 0 },		/* a pointer */
	{ DNS_PTR, WIRE("\100" L63 "a\0"), NULL, 0 },	/* 64 octets */
	{ DNS_PTR, WIRE("\77" L63 "\0"), L63, 0 },
	{ DNS_PTR, WIRE("\77" L63 "\77" L63 "\77" L63 "\75" L63 "\0"), NULL,
	  0 },
	{ DNS_PTR, WIRE("\77" L63 "\77" L63 "\77" L63 "\77" L63 "\0"), NULL,
	  0 },						/* 255 octets */
	{ DNS_PTR, WIRE("\3a.b\0"), NULL, 0 },		/* dot in a label */
	{ DNS_MX, WIRE("\1\2\2mx\0"), "mx", 258 },
	{ DNS_MX, WIRE("\0\0\0"), "", 0 },		/* RFC 7505 */
	{ DNS_MX, WIRE("\0\12"), NULL, 0 },
	{ DNS_MX, WIRE("\0"), NULL, 0 },
	{ DNS_MX, WIRE("\0\12\2mx"), NULL, 0 },
};

START_TEST(rdata_decodes)
{
	struct arena *arena = arena_new();
	/* A copy of the exact size, so that an overrun is seen. */
	char *wire = malloc(data[_i].len + 1);
	struct dns_record record;
	bool ok;

	memcpy(wire + 1, data[_i].wire, data[_i].len);
	ok = rdata_decode(arena, data[_i].type,
	    str_make(wire + 1, data[_i].len), &record);
	ck_assert_int_eq(ok, data[_i].text != NULL);
	if (ok) {
		assert_str(record.text, data[_i].text);
		ck_assert_uint_eq(record.preference, data[_i].preference);
	}
	free(wire);
	arena_free(arena);
}
END_TEST

START_TEST(addresses_have_one_length)
{
	static const char bytes[17] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1,
	    (char)192, 0, 2, 1, 0 };
	struct arena *arena = arena_new();
	struct dns_record record;

	for (size_t len = 0; len <= sizeof(bytes); len++) {
		struct str wire = str_make(bytes, len);

		ck_assert_int_eq(rdata_decode(arena, DNS_A, wire, &record),
		    len == 4);
		ck_assert_int_eq(rdata_decode(arena, DNS_AAAA, wire, &record),
		    len == 16);
		if (len == 16)
			ck_assert_int_eq(record.ip.family, IP_V6);
	}
	arena_free(arena);
}
END_TEST

static const struct {
	const char *name;
	size_t len;
	const char *text;
} names[] = {
	{ WIRE("host-1._x.example"), "host-1._x.example" },
	{ WIRE("a b\0\\\"@\xff.example"),
	  "a\\032b\\000\\092\\034\\064\\255.example" },
	{ WIRE(""), "" },
};

START_TEST(names_are_escaped)
{
	char text[RDATA_NAME_TEXT_MAX];

	rdata_name_escape(str_make(names[_i].name, names[_i].len), text);
	ck_assert_str_eq(text, names[_i].text);
}
END_TEST

START_TEST(the_longest_name_is_escaped)
{
	char name[253], text[RDATA_NAME_TEXT_MAX];

	memset(name, '\xff', sizeof(name));
	rdata_name_escape(str_make(name, sizeof(name)), text);
	ck_assert_uint_eq(strlen(text), 4 * 253);
}
END_TEST

TCase *
rdata_tests(void)
{
	TCase *tc = tcase_create("rdata");

	tcase_add_loop_test(tc, rdata_decodes, 0, TEST_COUNT(data));
	tcase_add_test(tc, addresses_have_one_length);
	tcase_add_loop_test(tc, names_are_escaped, 0,
	    TEST_COUNT(names));
	tcase_add_test(tc, the_longest_name_is_escaped);
	return tc;
}
