#include <string.h>

#include "action/edit.h"
#include "base/limits.h"
#include "mail/encode.h"
#include "tests/support/field_check.h"
#include "tests/unit/action/action_test.h"

static struct arena *arena;
static struct header header;
static struct policy_run run;
static struct edit_list edits;

static void
set_up(void)
{
	arena = arena_new();
	header = (struct header){ 0 };
	run = (struct policy_run){ 0 };
	edits = (struct edit_list){ 0 };
}

static void
tear_down(void)
{
	arena_free(arena);
}

static void
field(const char *name, struct str value)
{
	VEC_PUSH(arena, &header.fields, (struct header_field){
	    str_from(name), value });
}

static struct policy_rule *
tag(const char *name, struct str value)
{
	VEC_PUSH(arena, &run.fired, (struct policy_rule){
	    .action = ACTION_TAG, .tag_name = str_from(name),
	    .tag_value = value });
	return &run.fired.at[run.fired.count - 1];
}

static const char kinds[] = {
	[EDIT_INSERT] = 'i', [EDIT_ADD] = 'a', [EDIT_CHANGE] = 'c',
	[EDIT_DELETE] = 'd',
};

/* The edits as text: "a0 X-Spam-Flag=YES|" each. */
static void
assert_edits(const char *expected)
{
	struct str text = STR("");

	edit_tags(arena, &edits, &header, &run);
	for (size_t i = 0; i < edits.list.count; i++) {
		const struct edit *e = &edits.list.at[i];
		char *name = arena_z(arena, e->name);

		if (e->kind != EDIT_DELETE)
			ck_assert_ptr_null(field_fault(name, e->value));
		text = arena_printf(arena, "%.*s%c%u %s=%.*s|", STR_ARG(text),
		    kinds[e->kind], e->nth, name, STR_ARG(e->value));
	}
	assert_str(text, expected);
}

START_TEST(a_tag_is_added)
{
	field("X-Spam", STR(" YES"));
	tag("X-Spam-Flag", STR("YES"));
	assert_edits("a0 X-Spam-Flag=YES|");
}
END_TEST

START_TEST(a_tag_replaces_all_of_its_name)
{
	field("X-Spam-Flag", STR(" NO"));
	field("Subject", STR(" hi"));
	field("x-spam-flag", STR(" NO"));
	field("X-SPAM-FLAG ", STR(" NO"));
	tag("X-Spam-Flag", STR("YES"));
	assert_edits("d3 X-Spam-Flag=|d2 X-Spam-Flag=|c1 X-Spam-Flag=YES|");
}
END_TEST

START_TEST(the_last_of_a_name_counts)
{
	tag("X-Level", STR("1"));
	tag("X-Other", STR("x"));
	tag("x-level", STR("2"));
	assert_edits("a0 X-Other=x|a0 x-level=2|");
}
END_TEST

START_TEST(only_tags_that_act)
{
	tag("X-A", STR("1"))->shadow = true;
	tag("X-B", STR("1"))->action = ACTION_NOTE;
	tag("subject", STR("[S] "))->shadow = true;
	assert_edits("");
}
END_TEST

static const struct {
	struct str name;
	bool ok;
} names[] = {
	{ STR_INIT("X-Spam"), true }, { STR_INIT("x"), true },
	{ STR_INIT("X{}~!"), true },
	{ STR_INIT(""), false }, { STR_INIT("X Spam"), false },
	{ STR_INIT("X-Spam:"), false }, { STR_INIT("X:Y"), false },
	{ STR_INIT("X\r\nY"), false }, { STR_INIT("X\0Y"), false },
	{ STR_INIT("X\xc3\xbc"), false }, { STR_INIT("X\t"), false },
	{ STR_INIT("Authentication-Results"), false },
	{ STR_INIT("authentication-RESULTS"), false },
};

START_TEST(names_are_vetted)
{
	tag("", STR("1"))->tag_name = names[_i].name;
	edit_tags(arena, &edits, &header, &run);
	ck_assert_uint_eq(edits.list.count, names[_i].ok);
}
END_TEST

