#include <string.h>

#include "action/edit.h"
#include "base/limits.h"
#include "mail/authres.h"
#include "mail/safe.h"
#include "tests/support/field_check.h"
#include "tests/unit/action/action_test.h"

static struct arena *arena;
static struct results results;

static void
set_up(void)
{
	arena = arena_new();
	results = (struct results){ .arena = arena };
}

static void
tear_down(void)
{
	arena_free(arena);
}

static struct result *
add(enum method method, enum word word)
{
	VEC_PUSH(arena, &results.list, (struct result){ .method = method,
	    .word = word });
	return &results.list.at[results.list.count - 1];
}

static void
add_with(enum method method, enum word word, const char *name,
    struct str value)
{
	result_add_property(arena, add(method, word), "smtp", name, value);
}

static void
assert_stamp(const char *id, const char *expected)
{
	struct str value = stamp_value(arena, str_from(id), &results);

	ck_assert_ptr_null(authres_fault(value));
	assert_str(value, expected);
}

START_TEST(nothing_applies)
{
	char id[71];

	assert_stamp("mx.example.com", "mx.example.com; none");
	memset(id, 'a', 70);
	id[70] = '\0';
	assert_stamp(id + 22, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "; none");				/* 24 + 48 + 6 */
	assert_stamp(id + 21, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "a;\r\n\tnone");
}
END_TEST

START_TEST(odd_ids)
{
	assert_stamp("mx 1", "\"mx 1\"; none");
	assert_stamp("", "\"\"; none");
	assert_stamp("a;b", "\"a;b\"; none");
	assert_stamp("gr\xc3\xbc\xc3\x9f" "e.example",
	    "\"gr\xc3\xbc\xc3\x9f" "e.example\"; none");
	assert_stamp("x\r\nBcc: y", "\"x??Bcc: y\"; none");
}
END_TEST

START_TEST(a_whole_message)
{
	struct result *r = add(METHOD_DMARC, WORD_PASS);

	r->comment = STR("p=reject dis=none");
	result_add_property(arena, r, "header", "from", STR("example.com"));
	r = add(METHOD_DKIM, WORD_PASS);
	r->reason = STR("2048-bit key");
	result_add_property(arena, r, "header", "d", STR("example.com"));
	result_add_property(arena, r, "header", "s", STR("s1"));
	result_add_property(arena, r, "header", "a", STR("rsa-sha256"));
	result_add_property(arena, r, "header", "b", STR("dGhpcyBp"));
	result_add_property(arena, r, "header", "i", STR("@example.com"));
	r = add(METHOD_DKIM, WORD_TEMPERROR);
	result_add_property(arena, r, "header", "d", STR("list.example"));
	result_add_property(arena, r, "header", "b", STR("ab+/cd=="));
	r = add(METHOD_IPREV, WORD_PASS);
	result_add_property(arena, r, "policy", "iprev", STR("2001:db8::1"));
	r = add(METHOD_SPF, WORD_NONE);
	result_add_property(arena, r, "smtp", "helo", STR("mail.example.com"));
	r = add(METHOD_SPF, WORD_PASS);
	result_add_property(arena, r, "smtp", "mailfrom",
	    STR("ann@example.com"));
	assert_stamp("mx.example.net", "mx.example.net;\r\n"
	    "\tiprev=pass policy.iprev=\"2001:db8::1\";\r\n"
	    "\tspf=none smtp.helo=mail.example.com;\r\n"
	    "\tspf=pass smtp.mailfrom=ann@example.com;\r\n"
	    "\tdkim=pass header.d=example.com header.s=s1"
	    " header.a=rsa-sha256\r\n"
	    "\theader.b=dGhpcyBp header.i=@example.com;\r\n"
	    "\tdkim=temperror header.d=list.example header.b=\"ab+/cd==\";\r\n"
	    "\tdmarc=pass (p=reject dis=none) header.from=example.com");
}
END_TEST

#define A8	"aaaaaaaa"
#define A64	A8 A8 A8 A8 A8 A8 A8 A8

