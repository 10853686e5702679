#include "tests/unit/spf/spf_test.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "spf/macro.h"

/* The sender, domain and addresses of RFC 7208 section 7.4. */
static struct macro_values
values_of(const char *client)
{
	struct macro_values values = {
		.local = STR("strong-bad"),
		.sender_domain = STR("email.example.com"),
		.domain = STR("email.example.com"),
		.helo = STR("mx.example.org"),
		.receiver = STR("mail.example.net"),
		.now = 1700000000
	};

	ck_assert(ip_parse(str_from(client), &values.client));
	return values;
}

static const char v4[] = "192.0.2.3", v6[] = "2001:db8::cb01";

static const struct {
	const char *client, *text, *expanded;
} names[] = {
	/* The examples of section 7.4 */
	{ v4, "%{s}", "strong-bad@email.example.com" },
	{ v4, "%{o}", "email.example.com" },
	{ v4, "%{d}", "email.example.com" },
	{ v4, "%{d4}", "email.example.com" },
	{ v4, "%{d3}", "email.example.com" },
	{ v4, "%{d2}", "example.com" },
	{ v4, "%{d1}", "com" },
	{ v4, "%{dr}", "com.example.email" },
	{ v4, "%{d2r}", "example.email" },
	{ v4, "%{l}", "strong-bad" },
	{ v4, "%{l-}", "strong.bad" },
	{ v4, "%{lr}", "strong-bad" },
	{ v4, "%{lr-}", "bad.strong" },
	{ v4, "%{l1r-}", "strong" },
	{ v4, "%{ir}.%{v}._spf.%{d2}",
	  "3.2.0.192.in-addr._spf.example.com" },
	{ v4, "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com" },
	{ v4, "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
	  "bad.strong.lp.3.2.0.192.in-addr._spf.example.com" },
	{ v4, "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}",
	  "3.2.0.192.in-addr.strong.lp._spf.example.com" },
	{ v4, "%{d2}.trusted-domains.example.net",
	  "example.com.trusted-domains.example.net" },
	{ v6, "%{ir}.%{v}._spf.%{d2}", "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
	  "0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com" },
	/* Ours */
	{ v4, "", "email.example.com" },
	{ v4, "%{h}.", "mx.example.org" },
	{ v4, "%{p}", "unknown" },
	{ v4, "a%%b%_c%-d", "a%b c%20d" },
	{ v4, "%{D2}", "example.com" },
	{ v4, "%{S}", "strong-bad%40email.example.com" },
	{ v4, "%{d99999999999999999999}", "email.example.com" },
	{ v4, "%{l1r.-}", "strong" },
	{ v4, "%{o1r=}", "email.example.com" },
	{ v4, "%{DR}", "com.example.email" },
};

START_TEST(expands_names)
{
	struct arena *arena = arena_new();
	struct macro_values values = values_of(names[_i].client);
	struct str name;

	ck_assert_int_eq(macro_domain(arena, str_from(names[_i].text), &values,
	    &name), MACRO_OK);
	assert_str(name, names[_i].expanded);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *client, *text, *expanded;	/* NULL: refused */
} explanations[] = {
	{ v4, "%{c} is %{i}", "192.0.2.3 is 192.0.2.3" },
	{ v6, "%{c} %{i}", "2001:db8::cb01 2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0."
	  "0.0.0.0.0.0.0.0.0.0.0.C.B.0.1" },
	{ v4, "%{r} at %{t}", "mail.example.net at 1700000000" },
	{ v4, "see http://%{d}/?s=%{S}&i=%{I}",
	  "see http://email.example.com/?s=strong-bad%40email.example.com"
	  "&i=192.0.2.3" },
	{ v4, "100%% of%_it.", "100% of it." },
	{ v4, "", "" },
	{ v4, "100%", NULL }, { v4, "%{", NULL }, { v4, "%{d", NULL },
	{ v4, "%{z}", NULL }, { v4, "%{d-", NULL }, { v4, "a\nb", NULL },
	{ v4, "gr\xc3\xbc\xc3\x9f", NULL }, { v4, "\x7f", NULL },
};

START_TEST(expands_explanations)
{
	struct arena *arena = arena_new();
	struct macro_values values = values_of(explanations[_i].client);
	const char *expanded = explanations[_i].expanded;
	struct str text;

	ck_assert_int_eq(macro_expand(arena, str_from(explanations[_i].text),
	    MACRO_EXPLANATION, &values, &text),
	    expanded == NULL ? MACRO_BAD : MACRO_OK);
	if (expanded != NULL)
		assert_str(text, expanded);
	arena_free(arena);
}
END_TEST

