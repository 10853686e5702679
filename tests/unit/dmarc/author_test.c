#include "tests/unit/dmarc/dmarc_test.h"

/* A header of From fields, separated by '|'; others as "Name=value". */
static const struct {
	const char *header;
	const char *domain;		/* NULL: not valid */
	const char *text;		/* the address, or the reason */
} authors[] = {
	{ "a@example.com", "example.com", "a@example.com" },
	{ " A B <a@Example.COM>", "example.com", "a@Example.COM" },
	{ "A\r\n <a@example.com>", "example.com", "a@example.com" },
	{ "\"a@evil.example\" <a@example.com>", "example.com",
	  "a@example.com" },
	{ "(a@evil.example) a@example.com", "example.com", "a@example.com" },
	{ "a@example.com (b@evil.example)", "example.com", "a@example.com" },
	{ "\"b@evil.example\"@example.com", "example.com",
	  "\"b@evil.example\"@example.com" },
	{ "<@evil.example:a@example.com>", "example.com", "a@example.com" },
	{ "a@(evil.example)example.com", "example.com", "a@example.com" },
	{ "a@example(x).(evil.)com", "example.com", "a@example.com" },
	{ "\"\\\"<b@evil.example>\\\"\" <a@example.com>", "example.com",
	  "a@example.com" },
	{ "=?utf-8?q?b=40evil.example?= <a@example.com>", "example.com",
	  "a@example.com" },
	{ "a@b\xc3\xbc" "cher.example", "xn--bcher-kva.example",
	  "a@b\xc3\xbc" "cher.example" },
	{ "a@B\xc3\x9c" "CHER.example", "xn--bcher-kva.example",
	  "a@B\xc3\x9c" "CHER.example" },
	{ "a@XN--bcher-KVA.example", "xn--bcher-kva.example",
	  "a@XN--bcher-KVA.example" },
	{ "a@example\xe3\x80\x82" "com", "example.com",
	  "a@example\xe3\x80\x82" "com" },
	{ "\xc3\xbc@example.com", "example.com", "\xc3\xbc@example.com" },
	{ "a@localhost", "localhost", "a@localhost" },
	{ "a@_x.example.com", "_x.example.com", "a@_x.example.com" },
	{ ",a@example.com,", "example.com", "a@example.com" },
	{ "a@example.com|To=b@evil.example", "example.com",
	  "a@example.com" },
	{ "a@example.com|Sender=b@evil.example", "example.com",
	  "a@example.com" },
	{ "a@example.com|Resent-From=b@evil.example", "example.com",
	  "a@example.com" },
	{ "a@example.com <b@example.com>", "example.com", "b@example.com" },
	/* several mailboxes in one domain have one author domain */
	{ "a@example.com, b@EXAMPLE.com", "example.com", "" },
	{ "a@b\xc3\xbc" "cher.example, c@xn--bcher-kva.example",
	  "xn--bcher-kva.example", "" },
	/* none */
	{ "", NULL, "there is no From field" },
	{ "|Sender=a@example.com", NULL, "there is no From field" },
	{ " ", NULL, "the From field has no address" },
	{ "()", NULL, "the From field has no address" },
	{ ",", NULL, "the From field has no address" },
	{ "\r\n ", NULL, "the From field has no address" },
	/* several fields */
	{ "a@example.com|From=a@example.com", NULL,
	  "there are 2 From fields" },
	{ "a@example.com|From=b@evil.example", NULL,
	  "there are 2 From fields" },
	{ "a@example.com|FROM=b@evil.example", NULL,
	  "there are 2 From fields" },
	{ "a@example.com|From =b@evil.example", NULL,
	  "there are 2 From fields" },
	{ "a@example.com|From=|from\t=", NULL, "there are 3 From fields" },
	{ "a@example.com|From=garbage", NULL, "there are 2 From fields" },
	/* groups */
	{ "g:;", NULL, "the From field has a group" },
	{ "g: a@example.com;", NULL, "the From field has a group" },
	{ "g: a@example.com, b@evil.example;", NULL,
	  "the From field has a group" },
	{ "a@example.com, g:;", NULL, "the From field has a group" },
	{ "g:;, a@example.com", NULL, "the From field has a group" },
	{ "a@example.com: b@evil.example;", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "\"a@example.com\": b@evil.example;", NULL,
	  "the From field has a group" },
	/* several domains */
	{ "a@example.com, b@evil.example", NULL,
	  "the authors are in several domains" },
	{ "a@example.com, b@sub.example.com", NULL,
	  "the authors are in several domains" },
	{ "<a@example.com>,<b@evil.example>", NULL,
	  "the authors are in several domains" },
	{ "a@example.com\r\n ,b@evil.example", NULL,
	  "the authors are in several domains" },
	/* malformed */
	{ "a", NULL, "the From field is malformed: a name has no address" },
	{ "<>", NULL, "the From field is malformed: an address is empty" },
	{ "<a>", NULL,
	  "the From field is malformed: an address has no domain" },
	{ "a@", NULL,
	  "the From field is malformed: there is no domain after @" },
	{ "@example.com", NULL,
	  "the From field is malformed: there is nothing before @" },
	{ "a@example.com b@evil.example", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "a@example.com <b@evil.example>", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "a@example.com <a@sub.example.com>", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "a@example.com <a@example.com> <b@evil.example>", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "a@example.com <a@example.com", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "<a@example.com> <b@evil.example>", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "<a@example.com>b@evil.example", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "a@example.com@evil.example", NULL,
	  "the From field is malformed: an address has more than one @" },
	{ "<a@example.com", NULL,
	  "the From field is malformed: an address has no closing >" },
	{ "a@example.com>", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "<<a@example.com>>", NULL,
	  "the From field is malformed: an address is empty" },
	{ "a@example.com;b@evil.example", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "\"a <b@evil.example>", NULL,
	  "the From field is malformed: a quoted string has no end" },
	{ "(a@example.com", NULL,
	  "the From field is malformed: a comment has no end" },
	{ "a@example.com)", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "a@example..com", NULL,
	  "the From field is malformed: the domain is malformed" },
	{ "a@example.com.", NULL,
	  "the From field is malformed: the domain is malformed" },
	{ "a@example.com\x01", NULL,
	  "the From field is malformed: there is text after an address" },
	{ "a\x08@example.com", NULL,
	  "the From field is malformed: there is a control character" },
	{ "a@exa\xffmple.com", NULL,
	  "the From field is malformed: the domain is not UTF-8" },
	{ "Doe, John <a@example.com>", NULL,
	  "the From field is malformed: a name has no address" },
	{ "a@example.com, evil", NULL,
	  "the From field is malformed: a name has no address" },
	/* no domain that DNS could hold */
	{ "a@[192.0.2.1]", NULL,
	  "the author has an address literal, no domain" },
	{ "a@example.com, b@[192.0.2.1]", NULL,
	  "the author has an address literal, no domain" },
	{ "a@-example.com", NULL, "the author domain is not a domain name" },
	{ "a@exa$mple.com", NULL, "the author domain is not a domain name" },
	{ "a@example.com/evil", NULL,
	  "the author domain is not a domain name" },
	{ "a@=?utf-8?q?example.com?=", NULL,
	  "the author domain is not a domain name" },
	{ "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaa.example", NULL, "the author domain is not a domain name" },
};