/* What a sender can choose, as the value of smtp.mailfrom. */
static const struct {
	struct str value;
	const char *printed;
} values[] = {
	{ STR_INIT("ann@example.com"), "ann@example.com" },
	{ STR_INIT("Ann@EXAMPLE.com"), "Ann@EXAMPLE.com" },
	{ STR_INIT("@example.com"), "@example.com" },
	{ STR_INIT("example.com"), "example.com" },
	{ STR_INIT("localhost"), "localhost" },
	{ STR_INIT("ann@localhost"), "\"ann@localhost\"" },
	{ STR_INIT("192.0.2.1"), "192.0.2.1" },
	{ STR_INIT("2001:db8::1"), "\"2001:db8::1\"" },
	{ STR_INIT("ann@[192.0.2.1]"), "\"ann@[192.0.2.1]\"" },
	{ STR_INIT(""), "\"\"" },
	{ STR_INIT(" "), "\" \"" },
	{ STR_INIT("a b"), "\"a b\"" },
	{ STR_INIT("a\tb"), "\"a?b\"" },
	{ STR_INIT("\"a b\"@example.com"), "\"\\\"a b\\\"@example.com\"" },
	{ STR_INIT("\"@example.com"), "\"\\\"@example.com\"" },
	{ STR_INIT("a\"b\"c@example.com"),
	  "\"a\\\"b\\\"c@example.com\"" },
	{ STR_INIT("a\\@example.com"), "\"a\\\\@example.com\"" },
	{ STR_INIT("\\"), "\"\\\\\"" },
	{ STR_INIT("\\\""), "\"\\\\\\\"\"" },
	{ STR_INIT("(a)@example.com"), "\"(a)@example.com\"" },
	{ STR_INIT("a(@example.com"), "\"a(@example.com\"" },
	{ STR_INIT("a)@example.com"), "\"a)@example.com\"" },
	{ STR_INIT("a;spf=pass@example.com"), "\"a;spf=pass@example.com\"" },
	{ STR_INIT("a; dmarc=pass header.from=b.example"),
	  "\"a; dmarc=pass header.from=b.example\"" },
	{ STR_INIT("prvs=1=ann@example.com"), "prvs=1=ann@example.com" },
	{ STR_INIT("a=b"), "\"a=b\"" },
	{ STR_INIT("a/b"), "\"a/b\"" },
	{ STR_INIT("a+b@example.com"), "a+b@example.com" },
	{ STR_INIT("a..b@example.com"), "\"a..b@example.com\"" },
	{ STR_INIT(".a@example.com"), "\".a@example.com\"" },
	{ STR_INIT("a@b@example.com"), "\"a@b@example.com\"" },
	{ STR_INIT("a@example..com"), "\"a@example..com\"" },
	{ STR_INIT("a@-x.example"), "\"a@-x.example\"" },
	{ STR_INIT("a@x-.example"), "\"a@x-.example\"" },
	{ STR_INIT("a@_x.example"), "\"a@_x.example\"" },
	{ STR_INIT("a@example.com."), "\"a@example.com.\"" },
	{ STR_INIT("@"), "\"@\"" },
	{ STR_INIT("a@"), "\"a@\"" },
	{ STR_INIT("<ann@example.com>"), "\"<ann@example.com>\"" },
	{ STR_INIT("a,b"), "\"a,b\"" },
	{ STR_INIT("a\r\nX: b"), "\"a??X: b\"" },
	{ STR_INIT("a\rb@example.com"), "a?b@example.com" },
	{ STR_INIT("a\nb"), "\"a?b\"" },
	{ STR_INIT("\r\n"), "\"??\"" },
	{ STR_INIT("a\r\n\tb=c"), "\"a???b=c\"" },
	{ STR_INIT("a\0b"), "\"a?b\"" },
	{ STR_INIT("\0"), "\"?\"" },
	{ STR_INIT("\x01\x1f\x7f\x1b[2J"), "\"????[2J\"" },
	{ STR_INIT("\xff\xfe"), "\"??\"" },
	{ STR_INIT("a\xc3"), "\"a?\"" },
	{ STR_INIT("\xc0\x8a"), "\"??\"" },		/* overlong LF */
	{ STR_INIT("\xed\xa0\x80x"), "\"???x\"" },	/* a surrogate */
	{ STR_INIT("a\xc2\x85" "b"), "\"a??b\"" },	/* NEL */
	{ STR_INIT("a\xe2\x80\xa8" "b"), "\"a???b\"" },	/* line separator */
	{ STR_INIT("a\xe2\x80\xae" "b"), "\"a???b\"" },	/* right to left */
	{ STR_INIT("a\xe2\x81\xa6" "b"), "\"a???b\"" },
	{ STR_INIT("a\xe2\x81\xa5" "b"), "\"a\xe2\x81\xa5" "b\"" },
	{ STR_INIT("j\xc3\xbcrgen@b\xc3\xbc" "cher.example"),
	  "j\xc3\xbcrgen@b\xc3\xbc" "cher.example" },
	{ STR_INIT("b\xc3\xbc" "cher.example"), "b\xc3\xbc" "cher.example" },
	{ STR_INIT("\xc3\xbc"), "\"\xc3\xbc\"" },
	{ STR_INIT("\xf0\x9f\x98\x80@example.com"),
	  "\xf0\x9f\x98\x80@example.com" },
	{ STR_INIT("%s%n%d@example.com"), "%s%n%d@example.com" },
	{ STR_INIT("=?utf-8?q?a?="), "\"=?utf-8?q?a?=\"" },
};

