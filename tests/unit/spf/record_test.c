#include "tests/unit/spf/spf_test.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "spf/record.h"

static const struct {
	const char *term;
	enum spf_kind kind;
	enum word word;
	const char *spec;
	unsigned bits4, bits6;
} good_terms[] = {
	{ "all", SPF_ALL, WORD_PASS, "", 32, 128 },
	{ "-ALL", SPF_ALL, WORD_FAIL, "", 32, 128 },
	{ "~all", SPF_ALL, WORD_SOFTFAIL, "", 32, 128 },
	{ "?all", SPF_ALL, WORD_NEUTRAL, "", 32, 128 },
	{ "+all", SPF_ALL, WORD_PASS, "", 32, 128 },
	{ "a", SPF_A, WORD_PASS, "", 32, 128 },
	{ "A/0", SPF_A, WORD_PASS, "", 0, 128 },
	{ "a//0", SPF_A, WORD_PASS, "", 32, 0 },
	{ "a/24//64", SPF_A, WORD_PASS, "", 24, 64 },
	{ "a:mail.example.com/24//64", SPF_A, WORD_PASS, "mail.example.com",
	  24, 64 },
	{ "a:%{d}/8", SPF_A, WORD_PASS, "%{d}", 8, 128 },
	{ "a:a/b.example.com", SPF_A, WORD_PASS, "a/b.example.com", 32, 128 },
	{ "a:x.example.com.", SPF_A, WORD_PASS, "x.example.com.", 32, 128 },
	{ "a:x.xn--p1ai", SPF_A, WORD_PASS, "x.xn--p1ai", 32, 128 },
	{ "a:x.1a", SPF_A, WORD_PASS, "x.1a", 32, 128 },
	{ "a:x.1-2", SPF_A, WORD_PASS, "x.1-2", 32, 128 },
	{ "a:.example", SPF_A, WORD_PASS, ".example", 32, 128 },
	{ "a:x%%", SPF_A, WORD_PASS, "x%%", 32, 128 },
	{ "mx/32//128", SPF_MX, WORD_PASS, "", 32, 128 },
	{ "mx:%{ir}.%{v}.%{d2}", SPF_MX, WORD_PASS, "%{ir}.%{v}.%{d2}", 32,
	  128 },
	{ "ptr", SPF_PTR, WORD_PASS, "", 32, 128 },
	{ "ptr:example.com", SPF_PTR, WORD_PASS, "example.com", 32, 128 },
	{ "-include:a.example", SPF_INCLUDE, WORD_FAIL, "a.example", 32, 128 },
	{ "exists:%{L1R+-.,/_=}.example.com", SPF_EXISTS, WORD_PASS,
	  "%{L1R+-.,/_=}.example.com", 32, 128 },
	{ "redirect=b.example", SPF_REDIRECT, WORD_NONE, "b.example", 0, 0 },
	{ "EXP=c.example", SPF_EXP, WORD_NONE, "c.example", 0, 0 },
	{ "x-1_y.z=%{d}anything:at//all", SPF_OTHER, WORD_NONE,
	  "%{d}anything:at//all", 0, 0 },
	{ "all=", SPF_OTHER, WORD_NONE, "", 0, 0 },
	{ "a=x", SPF_OTHER, WORD_NONE, "x", 0, 0 },
	{ "moo=", SPF_OTHER, WORD_NONE, "", 0, 0 },
};

static bool
parse_z(struct arena *arena, struct spf_record *record, const char *text)
{
	struct str why;

	return spf_record_parse(arena, str_from(text), record, &why);
}

START_TEST(reads_a_term)
{
	struct arena *arena = arena_new();
	char text[200] = "v=spf1 ";
	struct spf_record record;

	strcat(text, good_terms[_i].term);
	ck_assert_msg(parse_z(arena, &record, text), "%s", text);
	ck_assert_uint_eq(record.count, 1);
	ck_assert_int_eq(record.terms[0].kind, good_terms[_i].kind);
	ck_assert_int_eq(record.terms[0].word, good_terms[_i].word);
	assert_str(record.terms[0].text, good_terms[_i].term);
	assert_str(record.terms[0].spec, good_terms[_i].spec);
	ck_assert_uint_eq(record.terms[0].bits4, good_terms[_i].bits4);
	ck_assert_uint_eq(record.terms[0].bits6, good_terms[_i].bits6);
	arena_free(arena);
}
END_TEST

