#include "tests/unit/signing/signing_test.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "signing/table.h"

#define KEYS "# a comment\n" \
    "k1 example.com:s1:/keys/one.pem\n" \
    "k2\texample.net:s2:./two.pem # here\n" \
    "any %:s3:/keys/%/three.pem\n" \
    "in  example.org:s4:MC4CAQAwBQ\n" \
    "example.info example.info:s5:/keys/five.pem\n"

/* "SELECTOR:DOMAIN:IDENTITY " of the rows that match. */
static struct str
rows_for(const struct signing_table *table, struct arena *arena,
    const char *author)
{
	struct str address = str_from(author);
	struct signing_rows found;
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	signing_table_find(table, arena, address, str_skip(address,
	    str_rchr(address, '@') + 1), &found);
	for (size_t i = 0; i < found.list.count; i++)
		buf_printf(&out, "%.*s:%.*s:%.*s ",
		    STR_ARG(found.list.at[i]->keys[0].selector),
		    STR_ARG(found.list.at[i]->domain),
		    STR_ARG(found.list.at[i]->identity));
	return buf_str(&out);
}

static const struct {
	const char *kind;	/* before the file's name */
	bool all;
	const char *rows, *author, *found;
} cases[] = {
	{ "", false, "example.com k1", "a@example.com", "s1:example.com: " },
	{ "file:", false, "example.com k1\n* any", "a@example.net",
	  "s3:: " },
	{ "file:", false, "* any\nexample.com k1", "a@example.com",
	  "s1:example.com: " },
	{ "file:", true, "* any\nexample.com k1", "a@example.com",
	  "s1:example.com: s3:: " },
	{ "file:", false, ".example.com k1", "a@x.example.com",
	  "s1:example.com: " },
	{ "file:", false, "a@.example.com k1\n.example.com k2",
	  "a@x.example.com", "s1:example.com: " },
	{ "file:", false, "a@* k1\n* k2", "a@example.org",
	  "s1:example.com: " },
	{ "file:", false, "example.com k1:joe@example.com", "a@example.com",
	  "s1:example.com:joe@example.com " },
	{ "refile:", false, "*@example.com k1", "a@example.com",
	  "s1:example.com: " },
	{ "refile:", false, "*@example.com k1", "A@Example.COM",
	  "s1:example.com: " },
	{ "refile:", false, "*@EXAMPLE.com k1", "A@example.com",
	  "s1:example.com: " },
	{ "refile:", false, "* any\n*@example.com k1", "a@example.com",
	  "s3:: " },
	{ "refile:", true, "* any\n*@example.com k1", "a@example.com",
	  "s3:: s1:example.com: " },
	{ "refile:", false, "*.example.com k1\n* k2", "a@x.example.com",
	  "s1:example.com: " },
	{ "refile:", false, "*@*.example.com k1", "a@x.example.com",
	  "s1:example.com: " },
	{ "refile:", false, "*@*.example.com k1", "a@example.com", "" },
	{ "refile:", false, "a*b@ex*.com k1", "axxb@example.com",
	  "s1:example.com: " },
	{ "refile:", false, "a*b@ex*.com k1", "axxc@example.com", "" },
	{ "refile:", false, "joe@example.com k1", "joe@example.com",
	  "s1:example.com: " },
	{ "refile:", false, "a**@example.com k1\n*@*.com k2\n* any",
	  "b@example.com", "s2:example.net: " },
	{ "refile:", false, "* %", "b@example.info", "s5:example.info: " },
	{ "refile:", false, "* %", "b@example.com", "" },
};

START_TEST(opendkim_tables_are_read_as_they_are)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct signing_table *table;
	struct str keys, rows;

	keys = arena_printf(arena, "%s", files_write("keys", KEYS, 0600));
	rows = arena_printf(arena, "%s%s", cases[_i].kind,
	    files_write("rows", cases[_i].rows, 0600));
	table = signing_table_opendkim(keys.ptr, rows.ptr, cases[_i].all,
	    diag);
	diag_print(diag, stderr);
	ck_assert_ptr_nonnull(table);
	assert_str(rows_for(table, arena, cases[_i].author),
	    cases[_i].found);
	signing_table_free(table);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