START_TEST(a_value_stays_one_value)
{
	struct str expected, value;
	struct result *result;
	struct authres read;

	expected = arena_printf(arena, "mx.example;\r\n"
	    "\tspf=fail smtp.mailfrom=%s;\r\n\tdmarc=fail",
	    values[_i].printed);
	/* Not by result_add_property(): it leaves out what is empty. */
	result = add(METHOD_SPF, WORD_FAIL);
	VEC_PUSH(arena, &result->properties,
	    (struct result_property){ "smtp", "mailfrom", values[_i].value });
	add(METHOD_DMARC, WORD_FAIL);
	value = stamp_value(arena, STR("mx.example"), &results);
	ck_assert_msg(str_eq(value, expected), "%.*s", STR_ARG(value));
	ck_assert_ptr_null(authres_fault(value));
	ck_assert(authres_parse(arena, value, &read));
	ck_assert_uint_eq(read.results.count, 2);
	ck_assert(str_eq(authres_property(&read.results.at[0], "smtp",
	    "mailfrom"), safe_text(arena, values[_i].value, SAFE_UTF8,
	    1000)));
}
END_TEST

static const struct {
	struct str comment;
	const char *printed;
} comments[] = {
	{ STR_INIT("p=reject"), "(p=reject)" },
	{ STR_INIT("(p=reject)"), "(p=reject)" },
	{ STR_INIT("a(b"), "(a[b)" },
	{ STR_INIT("a)b"), "(a]b)" },
	{ STR_INIT(")("), "(][)" },
	{ STR_INIT("((a)"), "([a)" },
	{ STR_INIT("a\\"), "(a/)" },
	{ STR_INIT("a\\)"), "(a/])" },
	{ STR_INIT("a\"b"), "(a\"b)" },
	{ STR_INIT("a;b=c"), "(a;b=c)" },
	{ STR_INIT("a\r\nb"), "(a??b)" },
	{ STR_INIT("a\0\xff"), "(a?" "?)" },
};

START_TEST(a_comment_stays_one_comment)
{
	add(METHOD_DMARC, WORD_PASS)->comment = comments[_i].comment;
	ck_assert(str_eq(stamp_value(arena, STR("mx.example"), &results),
	    arena_printf(arena, "mx.example;\r\n\tdmarc=pass %s",
	    comments[_i].printed)));
	ck_assert_ptr_null(authres_fault(stamp_value(arena, STR("mx.example"),
	    &results)));
}
END_TEST

static const struct {
	struct str reason;
	const char *printed;
} reasons[] = {
	{ STR_INIT("ok"), "\"ok\"" },
	{ STR_INIT("no key"), "\"no key\"" },
	{ STR_INIT("a\"b\\c"), "\"a\\\"b\\\\c\"" },
	{ STR_INIT("a\r\nb"), "\"a??b\"" },
	{ STR_INIT("(a"), "\"(a\"" },
	{ STR_INIT("x smtp.mailfrom=a@b.example"),
	  "\"x smtp.mailfrom=a@b.example\"" },
};

