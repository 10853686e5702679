#include "tests/unit/policy/policy_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"

#define TITLE	"policy \"t\" mode enforce;\n"

/*
 * mistakes.txt: a kind, a text, and with "-> " before it what is said of it;
 * an empty line ends a case.  The title is line 1, items begin in line 2, a
 * rule in line 3.
 */
static const struct {
	const char *name, *before, *behind;
} kinds[] = {
	{ "whole", "", "" },
	{ "items", TITLE, "\n" },
	{ "rule", TITLE "at message {\n", "\n}\n" },
	{ "mail", TITLE "at mail {\n", "\n}\n" },
	{ "rcpt", TITLE "at rcpt {\n", "\n}\n" },
	{ "connect", TITLE "at connect {\n", "\n}\n" },
};

struct mistake_case {
	const char	*kind, *text, *said;
};

static struct arena *kept;		/* theirs, to the end */
static VEC(struct mistake_case) cases;

static const char *
added(const char *text, struct str line, const char *end)
{
	return arena_printf(kept, "%s%.*s%s", text, STR_ARG(line), end).ptr;
}

static void
take_line(struct mistake_case *next, struct str line)
{
	if (line.len == 0) {
		if (next->kind != NULL)
			VEC_PUSH(kept, &cases, *next);
		*next = (struct mistake_case){ NULL, "", "" };
	} else if (next->kind == NULL)
		next->kind = arena_z(kept, line);
	else if (str_starts_nocase(line, STR("-> ")))
		next->said = added(next->said, str_skip(line, 3),
		    "\n");
	else
		next->text = added(next->text, line, "\n");
}

static void
read_cases(void)
{
	FILE *file = fopen(TEST_SRCDIR "/tests/unit/policy/mistakes.txt", "r");
	struct mistake_case next = { NULL, "", "" };
	char line[2048];

	ensure(file != NULL);
	kept = arena_new();
	while (fgets(line, sizeof(line), file) != NULL)
		if (line[0] != '#' || next.kind != NULL)
			take_line(&next, str_slice(str_from(line), 0,
			    strcspn(line, "\n")));
	take_line(&next, STR(""));
	fclose(file);
}

START_TEST(mistakes)
{
	const struct mistake_case *at = &cases.at[_i];
	struct str text = str_from(at->text);
	size_t kind = 0;

	while (strcmp(kinds[kind].name, at->kind) != 0)
		ck_assert_uint_lt(++kind, sizeof(kinds) / sizeof(kinds[0]));
	text.len--;
	ck_assert_str_eq(mistakes_in("test.policy", arena_printf(kept,
	    "%s%.*s%s", kinds[kind].before, STR_ARG(text),
	    kinds[kind].behind).ptr), at->said);
}
END_TEST

START_TEST(the_table_is_whole)
{
	ck_assert_uint_ge(cases.count, 120);
	ck_assert_str_eq(mistakes_in("test.policy", ""), "0:0: error: no "
	    "title; a policy begins with policy \"NAME\" mode enforce; or "
	    "mode monitor;\n");
}
END_TEST

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

START_TEST(included_files)
{
	char dir[] = "/tmp/policy-test-XXXXXX";
	struct arena *arena = arena_new();
	const char *main_path, *lists, *rules;
	struct policy *policy;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	main_path = arena_printf(arena, "%s/main.policy", dir).ptr;
	lists = arena_printf(arena, "%s/lists", dir).ptr;
	rules = arena_printf(arena, "%s/rules", dir).ptr;
	write_file(main_path, TITLE "include \"rules\";\n"
	    "at message { accept when client.ip in nets; }\n");
	write_file(rules, "include \"lists\";\n"
	    "at message {\nreject when client.ip not in nets;\n}\n");
	write_file(lists, "list nets = { 192.0.2.0/24 };\n");
	policy = policy_from_file(main_path);
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_MESSAGE,
	    "client.ip=192.0.2.1"), "accept @3");
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_MESSAGE, ""),
	    "reject 550 5.7.1 refused by the policy of this site @3");
	policy_unref(policy);

	write_file(lists, TITLE "include \"rules\";\nlist nets = { x y };");
	write_file(rules, "list nets = { };\ninclude \"lists\";\n"
	    "include \"none\";\ninclude nets;\n");
	ck_assert_str_eq(mistakes_in(main_path, TITLE "include \"rules\";\n"
	    "list nets = { };\nat mail { reject when spff == x; }"),
	    arena_printf(arena,
	    "3:6: error: \"nets\" has this name already (%s:1)\n"
	    "4:23: error: unknown fact \"spff\"; did you mean \"spf\"?\n"
	    "%s:3:9: error: cannot read \"%s/none\": No such file or "
	    "directory\n"
	    "%s:4:9: error: expected a text in quotes, found \"nets\"\n"
	    "%s:1:1: error: a second title; the policy is \"t\" already\n"
	    "%s:2:9: error: \"%s\" includes itself\n"
	    "%s:3:17: error: expected \"}\" or \",\", found \"y\"\n",
	    rules, rules, dir, rules, lists, lists, rules, lists).ptr);
	unlink(main_path);
	unlink(lists);
	unlink(rules);
	rmdir(dir);
	arena_free(arena);
}
END_TEST

