#include "tests/unit/base/base_test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/sqlfile.h"

static const char tables[] =
    "CREATE TABLE users (login TEXT, address TEXT, hits INT);"
    "INSERT INTO users VALUES ('ann', 'ann@example.com', 3),"
    " ('bob', NULL, 2), ('', 'x@example.com', 1);"
    "CREATE VIEW sorted AS SELECT login FROM users ORDER BY hits;"
    "CREATE TABLE odd (value);"
    "INSERT INTO odd VALUES (CAST(x'610062' AS TEXT)), (x'ff'), (1.5);";

static char path[] = "/tmp/sqlfile-test-XXXXXX";

static void
make_database(void)
{
	sqlite3 *db;
	int fd;

	strcpy(path + strlen(path) - 6, "XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, tables, NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
}

static void
remove_database(void)
{
	unlink(path);
}

struct rows {
	size_t columns, wanted, count;
	char text[400];
};

static bool
note_row(void *ctx, const struct str *columns)
{
	struct rows *rows = ctx;

	for (size_t i = 0; i < rows->columns; i++) {
		size_t len = strlen(rows->text);

		snprintf(rows->text + len, sizeof(rows->text) - len, "%.*s%s",
		    columns[i].ptr == NULL ? 4 : (int)columns[i].len,
		    columns[i].ptr == NULL ? "NULL" : columns[i].ptr,
		    i + 1 < rows->columns ? "," : ";");
	}
	return ++rows->count != rows->wanted;
}

static const struct {
	const char *query;
	size_t columns, wanted;
	const char *rows;
} queries[] = {
	{ "SELECT login FROM users ORDER BY login", 1, 0, ";ann;bob;" },
	{ "SELECT address, login FROM users WHERE hits > 1 ORDER BY hits; \n",
	  2, 0, "NULL,bob;ann@example.com,ann;" },
	{ "SELECT login FROM sorted", 1, 2, ";bob;" },
	{ "SELECT lower('ABC') || hits FROM users WHERE login = 'ann'", 1, 0,
	  "abc3;" },
	{ "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	  "WHERE i < 3) SELECT i FROM n", 1, 0, "1;2;3;" },
	{ "SELECT login FROM users WHERE 0", 1, 0, "" },
};

START_TEST(rows_of_a_query)
{
	struct rows rows = { queries[_i].columns, queries[_i].wanted, 0, "" };
	struct sqlfile_error error;

	ck_assert(sqlfile_read(path, str_from(queries[_i].query),
	    rows.columns, note_row, &rows, &error));
	ck_assert_str_eq(rows.text, queries[_i].rows);
}
END_TEST

static const struct {
	const char *query;
	size_t columns;
	const char *text;
	int offset;
} wrong[] = {
	{ "SELECT login FROM user", 1, "no such table: user", -1 },
	{ "SELECT logins FROM users", 1, "no such column: logins", 7 },
	{ "SELECT login FORM users", 1, "near \"users\": syntax error", 18 },
	{ "SELECT login FROM users", 2, "it gives 1 column, not 2", -1 },
	{ "SELECT login, hits FROM users", 1, "it gives 2 columns, not 1",
	  -1 },
	{ "", 1, "there is no query", -1 },
	{ "-- nothing", 1, "there is no query", -1 },
	{ "SELECT 1; SELECT 2", 1, "something follows the first statement",
	  9 },
	{ "SELECT login FROM users WHERE hits = ?", 1,
	  "it has parameters, and nothing to put there", -1 },
	{ "DELETE FROM users", 1, "only a SELECT that reads is allowed", -1 },
	{ "INSERT INTO users VALUES ('a', 'b', 1) RETURNING login", 1,
	  "only a SELECT that reads is allowed", -1 },
	{ "PRAGMA journal_mode = WAL", 1,
	  "only a SELECT that reads is allowed", -1 },
	{ "ATTACH 'other.db' AS other", 1,
	  "only a SELECT that reads is allowed", -1 },
	{ "CREATE TEMP TABLE t (a)", 1, "not authorized", -1 },
	{ "SELECT load_extension('x')", 1,
	  "not authorized to use function: load_extension", 7 },
	{ "SELECT zeroblob(9000000)", 1, "string or blob too big", -1 },
};

START_TEST(mistakes_in_a_query)
{
	struct rows rows = { wrong[_i].columns, 0, 0, "" };
	struct sqlfile_error error;

	ck_assert(!sqlfile_read(path, str_from(wrong[_i].query), rows.columns,
	    note_row, &rows, &error));
	ck_assert_str_eq(error.text, wrong[_i].text);
	ck_assert_int_eq(error.offset, wrong[_i].offset);
}
END_TEST

static bool
count_row(void *ctx, const struct str *columns)
{
	(void)columns;
	++*(size_t *)ctx;
	return true;
}

START_TEST(rows_without_end)
{
	struct sqlfile_error error;
	size_t count = 0;

	ck_assert(!sqlfile_read(path, STR("WITH RECURSIVE n(i) AS (SELECT 1 "
	    "UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"), 1, count_row,
	    &count, &error));
	ck_assert_str_eq(error.text, "it gives more than 2000000 rows");
	ck_assert_uint_eq(count, 2000000);
}
END_TEST

static bool
note_octets(void *ctx, const struct str *columns)
{
	struct rows *rows = ctx;

	for (size_t i = 0; i < columns[0].len; i++) {
		size_t len = strlen(rows->text);

		snprintf(rows->text + len, sizeof(rows->text) - len, "%02x",
		    (unsigned char)columns[0].ptr[i]);
	}
	strcat(rows->text, ";");
	return true;
}

START_TEST(octets_are_passed_as_they_are)
{
	struct rows rows = { 0 };
	struct sqlfile_error error;

	ck_assert(sqlfile_read(path, STR("SELECT value FROM odd"), 1,
	    note_octets, &rows, &error));
	ck_assert_str_eq(rows.text, "610062;ff;312e35;");
}
END_TEST

static void
expect_refusal(const char *file, const char *text)
{
	struct rows rows = { 1, 0, 0, "" };
	struct sqlfile_error error;

	ck_assert(!sqlfile_read(file, STR("SELECT login FROM users"), 1,
	    note_row, &rows, &error));
	ck_assert_str_eq(error.text, text);
	ck_assert_int_eq(error.offset, -1);
}

START_TEST(files_that_are_no_database)
{
	FILE *file;

	expect_refusal("/nonexistent/users.db", "No such file or directory");
	expect_refusal(":memory:", "No such file or directory");
	expect_refusal("", "No such file or directory");
	expect_refusal("/tmp", "it is no regular file");
	file = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("no database\n", file);
	fclose(file);
	expect_refusal(path, "file is not a database");
}
END_TEST

START_TEST(a_lock_is_waited_for)
{
	struct rows rows = { .columns = 1 };
	struct sqlfile_error error;
	sqlite3 *db;
	uint64_t start = clock_ms();

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL),
	    SQLITE_OK);
	expect_refusal(path, "database is locked");
	ck_assert_uint_ge(clock_ms() - start, LIMIT_SQL_WAIT_MS / 2);
	sqlite3_close(db);
	ck_assert(sqlfile_read(path, STR("SELECT 1"), 1, note_row, &rows,
	    &error));
}
END_TEST

TCase *
sqlfile_tests(void)
{
	TCase *tc = tcase_create("sqlfile");

	tcase_add_checked_fixture(tc, make_database, remove_database);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, rows_of_a_query, 0, TEST_COUNT(queries));
	tcase_add_loop_test(tc, mistakes_in_a_query, 0, TEST_COUNT(wrong));
	tcase_add_test(tc, rows_without_end);
	tcase_add_test(tc, octets_are_passed_as_they_are);
	tcase_add_test(tc, files_that_are_no_database);
	tcase_add_test(tc, a_lock_is_waited_for);
	return tc;
}
