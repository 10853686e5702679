#include "tests/unit/rights/rights_test.h"

#include <string.h>

#include "rights/regexmap.h"

/* pcre_table(5), regexp_table(5). */
static const struct {
	enum regexmap_kind kind;
	const char *text, *address, *login;
	enum regexmap_answer answer;
} asked[] = {
	{ REGEXMAP_PCRE, "", "a@b.example", "a", REGEXMAP_NONE },
	{ REGEXMAP_PCRE, "/^a@/ x y\n", "a@b.example", "y", REGEXMAP_YES },
	{ REGEXMAP_PCRE, "/^a@/ x y\n", "a@b.example", "z", REGEXMAP_NO },
	{ REGEXMAP_PCRE, "/^a@/ x y\n", "b@b.example", "x", REGEXMAP_NONE },
	{ REGEXMAP_PCRE, "/^A@/ x\n", "a@b.example", "X", REGEXMAP_YES },
	{ REGEXMAP_PCRE, "/^A@/i x\n", "a@b.example", "x", REGEXMAP_NONE },
	{ REGEXMAP_PCRE, "/^(.*)@b\\.example$/ $1\n", "ann@b.example", "ann",
	  REGEXMAP_YES },
	{ REGEXMAP_PCRE, "/^(.*)@b\\.example$/ ${1}\n", "ann@bxexample",
	  "ann", REGEXMAP_NONE },
	{ REGEXMAP_PCRE, "|^(.*)@(.*)$| $(2)/${1}$$\n", "ann@b.example",
	  "b.example/ann$", REGEXMAP_YES },
	{ REGEXMAP_PCRE, "/^(.*)@/ $1\n", "a,ann@b.example", "ann",
	  REGEXMAP_NO },
	{ REGEXMAP_PCRE, "/^(x)?a@/ l$1\n", "a@b.example", "l", REGEXMAP_YES },
	/* The first row that matches counts. */
	{ REGEXMAP_PCRE, "/a/ x\n/./ y\n", "a@b.example", "y", REGEXMAP_NO },
	{ REGEXMAP_PCRE, "!/@b\\.example$/ x\n", "a@c.example", "x",
	  REGEXMAP_YES },
	{ REGEXMAP_PCRE, "! /@b\\.example$/ x\n", "a@b.example", "x",
	  REGEXMAP_NONE },
	{ REGEXMAP_PCRE, "if /@b\\.example$/\n/^a/ x\nendif\n/./ y\n",
	  "a@b.example", "x", REGEXMAP_YES },
	{ REGEXMAP_PCRE, "if /@b\\.example$/\n/^a/ x\nendif\n/./ y\n",
	  "a@c.example", "y", REGEXMAP_YES },
	{ REGEXMAP_PCRE, "if !/@b\\.example$/\nIF /^a/\n/./ x\nendif\nENDIF\n"
	  "/./ y\n", "a@c.example", "x", REGEXMAP_YES },
	{ REGEXMAP_PCRE, "if /c/\nif /^a/\n/./ x\nendif\n/./ z\nendif\n"
	  "/./ y\n", "a@b.example", "y", REGEXMAP_YES },
	{ REGEXMAP_PCRE, "# c\n/^a@/\n x,\n# c\n y\n", "a@b.example", "y",
	  REGEXMAP_YES },
	{ REGEXMAP_PCRE, "/a\\/b@/ x\n", "a/b@b.example", "x", REGEXMAP_YES },
	{ REGEXMAP_PCRE, "/^ a b @/x x\n", "ab@b.example", "x", REGEXMAP_YES },
	{ REGEXMAP_REGEXP, "/^[[:alpha:]]+@/ x\n", "ab@b.example", "x",
	  REGEXMAP_YES },
	{ REGEXMAP_REGEXP, "/^(a|b)@/i ${1}\n", "b@b.example", "b",
	  REGEXMAP_YES },
	/* More than LIMIT_REGEX_MATCH steps. */
	{ REGEXMAP_PCRE, "/^(a+)+$/ x\n/./ y\n",
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.example",
	  "y", REGEXMAP_LIMIT },
};

