#include "action/edit.h"
#include "base/buf.h"
#include "tests/support/field_check.h"
#include "tests/unit/action/action_test.h"

static struct arena *arena;
static struct header header;
static struct edit_list edits;

static void
set_up(void)
{
	arena = arena_new();
	header = (struct header){ 0 };
	edits = (struct edit_list){ 0 };
}

static void
tear_down(void)
{
	arena_free(arena);
}

static void
field(const char *name, const char *value)
{
	VEC_PUSH(arena, &header.fields, (struct header_field){
	    str_from(name), str_from(value) });
}

START_TEST(only_ours_are_removed)
{
	field("Authentication-Results", " mx.example; spf=pass");
	field("Received", " from mx.example by mx.example");
	field("authentication-results", " other.example; spf=pass");
	field("AUTHENTICATION-RESULTS", " MX.Example 1; none");
	field("Authentication-Results-Original", " mx.example; none");
	field("Authentication-Results ", " (a) \"mx.example\";\r\n none");
	field("Authentication-Results", " mx.example.org; none");
	edit_remove_forged(arena, &edits, &header, STR("mx.example"),
	    NULL);
	ck_assert_uint_eq(edits.list.count, 3);
	for (size_t i = 0; i < 3; i++) {
		static const unsigned nth[] = { 4, 3, 1 };

		ck_assert_int_eq(edits.list.at[i].kind, EDIT_DELETE);
		ck_assert_uint_eq(edits.list.at[i].nth, nth[i]);
		assert_str(edits.list.at[i].name, "Authentication-Results");
	}
}
END_TEST

START_TEST(forged_results_of_a_chain)
{
	field("ARC-Authentication-Results", " i=1; mx.example; spf=pass");
	field("ARC-Authentication-Results", " i=2; other.example; spf=pass");
	field("arc-authentication-results ", " i = 3 (x);\r\n\tMX.Example");
	field("ARC-Authentication-Results", " mx.example; i=1");
	field("ARC-Seal", " i=1; mx.example; x");
	field("Authentication-Results", " mx.example; none");
	field("ARC-Authentication-Results", " i=1; mx.example.org; none");
	edit_remove_forged_arc(arena, &edits, &header, STR("mx.example"));
	ck_assert_uint_eq(edits.list.count, 3);
	for (size_t i = 0; i < 3; i++) {
		static const unsigned nth[] = { 4, 3, 1 };

		ck_assert_int_eq(edits.list.at[i].kind, EDIT_DELETE);
		ck_assert_uint_eq(edits.list.at[i].nth, nth[i]);
		assert_str(edits.list.at[i].name,
		    "ARC-Authentication-Results");
	}
}
END_TEST

/* What an earlier stamp of our own says may be needed (ARC). */
START_TEST(one_of_ours_is_kept)
{
	field("Authentication-Results", " mx.example; spf=pass");
	field("Authentication-Results", " mx.example; spf=fail");
	edit_remove_forged(arena, &edits, &header, STR("mx.example"),
	    &header.fields.at[0]);
	ck_assert_uint_eq(edits.list.count, 1);
	ck_assert_uint_eq(edits.list.at[0].nth, 2);
}
END_TEST

/* One edit after the other, as an MTA does them. */
static const struct {
	struct edit edits[4];
	const char *after;		/* the header was A: 1, B: 2, a : 3 */
} applied[] = {
	{ { { EDIT_INSERT, STR_INIT("X"), 0, STR_INIT("new") } },
	  "X: new|A: 1|B: 2|a : 3|" },
	{ { { EDIT_INSERT, STR_INIT("X"), 0, STR_INIT("1") },
	    { EDIT_INSERT, STR_INIT("Y"), 0, STR_INIT("2") } },
	  "Y: 2|X: 1|A: 1|B: 2|a : 3|" },
	{ { { EDIT_ADD, STR_INIT("X"), 0, STR_INIT("a\r\n\tb") } },
	  "A: 1|B: 2|a : 3|X: a\r\n\tb|" },
	{ { { EDIT_CHANGE, STR_INIT("a"), 2, STR_INIT("new") } },
	  "A: 1|B: 2|a: new|" },
	{ { { EDIT_CHANGE, STR_INIT("b"), 1, STR_INIT("") } },
	  "A: 1|a : 3|" },
	{ { { EDIT_DELETE, STR_INIT("A"), 2, STR_INIT("") },
	    { EDIT_DELETE, STR_INIT("A"), 1, STR_INIT("") } }, "B: 2|" },
	{ { { EDIT_DELETE, STR_INIT("A"), 3, STR_INIT("") },
	    { EDIT_CHANGE, STR_INIT("C"), 1, STR_INIT("x") } },
	  "A: 1|B: 2|a : 3|" },
	{ { { EDIT_INSERT, STR_INIT("A"), 0, STR_INIT("0") },
	    { EDIT_DELETE, STR_INIT("A"), 2, STR_INIT("") } },
	  "A: 0|B: 2|a : 3|" },
};

START_TEST(the_header_as_it_leaves)
{
	struct header after;
	struct buf text;

	field("A", " 1");
	field("B", " 2");
	field("a ", " 3");
	for (int i = 0; i < 4 && applied[_i].edits[i].name.len > 0; i++)
		VEC_PUSH(arena, &edits.list, applied[_i].edits[i]);
	edit_apply(arena, &edits, &header, &after);
	buf_init(&text, arena, SIZE_MAX);
	for (size_t i = 0; i < after.fields.count; i++)
		buf_printf(&text, "%.*s:%.*s|",
		    STR_ARG(after.fields.at[i].name),
		    STR_ARG(after.fields.at[i].value));
	assert_str(buf_str(&text), applied[_i].after);
	ck_assert_uint_eq(header.fields.count, 3);
}
END_TEST

START_TEST(nothing_to_remove)
{
	edit_remove_forged(arena, &edits, &header, STR("mx.example"),
	    NULL);
	field("Subject", " Authentication-Results: mx.example; none");
	edit_remove_forged(arena, &edits, &header, STR("mx.example"),
	    NULL);
	ck_assert_uint_eq(edits.list.count, 0);
}
END_TEST

START_TEST(the_stamp_goes_first)
{
	struct results results = { .arena = arena };

	edit_stamp(arena, &edits, STR("mx.example"), &results);
	ck_assert_uint_eq(edits.list.count, 1);
	ck_assert_int_eq(edits.list.at[0].kind, EDIT_INSERT);
	assert_str(edits.list.at[0].name, "Authentication-Results");
	assert_str(edits.list.at[0].value, "mx.example; none");
}
END_TEST

TCase *
edit_cases(void)
{
	TCase *tc = tcase_create("edit");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, only_ours_are_removed);
	tcase_add_test(tc, forged_results_of_a_chain);
	tcase_add_test(tc, one_of_ours_is_kept);
	tcase_add_loop_test(tc, the_header_as_it_leaves, 0,
	    TEST_COUNT(applied));
	tcase_add_test(tc, nothing_to_remove);
	tcase_add_test(tc, the_stamp_goes_first);
	return tc;
}
