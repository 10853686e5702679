#include "tests/unit/rights/rights_test.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "rights/read.h"

/* Texts as postmap(1) takes them. */
static const struct {
	const char *text;
	size_t pairs;
	const char *key, *login;	/* one that must be there */
} texts[] = {
	{ "", 0, NULL, NULL },
	{ "# nothing\n\n   \n\t# nor here", 0, NULL, NULL },
	{ "a@b.example x", 1, "a@b.example", "x" },
	{ "a@b.example\tx\r\nc@b.example y\r\n", 2, "c@b.example", "y" },
	{ "a@b.example x,y , z w,,v,\n", 5, "a@b.example", "v" },
	{ "a@b.example\n x\n\ty, z\n", 3, "a@b.example", "z" },
	/* Comments and empty lines may stand inside. */
	{ "a@b.example x,\n# y\n\n   # y\n z\nc@b.example w\n", 3,
	  "a@b.example", "z" },
	{ "a@b.example x # y\n", 3, "a@b.example", "#" },
	{ "@b.example x\n", 1, "@b.example", "x" },
	{ "user x\n", 1, "user", "x" },
	{ "\"a b\"@c.example x\n", 1, "a b@c.example", "x" },
	{ "\"a\\\" b\"@c.example x\n", 1, "a\" b@c.example", "x" },
	{ "A@B.Example. X\n", 1, "a@b.example", "x" },
	{ "a@b.example x x X\n", 1, "a@b.example", "x" },
};

START_TEST(texts_are_read)
{
	struct arena *arena = arena_new();
	struct table *table = table_new();
	struct diag *diag = diag_new();
	struct read_notes notes = { .bare = false };

	ck_assert(read_text(table, source_new(arena, "t",
	    str_from(texts[_i].text)), &notes, diag));
	ck_assert_str_eq(diag_lines(arena, diag, "t"), "");
	ck_assert_uint_eq(table_count(table), texts[_i].pairs);
	if (texts[_i].key != NULL)
		ck_assert(table_has(table, str_from(texts[_i].key),
		    str_from(texts[_i].login)));
	ck_assert_int_eq(notes.bare, texts[_i].key != NULL &&
	    strcmp(texts[_i].key, "user") == 0);
	diag_free(diag);
	table_free(table);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *text, *told;
} mistakes[] = {
	{ "a@b.example\n",
	  "1:1: error: there is no login behind the address; "
	  "write user@example.com login\n" },
	{ "# x\na@b.example ,\n , \nc@b.example x\n",
	  "2:1: error: there is no login behind the address; "
	  "write user@example.com login\n" },
	{ "a@b..example x\n",
	  "1:1: error: \"a@b..example\" has no valid domain after the @\n" },
	{ "\n\n*@b.example x\n", "3:1: error: \"*@b.example\" has a star; "
	  "for all of example.com write @example.com\n" },
	{ "root: x\n",
	  "1:1: error: \"root:\" ends with a colon; this is no alias file\n" },
	{ "  x y\n", "1:1: error: a row begins at the left margin\n" },
	{ "@ x\n", "1:1: error: \"@\" has no valid domain after the @\n" },
	{ "\"\"@b.example x\n", "1:1: error: \"\"\"@b.example\" has nothing "
	  "before the @ but quotes\n" },
	{ "a@b.example x\nA@b.example y\n",
	  "2:1: warning: \"A@b.example\" stands here again and is passed "
	  "over; write all its logins in one row\n" },
	{ "a x\na x\na x\na x\na x\n",
	  "2:1: warning: \"a\" stands here again and is passed over; write "
	  "all its logins in one row\n"
	  "3:1: warning: \"a\" stands here again and is passed over; write "
	  "all its logins in one row\n"
	  "4:1: warning: \"a\" stands here again and is passed over; write "
	  "all its logins in one row\n"
	  "warning: 4 rows in all are passed over, for their address has one "
	  "before\n" },
};

START_TEST(mistakes_in_texts)
{
	struct arena *arena = arena_new();
	struct table *table = table_new();
	struct diag *diag = diag_new();
	struct read_notes notes = { .bare = false };
	bool ok = read_text(table, source_new(arena, "t",
	    str_from(mistakes[_i].text)), &notes, diag);

	ck_assert_int_eq(ok, diag_count(diag, DIAG_ERROR) == 0);
	ck_assert_str_eq(diag_lines(arena, diag, "t"), mistakes[_i].told);
	diag_free(diag);
	table_free(table);
	arena_free(arena);
}
END_TEST