START_TEST(patterns_are_asked)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct regexmap *map = regexmap_read(asked[_i].kind,
	    source_new(arena, "t", str_from(asked[_i].text)), diag);

	ck_assert_str_eq(diag_lines(arena, diag, "t"), "");
	ck_assert_ptr_nonnull(map);
	ck_assert_int_eq(regexmap_ask(map, arena,
	    str_from(asked[_i].address), str_from(asked[_i].login)),
	    asked[_i].answer);
	regexmap_free(map);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

static const struct {
	enum regexmap_kind kind;
	const char *text, *told;
} wrong[] = {
	{ REGEXMAP_PCRE, "/a x\n", "1:1: error: the pattern has no end; it "
	  "ends with the sign that begins it\n" },
	{ REGEXMAP_PCRE, "/a\n b/ x\n",
	  "1:1: error: the pattern has no end; it "
	  "ends with the sign that begins it\n" },
	{ REGEXMAP_PCRE, "/a\\", "1:1: error: the pattern has no end; it "
	  "ends with the sign that begins it\n" },
	{ REGEXMAP_PCRE, "/a/\n",
	  "1:1: error: there is no login behind the pattern; write "
	  "/pattern/ login\n" },
	{ REGEXMAP_PCRE, "\n/a(/ x\n",
	  "2:4: error: missing closing parenthesis\n" },
	{ REGEXMAP_PCRE, "/a/z x\n", "1:4: error: this is no flag; write "
	  "none, or some of imsxAEU\n" },
	{ REGEXMAP_REGEXP, "/a/x x\n", "1:4: error: this is no flag that is "
	  "read here; write none, or i or m\n" },
	{ REGEXMAP_PCRE, "/a/ x$\n", "1:6: error: behind $ stands the number "
	  "of a group, or another $\n" },
	{ REGEXMAP_PCRE, "/(a)/ ${1\n", "1:7: error: behind $ stands the "
	  "number of a group, or another $\n" },
	{ REGEXMAP_PCRE, "/(a)/ x$2\n",
	  "1:8: error: the pattern has no such group\n" },
	{ REGEXMAP_PCRE, "!/(a)/ $1\n",
	  "1:8: error: what did not match has no groups\n" },
	{ REGEXMAP_PCRE, "a@b.example x\n",
	  "1:1: error: a row begins with /pattern/, if or endif\n" },
	{ REGEXMAP_PCRE, "endif\n",
	  "1:1: error: there is no if for this endif\n" },
	{ REGEXMAP_PCRE, "if\n/a/ x\nendif\n",
	  "1:1: error: there is no pattern behind the if\n" },
	{ REGEXMAP_PCRE, "if /a/ x\nendif y\n",
	  "1:8: error: nothing may stand here\n"
	  "2:7: error: nothing may stand here\n" },
	{ REGEXMAP_PCRE, "if /b/\nendif\nif /a/\n", "3:1: error: this if "
	  "has no endif; write endif where its rows end\n" },
	{ REGEXMAP_PCRE, "! x\n",
	  "1:3: error: a pattern stands between slashes: /pattern/\n" },
};

START_TEST(mistakes_in_patterns)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();

	ck_assert_ptr_null(regexmap_read(wrong[_i].kind,
	    source_new(arena, "t", str_from(wrong[_i].text)), diag));
	ck_assert_str_eq(diag_lines(arena, diag, "t"), wrong[_i].told);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

TCase *
regexmap_cases(void)
{
	TCase *tc = tcase_create("pattern");

	tcase_add_loop_test(tc, patterns_are_asked, 0, TEST_COUNT(asked));
	tcase_add_loop_test(tc, mistakes_in_patterns, 0, TEST_COUNT(wrong));
	return tc;
}
