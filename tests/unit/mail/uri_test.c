/*
 * The hosts that texts link to, in one piece and octet by octet.
 */
#include <stdio.h>
#include <string.h>

#include "mail/suffix.h"
#include "mail/uri.h"
#include "tests/unit/mail/mail_test.h"

struct found {
	char text[1000];
};

static void
keep(void *ctx, struct str host)
{
	struct found *found = ctx;
	size_t len = strlen(found->text);

	snprintf(found->text + len, sizeof(found->text) - len, "%s%.*s",
	    len > 0 ? " " : "", STR_ARG(host));
}

static const struct {
	bool html;
	const char *text, *hosts;
} texts[] = {
	{ false, "see http://example.com/x.", "example.com" },
	{ false, "HTTPS://Example.COM:8080?q ftp://f.example", "Example.COM "
	  "f.example" },
	{ false, "(http://a.example) <https://b.example> 'http://c.example'",
	  "a.example b.example c.example" },
	{ false, "visit www.example.com.", "www.example.com" },
	{ false, "http://www.example.com", "www.example.com" },
	{ false, "xwww.example.com, a-www.b.example me@www.example.net", "" },
	{ false, "http://user:pw@example.com/ http://a@b@c.example/",
	  "example.com c.example" },
	{ false, "http:\\\\example.com\\x http:///example.net/",
	  "example.com example.net" },
	{ false, "http://ex%61mple%2Ecom/ http://a%zz.example",
	  "example.com a%zz.example" },
	{ false, "http://[2001:db8::1]:80/ http://192.0.2.1/",
	  "2001:db8::1 192.0.2.1" },
	{ false, "http:/example.com htp://example.com example.com", "" },
	{ false, "http:// http://./ http://@/", "" },
	{ false, "http://a.example\nhttp://b.example", "a.example b.example" },
	{ false, "<a href=\"//x.example/\">", "" },
	{ true, "<a href=\"//x.example/\"> <img src='//y.example'>",
	  "x.example y.example" },
	{ true, "<a HREF = \n \"//x.example\">", "x.example" },
	{ true, "<a href=//x.example>", "x.example" },
	{ true, "http&#58;//ex&#x61;mple&period;com&sol;x", "example.com" },
	{ true, "&#104;ttp:&#47&#47;example.com", "example.com" },
	{ true, "http://a&amp;b.example/?x=1&y=http://c.example",
	  "a&b.example c.example" },
	{ true, "&unknown;http://a.example&", "a.example&" },
	{ true, "http://b&#252;cher.example/", "b\xc3\xbc" "cher.example" },
	{ false, "http&#58;//example.com", "" },
	{ false, "http://a.examplehttp://b.example", "a.examplehttp" },
};

static void
read_text(size_t i, size_t step, struct found *found)
{
	struct str text = str_from(texts[i].text);
	struct uri_reader reader;

	found->text[0] = '\0';
	uri_begin(&reader, texts[i].html, keep, found);
	for (size_t at = 0; at < text.len; at += step)
		uri_read(&reader, str_slice(text, at, at + step));
	uri_end(&reader);
}

START_TEST(hosts_in_a_text)
{
	struct found found;

	read_text((size_t)_i, SIZE_MAX / 2, &found);
	ck_assert_str_eq(found.text, texts[_i].hosts);
	for (size_t step = 1; step < 5; step++) {
		read_text((size_t)_i, step, &found);
		ck_assert_str_eq(found.text, texts[_i].hosts);
	}
}
END_TEST

START_TEST(a_host_has_an_end)
{
	static char text[LIMIT_URI_HOST_OCTETS + 200];
	struct uri_reader reader;
	struct found found = { "" };
	int len = snprintf(text, sizeof(text), "http://%0*d.example "
	    "http://b.example ", LIMIT_URI_HOST_OCTETS, 0);

	uri_begin(&reader, false, keep, &found);
	uri_read(&reader, str_make(text, (size_t)len));
	uri_end(&reader);
	ck_assert_str_eq(found.text, "b.example");
}
END_TEST

static const struct {
	const char *host, *is;	/* NULL: nothing */
} hosts[] = {
	{ "example.com", "example.com" }, { "EXAMPLE.com", "example.com" },
	{ "b\xc3\xbc" "cher.example", "xn--bcher-kva.example" },
	{ "example\xe3\x80\x82" "com", "example.com" },
	{ "192.0.2.1", "192.0.2.1" }, { "3221225985", "192.0.2.1" },
	{ "0xc0000201", "192.0.2.1" }, { "0xc0.0.0x2.01", "192.0.2.1" },
	{ "0300.0.513", "192.0.2.1" }, { "192.0.2.256", "192.0.2.256" },
	{ "2001:db8::1", "2001:db8::1" },
	{ "localhost", NULL }, { "", NULL }, { "a b.example", NULL },
	{ "a..example", NULL }, { "\xff.example", NULL },
	{ "x,y.example", NULL },
};

START_TEST(what_a_host_is)
{
	struct arena *arena = arena_new();
	char text[IP_TEXT_MAX];
	struct str domain;
	struct ip ip;

	if (hosts[_i].is == NULL) {
		ck_assert(!uri_host(arena, str_from(hosts[_i].host), &ip,
		    &domain));
	} else {
		ck_assert(uri_host(arena, str_from(hosts[_i].host), &ip,
		    &domain));
		assert_str(domain.len > 0 ? domain : ip_format(&ip, text),
		    hosts[_i].is);
	}
	arena_free(arena);
}
END_TEST

/* What the Public Suffix List is known to hold, and names that it lacks. */
static const struct {
	const char *domain, *organizational;
} domains[] = {
	{ "example.com", "example.com" }, { "a.b.example.com", "example.com" },
	{ "a.example.co.uk", "example.co.uk" }, { "co.uk", "co.uk" },
	{ "com", "com" }, { "a.b.example", "b.example" },
	{ "xn--bcher-kva.example.com", "example.com" },
};

START_TEST(organizational_domains)
{
	struct arena *arena = arena_new();

	assert_str(suffix_organizational(arena, str_from(domains[_i].domain)),
	    domains[_i].organizational);
	arena_free(arena);
}
END_TEST

TCase *
uri_cases(void)
{
	TCase *tc = tcase_create("uri");

	tcase_add_loop_test(tc, hosts_in_a_text, 0, TEST_COUNT(texts));
	tcase_add_test(tc, a_host_has_an_end);
	tcase_add_loop_test(tc, what_a_host_is, 0, TEST_COUNT(hosts));
	tcase_add_loop_test(tc, organizational_domains, 0,
	    TEST_COUNT(domains));
	return tc;
}
