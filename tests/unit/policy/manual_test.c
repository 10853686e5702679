#include "tests/unit/policy/policy_test.h"

#include <stdio.h>
#include <string.h>

#include "policy/test.h"

#ifndef TEST_SRCDIR
#define TEST_SRCDIR "."
#endif

#define MANUAL	TEST_SRCDIR "/filter/policy/assay.policy.5"

static struct str
read_manual(struct arena *arena)
{
	FILE *file = fopen(MANUAL, "r");
	char *text = arena_alloc(arena, 262144);
	size_t len;

	ck_assert_ptr_nonnull(file);
	len = fread(text, 1, 262143, file);
	fclose(file);
	ck_assert_uint_lt(len, 262143);
	return str_make(text, len);
}

/* facts.def has a row that the manual lacks, or says otherwise: add it. */
START_TEST(every_fact_is_documented)
{
	const struct fact_info *info = &fact_table[_i];
	struct arena *arena = arena_new();
	const char *row = arena_printf(arena,
	    "\n.It Ic %s Pq %s, %s\n%s.\n", info->name,
	    fact_type_name(info->type), stage_name(info->stage),
	    info->doc).ptr;

	ck_assert_msg(strstr(read_manual(arena).ptr, row) != NULL,
	    "not in assay.policy.5:%s", row);
	arena_free(arena);
}
END_TEST

START_TEST(every_action_is_documented)
{
	struct arena *arena = arena_new();
	const char *name = action_name((enum action)_i);

	ck_assert_msg(strstr(read_manual(arena).ptr, arena_printf(arena,
	    "\n.It Ic %s ", name).ptr) != NULL, "%s", name);
	arena_free(arena);
}
END_TEST

/* What mandoc makes of the escapes that an example needs. */
static struct str
unescape(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\\' && text.ptr[i + 1] == 'e')
			i++, out[len++] = '\\';
		else if (text.ptr[i] == '\\' && text.ptr[i + 1] == '&')
			i++;
		else
			out[len++] = text.ptr[i];
	}
	return str_make(out, len);
}

static bool
begins_a_policy(struct str text)
{
	static const char *const words[] = { "policy ", "list ", "define ",
	    "at " };

	for (size_t i = 0; i < 4; i++)
		if (str_starts_nocase(text, str_from(words[i])))
			return true;
	return false;
}

static void
load_tests(struct str text)
{
	struct diag *diag = diag_new();
	struct policy_tests *tests = policy_tests_load_text("manual.test",
	    text, diag);

	diag_print(diag, stderr);
	ck_assert_ptr_nonnull(tests);
	ck_assert_uint_ge(policy_tests_count(tests), 1);
	policy_tests_free(tests);
	diag_free(diag);
}

START_TEST(every_example_loads)
{
	struct arena *arena = arena_new();
	struct str rest = read_manual(arena), line, block = STR_NONE;
	size_t examples = 0;

	while (str_next(&rest, '\n', &line)) {
		if (str_starts_nocase(line, STR(".Bd -literal"))) {
			block = str_make(rest.ptr, 0);
		} else if (str_eqz(line, ".Ed") && block.ptr != NULL) {
			block.len = (size_t)(line.ptr - block.ptr);
			if (str_starts_nocase(block, STR("given ")) ||
			    str_starts_nocase(block, STR("case "))) {
				examples++;
				load_tests(unescape(arena, block));
			} else if (begins_a_policy(block)) {
				examples++;
				policy_unref(policy_from(arena_printf(arena,
				    "%s%.*s", str_starts_nocase(block,
				    STR("policy ")) ? "" :
				    "policy \"t\" mode enforce; ",
				    STR_ARG(unescape(arena, block))).ptr));
			}
			block = STR_NONE;
		}
	}
	ck_assert_uint_ge(examples, 10);
	arena_free(arena);
}
END_TEST

TCase *
manual_tests(void)
{
	TCase *tc = tcase_create("manual");

	tcase_add_loop_test(tc, every_fact_is_documented, 0, FACT_COUNT);
	tcase_add_loop_test(tc, every_action_is_documented, ACTION_ACCEPT,
	    ACTION_COUNT);
	tcase_add_test(tc, every_example_loads);
	return tc;
}