START_TEST(a_reason_stays_one_reason)
{
	add(METHOD_DKIM, WORD_FAIL)->reason = reasons[_i].reason;
	ck_assert(str_eq(stamp_value(arena, STR("mx.example"), &results),
	    arena_printf(arena, "mx.example;\r\n\tdkim=fail reason=%s",
	    reasons[_i].printed)));
	ck_assert_ptr_null(authres_fault(stamp_value(arena, STR("mx.example"),
	    &results)));
}
END_TEST

START_TEST(a_long_reason_is_folded_at_its_blanks)
{
	add(METHOD_SPF, WORD_PERMERROR)->reason =
	    STR("the record of example.com uses eleven terms that need DNS, "
	    "and ten are the most that one evaluation may use");
	assert_stamp("mx.example", "mx.example;\r\n"
	    "\tspf=permerror\r\n"
	    "\treason=\"the record of example.com uses eleven terms that need"
	    " DNS,\r\n"
	    " and ten are the most that one evaluation may use\"");
}
END_TEST

START_TEST(a_long_address_gets_a_line_of_its_own)
{
	add_with(METHOD_SPF, WORD_PASS, "mailfrom",
	    STR(A64 "@" A8 A8 ".example.com"));
	assert_stamp("mx.example", "mx.example;\r\n\tspf=pass\r\n"
	    "\tsmtp.mailfrom=" A64 "@" A8 A8 ".example.com");
}
END_TEST

START_TEST(the_semicolon_has_room)
{
	/* 8 + "spf=pass smtp.helo=" (19) + 50 is 77 columns, 78 with ";". */
	add_with(METHOD_SPF, WORD_PASS, "helo",
	    STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com"));
	add(METHOD_DMARC, WORD_NONE);
	assert_stamp("mx.example", "mx.example;\r\n\tspf=pass smtp.helo="
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com;\r\n"
	    "\tdmarc=none");
	results.list.at[0].properties.at[0].value =
	    STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com");
	assert_stamp("mx.example", "mx.example;\r\n\tspf=pass\r\n\tsmtp.helo="
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com;\r\n"
	    "\tdmarc=none");
}
END_TEST

/* 64 kB of one octet each: cut, and well-formed. */
START_TEST(long_values_are_cut)
{
	static char big[65536];
	struct str value;
	struct result *r;

	r = add(METHOD_SPF, WORD_FAIL);
	r->reason = r->comment = str_make(big, sizeof(big));
	result_add_property(arena, r, "smtp", "mailfrom",
	    str_make(big, sizeof(big)));
	for (int c = 0; c < 256; c++) {
		memset(big, c, sizeof(big));
		value = stamp_value(arena, STR("mx.example"), &results);
		ck_assert_msg(authres_fault(value) == NULL, "%s: %.*s",
		    authres_fault(value), STR_ARG(value));
		ck_assert(str_ends_nocase(value, STR("...\"")));
		ck_assert_uint_lt(value.len, 2200);
	}
}
END_TEST

START_TEST(a_cut_keeps_characters_whole)
{
	char text[400];
	struct str value;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "\xe2\x82\xac"[i % 3];
	for (size_t shift = 0; shift < 3; shift++) {
		memset(text, 'x', shift);
		results.list.count = 0;
		add_with(METHOD_SPF, WORD_FAIL, "mailfrom",
		    str_make(text, sizeof(text) - 1));
		value = stamp_value(arena, STR("mx.example"), &results);
		ck_assert_ptr_null(authres_fault(value));
		ck_assert(str_ends_nocase(value, STR("...\"")));
	}
}
END_TEST

START_TEST(a_cut_domain_is_no_domain)
{
	char text[400];
	struct str value;

	memset(text, 'a', sizeof(text));
	memcpy(text, "a@example.com.", 14);
	add_with(METHOD_SPF, WORD_FAIL, "mailfrom",
	    str_make(text, sizeof(text)));
	value = stamp_value(arena, STR("mx.example"), &results);
	ck_assert(str_ends_nocase(value, STR("aaa...\"")));
	ck_assert_uint_eq(value.len,
	    strlen("mx.example;\r\n\tspf=fail\r\n\tsmtp.mailfrom=\"\"") + 320);
}
END_TEST

static size_t
occurrences(struct str text, const char *what)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += str_starts_nocase(str_skip(text, i), str_from(what));
	return count;
}

