#include "action/edit.h"
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
	edit_remove_forged(arena, &edits, &header, STR("mx.example"));
	ck_assert_uint_eq(edits.list.count, 3);
	for (size_t i = 0; i < 3; i++) {
		static const unsigned nth[] = { 4, 3, 1 };

		ck_assert_int_eq(edits.list.at[i].kind, EDIT_DELETE);
		ck_assert_uint_eq(edits.list.at[i].nth, nth[i]);
		assert_str(edits.list.at[i].name, "Authentication-Results");
	}
}
END_TEST

START_TEST(nothing_to_remove)
{
	edit_remove_forged(arena, &edits, &header, STR("mx.example"));
	field("Subject", " Authentication-Results: mx.example; none");
	edit_remove_forged(arena, &edits, &header, STR("mx.example"));
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
	tcase_add_test(tc, nothing_to_remove);
	tcase_add_test(tc, the_stamp_goes_first);
	return tc;
}