START_TEST(keys_are_files_or_written_out)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct str keys = arena_printf(arena, "%s", files_write("keys", KEYS,
	    0600));
	struct signing_table *table = signing_table_opendkim(keys.ptr,
	    files_write("rows", "a.example k1\nb.example k2\nc.example in\n",
	    0600), false, diag);
	const struct signing_key *key;

	ck_assert_ptr_nonnull(table);
	key = signing_table_at(table, 0)->keys;
	assert_str(key->path, "/keys/one.pem");
	ck_assert(!key->inlined);
	key = signing_table_at(table, 1)->keys;
	assert_str(key->path, files_path("./two.pem"));
	key = signing_table_at(table, 2)->keys;
	assert_str(key->path, "MC4CAQAwBQ");
	ck_assert(key->inlined);
	signing_table_free(table);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *keys, *rows, *place, *says;
} mistakes[] = {
	{ "k example.com:s", "", "1:3",
	  "a key is written DOMAIN:SELECTOR:FILE" },
	{ "k", "", "1:1", "a key is written DOMAIN:SELECTOR:FILE" },
	{ "k exa..mple:s:/k", "", "1:3", "\"exa..mple\" is no domain" },
	{ "k example.com:s_/:/k", "", "1:15", "\"s_/\" is no selector" },
	{ "k example.com:s:/k", "\n* x", "2:3",
	  "there is no key \"x\" in the key table" },
	{ "k example.com:s:/k", "* k:@example.com;l=0", "1:5", "\"@example."
	  "com;l=0\" is no identity; write user@example.com, @example.com "
	  "or @%" },
	{ "k example.com:s:/k", "*", "1:1", "there is no key \"\" in the "
	  "key table" },
	{ "k example.com:s:/k", "exa..mple k", "1:1", "\"exa..mple\" is "
	  "neither" },
	{ "k example.com:s:/k", "example.com %", "1:1", "\"%\" is read for "
	  "the pattern * alone" },
};

START_TEST(mistakes_of_both_tables_are_told)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct str keys = arena_printf(arena, "%s", files_write("keys",
	    mistakes[_i].keys, 0600));
	char place[32];

	ck_assert_ptr_null(signing_table_opendkim(keys.ptr, files_write(
	    "rows", mistakes[_i].rows, 0600), false, diag));
	ck_assert_uint_eq(diag_total(diag), 1);
	snprintf(place, sizeof(place), "%u:%u", diag_at(diag, 0)->line,
	    diag_at(diag, 0)->column);
	ck_assert_str_eq(place, mistakes[_i].place);
	ck_assert_msg(strstr(diag_at(diag, 0)->text, mistakes[_i].says) ==
	    diag_at(diag, 0)->text, "%s", diag_at(diag, 0)->text);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

/* What goes to the log shows no key that is written in a table. */
START_TEST(keys_are_not_shown)
{
	static const char *const tables[] = {
		"k exa..mple:s:SECRET", "k example.com:s/:SECRET",
		"k example.com:s:SECRET\nk example.com:t:SECRET2",
		"k %:SECRET",
	};
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct str keys = arena_printf(arena, "%s", files_write("keys",
	    tables[_i], 0600));

	signing_table_free(signing_table_opendkim(keys.ptr,
	    files_write("rows", "", 0600), false, diag));
	ck_assert_uint_eq(diag_total(diag), 1);
	ck_assert_ptr_null(diag_at(diag, 0)->source);
	ck_assert_ptr_null(strstr(diag_at(diag, 0)->text, "SECRET"));
	diag_free(diag);
	arena_free(arena);
}
END_TEST

START_TEST(other_databases_are_refused)
{
	struct diag *diag = diag_new();

	ck_assert_ptr_null(signing_table_opendkim("db:/k", "refile:/x", false,
	    diag));
	ck_assert_str_eq(diag_at(diag, 0)->text,
	    "only FILE, file:FILE and refile:FILE are read");
	diag_free(diag);
}
END_TEST

void
add_opendkim_tests(TCase *tc)
{
	tcase_add_loop_test(tc, opendkim_tables_are_read_as_they_are, 0,
	    TEST_COUNT(cases));
	tcase_add_test(tc, keys_are_files_or_written_out);
	tcase_add_loop_test(tc, mistakes_of_both_tables_are_told, 0,
	    TEST_COUNT(mistakes));
	tcase_add_loop_test(tc, keys_are_not_shown, 0, 4);
	tcase_add_test(tc, other_databases_are_refused);
}
