#include "tests/unit/mail/mail_test.h"

#include "mail/hostname.h"

static const struct {
	const char *helo;
	enum helo_form form;
	const char *ip;		/* "" where it holds none */
} helos[] = {
	{ "mail.example.com", HELO_FQDN, "" },
	{ "mail.example.com.", HELO_FQDN, "" },
	{ "MAIL.Example.COM", HELO_FQDN, "" },
	{ "a.b", HELO_FQDN, "" },
	{ "win_host.example.com", HELO_FQDN, "" },
	{ "xn--bcher-kva.example", HELO_FQDN, "" },
	{ "b\xc3\xbc" "cher.example", HELO_FQDN, "" },
	{ "192-0-2-1.example.com", HELO_FQDN, "" },
	{ "localhost", HELO_UNQUALIFIED, "" },
	{ "localhost.", HELO_UNQUALIFIED, "" },
	{ "PC-17", HELO_UNQUALIFIED, "" },
	{ "[192.0.2.1]", HELO_LITERAL, "192.0.2.1" },
	{ "[IPv6:2001:db8::1]", HELO_LITERAL, "2001:db8::1" },
	{ "[ipv6:2001:db8::1]", HELO_LITERAL, "2001:db8::1" },
	{ "192.0.2.1", HELO_ADDRESS, "192.0.2.1" },
	{ "2001:db8::1", HELO_ADDRESS, "2001:db8::1" },
	/* RFC 5321 section 4.1.3: IPv6 has its tag, IPv4 none */
	{ "[2001:db8::1]", HELO_INVALID, "" },
	{ "[IPv6:192.0.2]", HELO_INVALID, "" },
	{ "[192.0.2.256]", HELO_INVALID, "" },
	{ "[192.0.2.1", HELO_INVALID, "" }, { "[]", HELO_INVALID, "" },
	{ "[", HELO_INVALID, "" }, { "", HELO_INVALID, "" },
	{ ".", HELO_INVALID, "" }, { "a..b", HELO_INVALID, "" },
	{ "-a.example", HELO_INVALID, "" }, { "a b.example", HELO_INVALID, "" },
	{ "1.2.3", HELO_INVALID, "" }, { "12345", HELO_INVALID, "" },
	{ "<a.example>", HELO_INVALID, "" },
	{ "user@a.example", HELO_INVALID, "" },
	{ "\xff.example", HELO_INVALID, "" },
};

START_TEST(the_form_of_a_helo)
{
	char text[IP_TEXT_MAX];
	struct ip ip;

	ck_assert_int_eq(helo_form(str_from(helos[_i].helo), &ip),
	    helos[_i].form);
	if (helos[_i].form == HELO_INVALID)
		return;
	assert_str(ip_format(&ip, text), helos[_i].ip);
}
END_TEST

static const struct {
	const char *name, *ip;
	bool generic;
} names[] = {
	/* the address, in one way or another */
	{ "192-0-2-17.example.com", "192.0.2.17", true },
	{ "17.2.0.192.example.com", "192.0.2.17", true },
	{ "host17-2-0.example.com", "192.0.2.17", true },
	{ "h192-0-2.17.example.com", "192.0.2.17", true },
	{ "ip192000002017.example.com", "192.0.2.17", true },
	{ "pC0000211.example.com", "192.0.2.17", true },
	{ "x110200c0.example.com", "192.0.2.17", true },
	{ "2001-db8-0-1-211-22ff-fe33-4455.example.com",
	  "2001:db8:0:1:211:22ff:fe33:4455", true },
	{ "2001db80000000102112.example.com",
	  "2001:db8:0:1:211:22ff:fe33:4455", true },
	/* a word */
	{ "dhcp-7.example.com", "192.0.2.17", true },
	{ "a7.dynamic.example.com", "192.0.2.17", true },
	{ "p7.pppoe.example.com", "192.0.2.17", true },
	{ "cable7.example.com", "192.0.2.17", true },
	{ "x.dip.example.com", "2001:db8::1", true },
	/* made for mail */
	{ "mail-192-0-2-17.example.com", "192.0.2.17", false },
	{ "smtp.dynamic.example.com", "192.0.2.17", false },
	{ "mx1.cust.example.com", "192.0.2.17", false },
	/* names */
	{ "a48-17.example.com", "192.0.2.17", false },
	{ "o2x17.example.com", "192.0.2.17", false },
	{ "h18-2-0-192.example.com", "192.0.2.17", true }, /* a neighbour */
	{ "userland.example.com", "192.0.2.17", false },
	{ "poolside.example.com", "192.0.2.17", false },
	{ "www.example.com", "2001:db8::1", false },
	{ "example.com", "192.0.2.17", false },
	{ "", "192.0.2.17", false },
};

START_TEST(generic_names)
{
	struct ip ip;

	ck_assert(ip_parse(str_from(names[_i].ip), &ip));
	ck_assert_int_eq(hostname_is_generic(str_from(names[_i].name), &ip),
	    names[_i].generic);
}
END_TEST

TCase *
hostname_cases(void)
{
	TCase *tc = tcase_create("hostname");

	tcase_add_loop_test(tc, the_form_of_a_helo, 0, TEST_COUNT(helos));
	tcase_add_loop_test(tc, generic_names, 0, TEST_COUNT(names));
	return tc;
}