/* The column of a login in a line that goes on. */
START_TEST(a_login_that_is_too_long)
{
	struct arena *arena = arena_new();
	struct table *table = table_new();
	struct diag *diag = diag_new();
	struct read_notes notes = { .bare = false };
	char text[2048] = "a@b.example x,\n# no\n y, ";

	memset(text + strlen(text), 'l', 1025);
	ck_assert(!read_text(table, source_new(arena, "t", str_from(text)),
	    &notes, diag));
	ck_assert_uint_eq(diag_total(diag), 1);
	ck_assert_uint_eq(diag_at(diag, 0)->line, 3);
	ck_assert_uint_eq(diag_at(diag, 0)->column, 5);
	ck_assert_ptr_nonnull(strstr(diag_at(diag, 0)->text,
	    "is longer than any login"));
	diag_free(diag);
	table_free(table);
	arena_free(arena);
}
END_TEST

static const char schema[] =
    "CREATE TABLE senders (address TEXT, login TEXT);"
    "INSERT INTO senders VALUES ('a@b.example', 'x'),"
    " ('c@b.example', 'x'), ('A@b.example', 'y, z'), (NULL, 'w'),"
    " ('d@b.example', NULL), ('@e.example', 'x'), ('bare', 'x');";

/* Whatever places its texts fall on, a search ends.  Places are by chance: of
 * so many tables a few have pairs that share one until they are settled. */
START_TEST(small_tables_that_are_settled)
{
	for (int i = 0; i < 40000; i++) {
		struct table *table = table_new();
		char key[24];

		snprintf(key, sizeof(key), "%d@b.example", i);
		ck_assert(table_add(table, str_from(key), STR("x")));
		ck_assert(table_add(table, str_from(key), STR("y")));
		table_settle(table);
		ck_assert(table_has(table, str_from(key), STR("x")));
		ck_assert(!table_has(table, str_from(key), STR("z")));
		ck_assert(!table_has_key(table, STR("d@b.example")));
		table_free(table);
	}
}
END_TEST

static void
make_database(char *path)
{
	sqlite3 *db;
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, schema, NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
}

START_TEST(rows_of_a_database)
{
	char path[] = "/tmp/rights-test-XXXXXX";
	struct table *table = table_new();
	struct diag *diag = diag_new();
	struct read_notes notes = { .bare = false };

	make_database(path);
	ck_assert(read_sqlite(table, path,
	    "SELECT address, login FROM senders", &notes, diag));
	ck_assert_uint_eq(diag_total(diag), 0);
	ck_assert_uint_eq(table_count(table), 6);
	ck_assert(table_has(table, STR("a@b.example"), STR("x")));
	ck_assert(table_has(table, STR("a@b.example"), STR("z")));
	ck_assert(table_has(table, STR("@e.example"), STR("x")));
	ck_assert(!table_has_key(table, STR("d@b.example")));
	ck_assert(notes.bare);
	unlink(path);
	diag_free(diag);
	table_free(table);
}
END_TEST

static const struct {
	const char *query, *told;
} queries[] = {
	{ "SELECT address, logins FROM senders",
	  "1:17: error: no such column: logins\n" },
	{ "SELECT 'two words@', login FROM senders WHERE login = 'x'",
	  "error: row 1: \"two words@\" has no valid domain after the @\n"
	  "error: row 2: \"two words@\" has no valid domain after the @\n"
	  "error: row 3: \"two words@\" has no valid domain after the @\n"
	  "error: row 4: \"two words@\" has no valid domain after the @\n" },
};

START_TEST(mistakes_in_databases)
{
	char path[] = "/tmp/rights-test-XXXXXX";
	struct arena *arena = arena_new();
	struct table *table = table_new();
	struct diag *diag = diag_new();
	struct read_notes notes = { .bare = false };

	make_database(path);
	ck_assert(!read_sqlite(table, path, queries[_i].query, &notes, diag));
	ck_assert_str_eq(diag_lines(arena, diag, path), queries[_i].told);
	unlink(path);
	diag_free(diag);
	table_free(table);
	arena_free(arena);
}
END_TEST

TCase *
read_cases(void)
{
	TCase *tc = tcase_create("read");

	tcase_add_loop_test(tc, texts_are_read, 0, TEST_COUNT(texts));
	tcase_add_loop_test(tc, mistakes_in_texts, 0, TEST_COUNT(mistakes));
	tcase_add_test(tc, a_login_that_is_too_long);
	tcase_add_test(tc, small_tables_that_are_settled);
	tcase_add_test(tc, rows_of_a_database);
	tcase_add_loop_test(tc, mistakes_in_databases, 0,
	    TEST_COUNT(queries));
	return tc;
}