static const char *const bad_terms[] = {
	"al", "alll", "all:", "all.", "all/8", "all:example.com", "--all",
	"!all", "-", "+", ":", "=", "=x", "1x=y", "-x=y", "_x=y",
	"a:", "a:x", "a:1.2.3.4", "a:x.1", "a:x.-a", "a:x.a-", "a:x..",
	"a:x. ..", "a:x.e_x", "a:x.%", "a:%{d}.", "a:%{d", "a:%{}", "a:%{x}",
	"a:%{d0}", "a:%{d}x", "a:%{c}.example", "a:%{r}.example",
	"a:%{t}.example", "a:%{dr0}", "a:%{d:}", "a:%(d)", "a:%a.example",
	"a:%", "a/", "a//", "a/33", "a/00", "a/08", "a//129", "a//064",
	"a/24/64", "a/24///64", "a/x", "a:x.example/33", "a:x.example/",
	"a/-1", "a/24 /", "ab", "mx:", "mx/33", "mxs",
	"ptr:", "ptr/24", "ptr:x", "include", "include:", "include:x",
	"include/24", "include:x.example/24", "exists", "exists:",
	"exists:x.example/24", "ip4", "ip4:", "ip4:1.2.3", "ip4:1.2.3.4.5",
	"ip4:1.2.3.256", "ip4:01.2.3.4", "ip4:1.2.3.4/33", "ip4:1.2.3.4/",
	"ip4:1.2.3.4/08", "ip4:1.2.3.4//8", "ip4:2001:db8::1", "ip4:%{i}",
	"ip4/8", "ip6:1.2.3.4", "ip6:", "ip6:::/129", "ip6:2001:db8::/",
	"ip6:::1::", "ip6:12345::", "ip6:2001:db8::1%eth0",
	"redirect=", "redirect=x", "redirect:x.example", "redirect",
	"exp=", "exp=x", "exp=%{c}.example", "x=%", "x=%{q}", "x=%{c}",
	"redirect=a.example redirect=a.example", "exp=a.example exp=b.example",
	"a\tb", "all\x01", "\x80", "x=\xc3\xa9", "a:\x7f.example",
	"unknown", "unknown:x.example", "spf2.0/pra",
};

START_TEST(refuses_a_term)
{
	struct arena *arena = arena_new();
	char text[200] = "v=spf1 ";
	struct spf_record record;

	strcat(text, bad_terms[_i]);
	ck_assert_msg(!parse_z(arena, &record, text), "%s", text);
	arena_free(arena);
}
END_TEST

/* Wherever it stands: section 4.6. */
START_TEST(a_late_mistake_counts)
{
	struct arena *arena = arena_new();
	struct spf_record record;
	struct str why;

	ck_assert(!spf_record_parse(arena, STR("v=spf1 +all ipv4:x\x1b\"y"),
	    &record, &why));
	assert_str(why, "bad term \"ipv4:x??y\"");
	arena_free(arena);
}
END_TEST

START_TEST(keeps_terms_in_order)
{
	struct arena *arena = arena_new();
	struct spf_record record;

	ck_assert(parse_z(arena, &record, "V=SPF1   redirect=r.example  mx "
	    "exp=e.example a -all  "));
	ck_assert_uint_eq(record.count, 5);
	ck_assert(record.has_all);
	ck_assert_ptr_eq(record.redirect, &record.terms[0]);
	ck_assert_ptr_eq(record.exp, &record.terms[2]);
	ck_assert_int_eq(record.terms[3].kind, SPF_A);
	ck_assert(parse_z(arena, &record, "v=spf1"));
	ck_assert_uint_eq(record.count, 0);
	ck_assert(!record.has_all);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *term, *ip;
	bool inside;
} nets[] = {
	{ "ip4:192.0.2.1", "192.0.2.1", true },
	{ "ip4:192.0.2.1", "192.0.2.2", false },
	{ "ip4:192.0.2.0/24", "192.0.2.255", true },
	{ "ip4:192.0.2.99/24", "192.0.2.1", true },
	{ "ip4:0.0.0.0/0", "203.0.113.7", true },
	{ "ip4:0.0.0.0/0", "2001:db8::1", false },
	{ "ip6:::/0", "2001:db8::1", true },
	{ "ip6:::/0", "192.0.2.1", false },
	{ "ip6:::ffff:192.0.2.1", "192.0.2.1", false },
	{ "ip6:2001:db8::/33", "2001:db8:8000::", false },
	{ "ip6:2001:DB8::/33", "2001:db8:7fff::", true },
};