static const struct {
	struct str value;
	const char *printed;
} values[] = {
	{ STR_INIT("YES"), "YES" }, { STR_INIT(" YES "), "YES" },
	{ STR_INIT(""), "" },
	{ STR_INIT("a\r\nBcc: x"), "a??Bcc: x" },
	{ STR_INIT("a\0b\tc"), "a?b?c" },
	{ STR_INIT("a\xff"), "a?" },
	{ STR_INIT("100% (\"x\\"), "100% (\"x\\" },
	{ STR_INIT("gr\xc3\xbc\xc3\x9f" "e"),
	  "=?UTF-8?Q?gr=C3=BC=C3=9Fe?=" },
	{ STR_INIT("\xe2\x82\xac _=?\xc3\xbc"),
	  "=?UTF-8?Q?=E2=82=AC_=5F=3D=3F=C3=BC?=" },
	{ STR_INIT("12345678901234567890123456789012345678901234567890 "
	    "1234567890"),
	  "12345678901234567890123456789012345678901234567890 1234567890" },
	{ STR_INIT("12345678901234567890123456789012345678901234567890 "
	    "1234567890123456789"),
	  "12345678901234567890123456789012345678901234567890 "
	  "1234567890123456789" },
	{ STR_INIT("12345678901234567890123456789012345678901234567890 "
	    "12345678901234567890"),
	  "12345678901234567890123456789012345678901234567890\r\n "
	  "12345678901234567890" },
};

START_TEST(values_are_safe_and_folded)
{
	tag("X-Spam", values[_i].value);
	assert_edits(arena_z(arena, arena_printf(arena, "a0 X-Spam=%s|",
	    values[_i].printed)));
}
END_TEST

START_TEST(long_values_are_broken_into_words)
{
	static char big[65536];
	struct str value;

	tag("X-Spam", str_make(big, sizeof(big)));
	for (int c = '!'; c < 256; c++) {
		memset(big, c, sizeof(big));
		edits = (struct edit_list){ 0 };
		edit_tags(arena, &edits, &header, &run);
		ck_assert_uint_eq(edits.list.count, 1);
		value = edits.list.at[0].value;
		ck_assert_ptr_null(field_fault("X-Spam", value));
		ck_assert_uint_lt(value.len, 4 * LIMIT_TAG_OCTETS);
	}
}
END_TEST