START_TEST(a_mistake_is_shown_with_its_line)
{
	struct diag *diag = diag_new();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_null(policy_load_text("dir/my.policy", STR(
	    "policy \"t\" mode enforce;\r\nat mail {\r\n"
	    "\treject when spff == fail;\r\n}\r\n"), diag));
	diag_print(diag, out);
	fclose(out);
	ck_assert_str_eq(text, "dir/my.policy:3:14: error: unknown fact "
	    "\"spff\"; did you mean \"spf\"?\n"
	    "  \treject when spff == fail;\n  \t            ^\n");
	free(text);
	diag_free(diag);
}
END_TEST

static struct policy *
load_repeated(struct diag *diag, const char *head, const char *piece,
    size_t count, const char *tail)
{
	size_t len = strlen(piece);
	struct arena *arena = arena_new();
	char *middle = arena_alloc(arena, count * len + 1);
	struct str text;
	struct policy *policy;

	for (size_t i = 0; i < count; i++)
		memcpy(middle + i * len, piece, len);
	text = arena_printf(arena, "%s%s%s", head, middle, tail);
	policy = policy_load_text("test.policy", text, diag);
	arena_free(arena);
	return policy;
}

/* A file of nothing but mistakes ends soon, and so does its report. */
static const struct {
	const char *head, *piece, *tail;
	size_t count;
} floods[] = {
	{ TITLE "at message {\n", "rejct;\n", "}", 100000 },
	{ TITLE "at message {\n", ";", "}", 100000 },
	{ TITLE "at message {\n", "reject when ;\n", "}", 60000 },
	{ TITLE "at message { reject when\n", "spff == x or\n",
	  "spf == fail; }", 60000 },
	{ TITLE "list a = {", "x y,", "};", 100000 },
	{ TITLE "list a = {", "1.2.3,", "};", 100000 },
	{ TITLE, "define a = spf == x;\n", "", 30000 },
	{ "", "$", "", 100000 },
	{ "", "\"", "", 100000 },
	{ "", "'", "", 100001 },
	{ "", "\x80\n", "", 100000 },
	{ "", "at conect {", "", 50000 },
};

START_TEST(floods_of_mistakes)
{
	struct diag *diag = diag_new();
	uint64_t start = clock_ms();

	ck_assert_ptr_null(load_repeated(diag, floods[_i].head,
	    floods[_i].piece, floods[_i].count, floods[_i].tail));
	ck_assert_uint_ge(diag_total(diag), 1);
	ck_assert_uint_le(diag_total(diag), LIMIT_POLICY_ERRORS + 1);
	ck_assert_uint_lt(clock_ms() - start, 20000);
	diag_free(diag);
}
END_TEST

static const struct {
	const char *head, *piece, *tail;
	size_t count;
	bool loads;
} nests[] = {
	{ TITLE "at message { reject when ", "(", "spf", 100000, false },
	{ TITLE "at message { reject when ", "not ", "spf == fail; }", 199,
	  true },
	{ TITLE "at message { reject when ", "not ", "spf == fail; }", 200,
	  false },
	{ TITLE "at message { reject when ", "not ", "spf == fail; }", 90000,
	  false },
	{ TITLE "at message { reject when ", "spf == fail or ",
	  "spf == fail; }", 20000, true },
	{ TITLE "at message { reject when ", "spf == fail or not (",
	  "spf == fail", 5000, false },
};