START_TEST(reads_networks)
{
	struct arena *arena = arena_new();
	char text[200] = "v=spf1 ";
	struct spf_record record;
	struct ip ip;

	strcat(text, nets[_i].term);
	ck_assert(parse_z(arena, &record, text));
	ck_assert(ip_parse(str_from(nets[_i].ip), &ip));
	ck_assert_int_eq(ipnet_contains(&record.terms[0].net, &ip),
	    nets[_i].inside);
	arena_free(arena);
}
END_TEST

static struct str
repeated(struct arena *arena, const char *first, const char *piece,
    size_t count)
{
	struct buf buf;

	buf_init(&buf, arena, 1 << 20);
	buf_addz(&buf, first);
	for (size_t i = 0; i < count; i++)
		buf_addz(&buf, piece);
	return buf_str(&buf);
}

START_TEST(has_limits)
{
	struct arena *arena = arena_new();
	struct spf_record record;
	struct str why, text;

	ck_assert(spf_record_parse(arena, repeated(arena, "v=spf1", " a",
	    LIMIT_SPF_TERMS), &record, &why));
	ck_assert_uint_eq(record.count, 256);
	ck_assert(!spf_record_parse(arena, repeated(arena, "v=spf1", " a",
	    LIMIT_SPF_TERMS + 1), &record, &why));
	assert_str(why, "more than 256 terms");
	text = repeated(arena, "v=spf1 x=", "y", 4096 - 9);
	ck_assert_uint_eq(text.len, 4096);
	ck_assert(spf_record_parse(arena, text, &record, &why));
	ck_assert(!spf_record_parse(arena, repeated(arena, "v=spf1 x=", "y",
	    4096 - 8), &record, &why));
	assert_str(why, "more than 4096 octets");
	/* All blanks: no term, whatever the length. */
	ck_assert(spf_record_parse(arena, repeated(arena, "v=spf1", " ",
	    4090), &record, &why));
	arena_free(arena);
}
END_TEST

static const struct {
	const char *texts[3];
	size_t found;
} selections[] = {
	{ { "v=spf1" }, 1 },
	{ { "V=sPf1 -all" }, 1 },
	{ { "v=spf10 -all" }, 0 },
	{ { " v=spf1 -all" }, 0 },
	{ { "v=spf1\t-all" }, 0 },
	{ { "v=spf2.0/pra -all", "v=spf1 -all" }, 1 },
	{ { "v=spf1 -all", "x", "v=spf1 -all" }, 2 },
	{ { "" }, 0 },
};

START_TEST(selects_by_version)
{
	struct dns_record records[3];
	struct dns_answer answer = { .records = records };
	struct str text;

	while (answer.count < 3 &&
	    selections[_i].texts[answer.count] != NULL) {
		records[answer.count].text =
		    str_from(selections[_i].texts[answer.count]);
		answer.count++;
	}
	ck_assert_uint_eq(spf_record_select(&answer, &text),
	    selections[_i].found);
}
END_TEST

/* A NUL does not end anything early. */
START_TEST(sees_past_a_nul)
{
	struct arena *arena = arena_new();
	struct spf_record record;
	struct str why;

	ck_assert(!spf_record_parse(arena, str_make("v=spf1 a\0 -all", 14),
	    &record, &why));
	ck_assert(!spf_record_parse(arena, str_make("v=spf1 ip4:1.2.3.4\0",
	    19), &record, &why));
	arena_free(arena);
}
END_TEST

void
add_record_tests(Suite *suite)
{
	TCase *tc = tcase_create("record");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, reads_a_term, 0, TEST_COUNT(good_terms));
	tcase_add_loop_test(tc, refuses_a_term, 0, TEST_COUNT(bad_terms));
	tcase_add_test(tc, a_late_mistake_counts);
	tcase_add_test(tc, keeps_terms_in_order);
	tcase_add_loop_test(tc, reads_networks, 0, TEST_COUNT(nets));
	tcase_add_test(tc, has_limits);
	tcase_add_loop_test(tc, selects_by_version, 0,
	    TEST_COUNT(selections));
	tcase_add_test(tc, sees_past_a_nul);
}