/* RFC 8616 section 4 */
static const struct {
	const char *text;
	enum macro_result result;
} eai[] = {
	{ "%{l}.example.com", MACRO_NEVER }, { "%{s}", MACRO_NEVER },
	{ "%{L1r-}.example.com", MACRO_NEVER }, { "x.%{S}", MACRO_NEVER },
	{ "%{o}", MACRO_OK }, { "%{d}", MACRO_OK }, { "%{h}", MACRO_OK },
};

START_TEST(non_ascii_local_parts_match_nothing)
{
	struct arena *arena = arena_new();
	struct macro_values values = values_of(v4);
	struct str name;

	values.local = STR("j\xc3\xbcrgen");
	ck_assert_int_eq(macro_domain(arena, str_from(eai[_i].text), &values,
	    &name), eai[_i].result);
	arena_free(arena);
}
END_TEST

/* Section 7.3: whole labels from the left, until 253 octets are left. */
START_TEST(cuts_long_names)
{
	struct arena *arena = arena_new();
	struct macro_values values = values_of(v4);
	struct buf helo;
	struct str name;

	buf_init(&helo, arena, 1000);
	for (int i = 0; i < 100; i++)
		buf_addz(&helo, "abcde.");
	values.helo = str_slice(buf_str(&helo), 0, 599);
	ck_assert_int_eq(macro_domain(arena, STR("%{h}.xy.example.com"),
	    &values, &name), MACRO_OK);
	/* 14 octets at the end, and 39 labels of 6 with their dots */
	ck_assert_uint_eq(name.len, 248);
	assert_str(str_slice(name, 0, 12), "abcde.abcde.");
	assert_str(str_skip(name, name.len - 19), "bcde.xy.example.com");
	arena_free(arena);
}
END_TEST

START_TEST(cuts_names_that_are_far_too_long)
{
	struct arena *arena = arena_new();
	struct macro_values values = values_of(v4);
	struct buf local, spec;
	struct str name;

	buf_init(&local, arena, 1000);
	for (int i = 0; i < 500; i++)
		buf_addz(&local, "@.");
	buf_init(&spec, arena, 4096);
	for (int i = 0; i < 1000; i++)
		buf_addz(&spec, "%{L}");
	buf_addz(&spec, ".example.com");
	values.local = buf_str(&local);
	ck_assert_int_eq(macro_domain(arena, buf_str(&spec), &values, &name),
	    MACRO_OK);
	ck_assert_uint_le(name.len, LIMIT_DOMAIN_OCTETS);
	ck_assert_uint_gt(name.len, 240);
	assert_str(str_skip(name, name.len - 16), "%40..example.com");
	arena_free(arena);
}
END_TEST

START_TEST(knows_what_is_wanted)
{
	ck_assert(macro_wants(STR("%{i}.%{P2r}.x"), 'p'));
	ck_assert(!macro_wants(STR("%{i}.%%{p}.x"), 'p'));
	ck_assert(!macro_wants(STR("p"), 'p'));
	ck_assert(!macro_wants(STR("%"), 'p'));
}
END_TEST

START_TEST(carries_a_nul)
{
	struct arena *arena = arena_new();
	struct macro_values values = values_of(v4);
	struct str name;

	values.local = str_make("a\0b", 3);
	ck_assert_int_eq(macro_domain(arena, STR("%{s}"), &values, &name),
	    MACRO_OK);
	ck_assert_uint_eq(name.len, 21);
	ck_assert_int_eq(macro_domain(arena, STR("%{L}"), &values, &name),
	    MACRO_OK);
	assert_str(name, "a%00b");
	arena_free(arena);
}
END_TEST

void
add_macro_tests(Suite *suite)
{
	TCase *tc = tcase_create("macro");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, expands_names, 0, TEST_COUNT(names));
	tcase_add_loop_test(tc, expands_explanations, 0,
	    TEST_COUNT(explanations));
	tcase_add_loop_test(tc, non_ascii_local_parts_match_nothing, 0,
	    TEST_COUNT(eai));
	tcase_add_test(tc, cuts_long_names);
	tcase_add_test(tc, cuts_names_that_are_far_too_long);
	tcase_add_test(tc, knows_what_is_wanted);
	tcase_add_test(tc, carries_a_nul);
}