START_TEST(characters_are_not_divided)
{
	struct str text = STR("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	    "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac");

	assert_str(encode_text(arena, text, 2048),
	    "=?UTF-8?Q?=E2=82=AC=E2=82=AC=E2=82=AC=E2=82=AC=E2=82=AC"
	    "=E2=82=AC=E2=82=AC?= =?UTF-8?Q?=E2=82=AC?=");
}
END_TEST

static const struct {
	struct str prefix, subject;	/* no subject: NULL */
	const char *edits;
} subjects[] = {
	{ STR_INIT("[SPAM] "), STR_INIT(" hello"),
	  "c1 Subject=[SPAM] hello|" },
	{ STR_INIT("[SPAM]"), STR_INIT(" hello"), "c1 Subject=[SPAM]hello|" },
	{ STR_INIT("[SPAM] "), STR_INIT(" [SPAM] hello"), "" },
	{ STR_INIT("[SPAM] "), STR_INIT("[SPAM]hello"), "" },
	{ STR_INIT("[SPAM] "), STR_INIT(" Re: [SPAM] hello"),
	  "c1 Subject=[SPAM] Re: [SPAM] hello|" },
	{ STR_INIT("[SPAM] "), STR_INIT(" [spam] x"),
	  "c1 Subject=[SPAM] [spam] x|" },
	{ STR_INIT("[SPAM] "), { NULL, 0 }, "a0 Subject=[SPAM]|" },
	{ STR_INIT("[SPAM] "), STR_INIT(""), "c1 Subject=[SPAM]|" },
	{ STR_INIT("[SPAM] "), STR_INIT(" \r\n "), "c1 Subject=[SPAM]|" },
	{ STR_INIT(" "), STR_INIT(" hello"), "" },
	{ STR_INIT("[SPAM] "), STR_INIT(" [SPAM"),
	  "c1 Subject=[SPAM] [SPAM|" },
	{ STR_INIT(""), { NULL, 0 }, "" },
	/* Encoded words go on being ones. */
	{ STR_INIT("[SPAM] "), STR_INIT(" =?utf-8?B?w7w=?="),
	  "c1 Subject=[SPAM] =?utf-8?B?w7w=?=|" },
	{ STR_INIT("[SPAM]"), STR_INIT(" =?utf-8?B?w7w=?="),
	  "c1 Subject=[SPAM] =?utf-8?B?w7w=?=|" },
	{ STR_INIT("[M\xc3\xbcll] "), STR_INIT(" hello"),
	  "c1 Subject==?UTF-8?Q?[M=C3=BCll]?= hello|" },
	{ STR_INIT("[M\xc3\xbcll]"), STR_INIT(" hello"),
	  "c1 Subject==?UTF-8?Q?[M=C3=BCll]?= hello|" },
	{ STR_INIT("[M\xc3\xbcll] "), STR_INIT(" =?utf-8?B?w7w=?="),
	  "c1 Subject==?UTF-8?Q?[M=C3=BCll]_?= =?utf-8?B?w7w=?=|" },
	{ STR_INIT("[M\xc3\xbcll] "), STR_INIT(" =?UTF-8?Q?[M=C3=BCll]?= x"),
	  "" },
	{ STR_INIT("[M\xc3\xbcll] "),
	  STR_INIT(" =?UTF-8?Q?[M=C3=BCll]_?= =?utf-8?B?w7w=?="), "" },
	/* Folds are made anew; octets of an unknown charset stay. */
	{ STR_INIT("[S] "), STR_INIT(" a\r\n b"), "c1 Subject=[S] a b|" },
	{ STR_INIT("[S] "), STR_INIT(" a\rb\nc\r\n\r\n"),
	  "c1 Subject=[S] abc|" },
	{ STR_INIT("[S] "), STR_INIT(" a\r\n\tb"), "c1 Subject=[S] a\tb|" },
	{ STR_INIT("[S] "), STR_INIT(" 1234567890123456789012345678901234567890"
	    " 123456789012345678901234567"),
	  "c1 Subject=[S] 1234567890123456789012345678901234567890\r\n"
	  " 123456789012345678901234567|" },
	/* From a fact that a sender chose. */
	{ STR_INIT("[a\r\nBcc: b] "), STR_INIT(" x"),
	  "c1 Subject=[a?""?Bcc: b] x|" },
	{ STR_INIT("[\0] "), STR_INIT(" x"), "c1 Subject=[?] x|" },
};

START_TEST(a_subject_is_prefixed_once)
{
	if (subjects[_i].subject.ptr != NULL)
		field("subject", subjects[_i].subject);
	tag("subject", subjects[_i].prefix);
	assert_edits(subjects[_i].edits);
}
END_TEST

START_TEST(subject_octets_stay)
{
	field("Subject", STR(" \xe4\x1b$B\0"));
	tag("Subject", STR("[S] "));
	edit_tags(arena, &edits, &header, &run);
	ck_assert_uint_eq(edits.list.count, 1);
	assert_str(edits.list.at[0].value, "[S] \xe4\x1b$B?");
}
END_TEST

START_TEST(all_subjects_all_prefixes)
{
	field("Subject", STR(" one"));
	field("To", STR(" a@example.com"));
	field("Subject", STR(" [A] two"));
	field("SUBJECT", STR(" [B] three"));
	field("Subject", STR(" [B] [A] four"));
	tag("subject", STR("[A] "));
	tag("X-A", STR("1"));
	tag("subject", STR("[B] "));
	assert_edits("a0 X-A=1|c1 Subject=[B] [A] one|c2 Subject=[B] [A] two|"
	    "c3 Subject=[A] [B] three|");
}
END_TEST

START_TEST(a_longer_prefix_is_no_shorter_one)
{
	field("Subject", STR(" [M] [SPAM]! x"));
	tag("subject", STR("[M] "));
	tag("subject", STR("[SPAM]"));
	tag("subject", STR("[SPAM]! "));
	assert_edits("");
}
END_TEST

/* Encoded, it fills its word, so that the blank inside needs a second one. */
START_TEST(a_prefix_that_fills_its_word)
{
#define FULL "123456789012345678901234567890123456789012345678901234567"
	field("Subject", STR(" =?UTF-8?Q?" FULL "=C3=BC?= =?UTF-8?Q?_?="
	    " =?a?Q?b?="));
	field("Subject", STR(" =?a?Q?b?="));
	tag("subject", STR("=?a?Q?b?="));
	tag("subject", STR(FULL "\xc3\xbc "));
	assert_edits("c2 Subject==?UTF-8?Q?" FULL "=C3=BC?=\r\n"
	    " =?UTF-8?Q?_?= =?a?Q?b?=|");
#undef FULL
}
END_TEST

START_TEST(a_huge_subject_is_cut)
{
	static char big[1 << 20];
	struct str value;

	memset(big, 'a', sizeof(big));
	field("Subject", str_make(big, sizeof(big)));
	tag("subject", STR("[S] "));
	edit_tags(arena, &edits, &header, &run);
	ck_assert_uint_eq(edits.list.count, 1);
	value = edits.list.at[0].value;
	ck_assert_uint_eq(value.len, 6 + LIMIT_SUBJECT_OCTETS);
	ck_assert(str_starts_nocase(value, STR("[S]\r\n aaa")));
	ck_assert(str_ends_nocase(value, STR("aaa...")));
}
END_TEST

START_TEST(the_number_of_tags_is_capped)
{
	for (int i = 0; i < 300; i++)
		tag(arena_z(arena, arena_printf(arena, "X-%d", i)), STR("1"));
	edit_tags(arena, &edits, &header, &run);
	ck_assert_uint_eq(edits.list.count, LIMIT_TAGS);
}
END_TEST

START_TEST(one_more_beside_the_others)
{
	field("X-A", STR(" 1"));
	tag("X-A", STR("2"))->tag = TAG_ADD;
	tag("X-A", STR("3"))->tag = TAG_ADD;
	assert_edits("a1 X-A=2|a1 X-A=3|");
}
END_TEST

START_TEST(a_field_is_removed)
{
	field("X-A", STR(" 1"));
	field("X-B", STR(" 1"));
	field("X-A", STR(" 2"));
	tag("x-a", STR(""))->tag = TAG_REMOVE;
	tag("X-C", STR(""))->tag = TAG_REMOVE;
	assert_edits("d2 x-a=|d1 x-a=|");
}
END_TEST

START_TEST(what_was_said_before_is_overruled)
{
	field("X-A", STR(" 1"));
	tag("X-A", STR("2"))->tag = TAG_ADD;
	tag("X-A", STR("3"));
	tag("X-A", STR(""))->tag = TAG_REMOVE;
	tag("X-A", STR("4"))->tag = TAG_ADD;
	assert_edits("d1 X-A=|a1 X-A=4|");
}
END_TEST

TCase *
tags_cases(void)
{
	TCase *tc = tcase_create("tags");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_tag_is_added);
	tcase_add_test(tc, a_tag_replaces_all_of_its_name);
	tcase_add_test(tc, the_last_of_a_name_counts);
	tcase_add_test(tc, one_more_beside_the_others);
	tcase_add_test(tc, a_field_is_removed);
	tcase_add_test(tc, what_was_said_before_is_overruled);
	tcase_add_test(tc, only_tags_that_act);
	tcase_add_loop_test(tc, names_are_vetted, 0, TEST_COUNT(names));
	tcase_add_loop_test(tc, values_are_safe_and_folded, 0,
	    TEST_COUNT(values));
	tcase_add_test(tc, long_values_are_broken_into_words);
	tcase_add_test(tc, characters_are_not_divided);
	tcase_add_loop_test(tc, a_subject_is_prefixed_once, 0,
	    TEST_COUNT(subjects));
	tcase_add_test(tc, subject_octets_stay);
	tcase_add_test(tc, all_subjects_all_prefixes);
	tcase_add_test(tc, a_longer_prefix_is_no_shorter_one);
	tcase_add_test(tc, a_prefix_that_fills_its_word);
	tcase_add_test(tc, a_huge_subject_is_cut);
	tcase_add_test(tc, the_number_of_tags_is_capped);
	return tc;
}