START_TEST(nesting_is_limited)
{
	struct diag *diag = diag_new();
	struct policy *policy = load_repeated(diag, nests[_i].head,
	    nests[_i].piece, nests[_i].count, nests[_i].tail);

	ck_assert_int_eq(policy != NULL, nests[_i].loads);
	policy_unref(policy);
	diag_free(diag);
}
END_TEST

START_TEST(defines_nest_only_so_deeply)
{
	struct arena *arena = arena_new();
	struct str text = STR(TITLE "define d0 = spf == fail;\n");

	for (int i = 1; i < 101; i++)
		text = arena_printf(arena, "%.*sdefine d%d = not d%d;\n",
		    STR_ARG(text), i, i - 1);
	text = arena_printf(arena, "%.*sat message { reject when d100; }",
	    STR_ARG(text));
	ck_assert_str_eq(mistakes_in("test.policy", text.ptr),
	    "102:19: error: nested too deeply; at most 200 levels, those of "
	    "defines counted in\n");
	arena_free(arena);
}
END_TEST

static const struct {
	const char *path, *said;
} files[] = {
	{ "/nonexistent/x.policy",
	  "/nonexistent/x.policy: error: cannot read it: No such file or "
	  "directory\n" },
	{ "/", "/: error: cannot read it: Is a directory\n" },
};

START_TEST(files_that_cannot_be_read)
{
	struct diag *diag = diag_new();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_null(policy_load(files[_i].path, diag));
	diag_print(diag, out);
	fclose(out);
	ck_assert_str_eq(text, files[_i].said);
	free(text);
	diag_free(diag);
}
END_TEST

START_TEST(a_policy_has_a_size)
{
	struct diag *diag = diag_new();

	ck_assert_ptr_null(load_repeated(diag, TITLE, "#", LIMIT_POLICY_OCTETS,
	    ""));
	ck_assert_str_eq(diag_at(diag, 0)->text,
	    "longer than a policy may be (1048576 octets)");
	diag_free(diag);
}
END_TEST

START_TEST(so_many_names_and_regexes)
{
	struct arena *arena = arena_new();
	struct str text = STR(TITLE);

	for (int i = 0; i <= LIMIT_POLICY_NAMES; i++)
		text = arena_printf(arena, "%.*slist l%d = { };\n",
		    STR_ARG(text), i);
	ck_assert_str_eq(mistakes_in("test.policy", text.ptr),
	    "1002:6: error: more than 1000 lists and defines\n");
	text = STR(TITLE "at message {\n");
	for (int i = 0; i <= LIMIT_POLICY_REGEXES; i++)
		text = arena_printf(arena,
		    "%.*snote \"x\" when subject matches /%d/;\n",
		    STR_ARG(text), i);
	text = arena_printf(arena, "%.*s}", STR_ARG(text));
	ck_assert_str_eq(mistakes_in("test.policy", text.ptr),
	    "1003:31: error: more than 1000 regular expressions\n");
	text = STR(TITLE);
	for (int i = 1; i <= LIMIT_POLICY_NAMES + 1; i++)
		text = arena_printf(arena, "%.*son port %d { at mail { "
		    "accept; } }\n", STR_ARG(text), i);
	ck_assert_str_eq(mistakes_in("test.policy", text.ptr),
	    "1002:1: error: more than 1000 sections\n");
	arena_free(arena);
}
END_TEST

TCase *
mistakes_tests(void)
{
	TCase *tc = tcase_create("mistakes");

	tcase_set_timeout(tc, 30);
	read_cases();
	tcase_add_loop_test(tc, mistakes, 0, (int)cases.count);
	tcase_add_test(tc, the_table_is_whole);
	tcase_add_test(tc, included_files);
	tcase_add_test(tc, a_mistake_is_shown_with_its_line);
	tcase_add_loop_test(tc, floods_of_mistakes, 0, TEST_COUNT(floods));
	tcase_add_loop_test(tc, nesting_is_limited, 0, TEST_COUNT(nests));
	tcase_add_test(tc, defines_nest_only_so_deeply);
	tcase_add_loop_test(tc, files_that_cannot_be_read, 0,
	    TEST_COUNT(files));
	tcase_add_test(tc, a_policy_has_a_size);
	tcase_add_test(tc, so_many_names_and_regexes);
	return tc;
}