START_TEST(many_signatures_leave_room_for_the_rest)
{
	char name[320];
	struct str value;

	memset(name, '"', sizeof(name));
	for (int i = 0; i < 100; i++)
		for (int p = 0; p < 5; p++)
			result_add_property(arena, p == 0 ? add(METHOD_DKIM,
			    i == 99 ? WORD_PASS : WORD_FAIL) :
			    &results.list.at[i], "header", "d",
			    str_make(name, sizeof(name)));
	add(METHOD_DMARC, WORD_PASS);
	add(METHOD_SPF, WORD_SOFTFAIL);
	value = stamp_value(arena, STR("mx.example"), &results);
	ck_assert_ptr_null(authres_fault(value));
	ck_assert_uint_le(value.len, LIMIT_AUTHRES_OCTETS);
	ck_assert_uint_eq(occurrences(value, "dmarc=pass"), 1);
	ck_assert_uint_eq(occurrences(value, "spf=softfail"), 1);
	ck_assert_uint_eq(occurrences(value, "dkim=pass"), 1);
	ck_assert_uint_eq(occurrences(value, "dkim=fail"), 3);
	ck_assert(str_ends_nocase(value,
	    STR("\r\n\t(96 more results left out)")));
}
END_TEST

START_TEST(the_count_of_results_is_capped)
{
	struct str value;

	for (int i = 0; i < 80; i++)
		add(METHOD_DKIM, WORD_FAIL);
	add(METHOD_DMARC, WORD_FAIL);
	value = stamp_value(arena, STR("mx.example"), &results);
	ck_assert_ptr_null(authres_fault(value));
	ck_assert_uint_eq(occurrences(value, "dkim=fail"), 63);
	ck_assert_uint_eq(occurrences(value, "dmarc=fail"), 1);
	ck_assert_uint_eq(occurrences(value, "(17 more results left out)"), 1);
}
END_TEST

/* The checker itself: what it must not let pass. */
static const char *const faulty[] = {
	"", "a", "a;", "a; spf", "a; none x", "a; spf=", "a; spf=pass;",
	"a; spf=pass\r\nx", "a; spf=pass\n x", "a; spf=pass\r x",
	"a; spf=pass\r\n \r\n x.y=z", "a; spf=pass (", "a; spf=pass )",
	"a; spf=pass (a\\)", "a; spf=pass x.y=\"", "a; spf=pass x.y=\"\\\"",
	"a; spf=pass x.y=a=b", "a; spf=pass x.y=a@b", "a; spf=pass x=y",
	"a; spf=pass x.y=\"a\"b", "a; spf=pass x.y=(a)", "a b; none",
	"a; spf=pass x.y=z reason=\"a\"", "a; spf=pass reason=a;b",
	"a; spf=pass\x01", "a; spf=pass x.y=\"\xff\"", " a; none",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; none",
};

START_TEST(the_checker_finds_faults)
{
	ck_assert_ptr_nonnull(authres_fault(str_from(faulty[_i])));
}
END_TEST

TCase *
stamp_cases(void)
{
	TCase *tc = tcase_create("stamp");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, nothing_applies);
	tcase_add_test(tc, odd_ids);
	tcase_add_test(tc, a_whole_message);
	tcase_add_loop_test(tc, a_value_stays_one_value, 0,
	    TEST_COUNT(values));
	tcase_add_loop_test(tc, a_comment_stays_one_comment, 0,
	    TEST_COUNT(comments));
	tcase_add_loop_test(tc, a_reason_stays_one_reason, 0,
	    TEST_COUNT(reasons));
	tcase_add_test(tc, a_long_reason_is_folded_at_its_blanks);
	tcase_add_test(tc, a_long_address_gets_a_line_of_its_own);
	tcase_add_test(tc, the_semicolon_has_room);
	tcase_add_test(tc, long_values_are_cut);
	tcase_add_test(tc, a_cut_keeps_characters_whole);
	tcase_add_test(tc, a_cut_domain_is_no_domain);
	tcase_add_test(tc, many_signatures_leave_room_for_the_rest);
	tcase_add_test(tc, the_count_of_results_is_capped);
	tcase_add_loop_test(tc, the_checker_finds_faults, 0,
	    TEST_COUNT(faulty));
	return tc;
}