/* "value|Name=value|..." */
static struct header
make_header(struct arena *arena, const char *text)
{
	struct str rest = str_from(text), field;
	struct header header = { 0 };
	bool first = true;

	while (str_next(&rest, '|', &field)) {
		size_t equals = str_chr(field, '=');

		if (first && field.len > 0)
			VEC_PUSH(arena, &header.fields, (struct header_field){
			    STR("From"), field });
		else if (!first)
			VEC_PUSH(arena, &header.fields, (struct header_field){
			    str_slice(field, 0, equals),
			    str_skip(field, equals + 1) });
		first = false;
	}
	return header;
}

START_TEST(author_is_found)
{
	struct arena *arena = arena_new();
	struct header header = make_header(arena, authors[_i].header);
	struct dmarc_author author;

	dmarc_author_find(arena, &header, &author);
	if (authors[_i].domain != NULL) {
		assert_str(author.reason, "");
		ck_assert(author.valid);
		assert_str(author.domain, authors[_i].domain);
		assert_str(author.address, authors[_i].text);
	} else {
		assert_str(author.reason, authors[_i].text);
		ck_assert(!author.valid);
		assert_str(author.domain, "");
		assert_str(author.address, "");
	}
	arena_free(arena);
}
END_TEST

START_TEST(author_counts)
{
	struct arena *arena = arena_new();
	struct header header = make_header(arena,
	    "a@example.com, b@example.com|To=c@example.com");
	struct dmarc_author author;

	dmarc_author_find(arena, &header, &author);
	ck_assert_uint_eq(author.fields, 1);
	ck_assert_uint_eq(author.mailboxes, 2);
	arena_free(arena);
}
END_TEST

/* With NUL, which C strings cannot show. */
START_TEST(author_with_nul)
{
	struct arena *arena = arena_new();
	struct header header = { 0 };
	struct dmarc_author author;

	VEC_PUSH(arena, &header.fields, (struct header_field){ STR("From"),
	    STR("a@example.com\0.evil.example") });
	dmarc_author_find(arena, &header, &author);
	ck_assert(!author.valid);
	arena_free(arena);
}
END_TEST

TCase *
author_cases(void)
{
	TCase *tc = tcase_create("author");

	tcase_add_loop_test(tc, author_is_found, 0, TEST_COUNT(authors));
	tcase_add_test(tc, author_counts);
	tcase_add_test(tc, author_with_nul);
	return tc;
}
