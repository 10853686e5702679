/*
 * Files that an older assay made, a newer one, or another program.
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "store/schema.h"
#include "store_test.h"

/* As the first version was. */
static const char first_version[] =
    "CREATE TABLE counters (key BLOB NOT NULL, bucket INTEGER NOT NULL,"
    " sum REAL NOT NULL, expires INTEGER NOT NULL,"
    " PRIMARY KEY (key, bucket)) WITHOUT ROWID;"
    "CREATE TABLE members (key BLOB NOT NULL, member BLOB NOT NULL,"
    " seen INTEGER NOT NULL, expires INTEGER NOT NULL,"
    " PRIMARY KEY (key, member)) WITHOUT ROWID;"
    "CREATE TABLE triplets (key BLOB PRIMARY KEY NOT NULL,"
    " first INTEGER NOT NULL, passed INTEGER NOT NULL,"
    " expires INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE standings (key BLOB PRIMARY KEY NOT NULL,"
    " spam REAL NOT NULL, ham REAL NOT NULL, at INTEGER NOT NULL,"
    " expires INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX counters_expire ON counters (expires);"
    "CREATE INDEX members_expire ON members (expires);"
    "CREATE INDEX triplets_expire ON triplets (expires);"
    "CREATE INDEX standings_expire ON standings (expires);"
    "PRAGMA application_id = 1634956153;"
    "PRAGMA user_version = 1;"
    "INSERT INTO counters VALUES (CAST('k' AS BLOB), 1990000000000/3600000,"
    " 5, 1999000000000);"
    "INSERT INTO triplets VALUES (CAST('t' AS BLOB), 1990000000000, 0,"
    " 1999000000000);"
    "INSERT INTO triplets VALUES (CAST('u' AS BLOB), 1980000000000,"
    " 1990000000000, 1999000000000);";

static void
run(const char *text)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(database_path(), &db), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK,
	    "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static enum greylist_state
attempt(const char *key, int64_t at)
{
	return ask(&(struct store_op){ .kind = STORE_GREYLIST,
	    .key = str_from(key), .now_ms = T0 + at, .delay_ms = MINUTE,
	    .window_ms = DAY, .lifetime_ms = DAY }).greylist;
}

START_TEST(an_old_file_goes_on)
{
	run(first_version);
	open_store(SQLITE);
	ck_assert_double_eq(count("k", 1, 0), 6);
	ck_assert_int_eq(attempt("t", 2 * MINUTE), GREYLIST_PASSED);
	ck_assert_int_eq(attempt("u", 0), GREYLIST_KNOWN);
	ck_assert_int_eq(attempt("v", 0), GREYLIST_NEW);
	store_close(store, 1000);
	store = NULL;
	ck_assert_int_eq(number_in_database("PRAGMA user_version"),
	    schema_version());
	ck_assert_int_eq(number_in_database("SELECT count(*) FROM triplets"
	    " WHERE length(key) = 16"), 3);
}
END_TEST

static const struct {
	const char *texts[2], *why;
} strange[] = {
	{ { first_version, "PRAGMA user_version = 999" },
	  "its schema is version 999, of a newer assay; this one knows "
	  "version " },
	{ { "CREATE TABLE contacts (name)", NULL },
	  "it is the database of another program" },
	{ { first_version, "PRAGMA application_id = 7" },
	  "it is the database of another program" },
	{ { "PRAGMA user_version = 3", NULL },
	  "it is the database of another program" },
};

START_TEST(a_strange_file_is_left_alone)
{
	char why[300], expected[300];
	int tables;

	for (int i = 0; i < 2 && strange[_i].texts[i] != NULL; i++)
		run(strange[_i].texts[i]);
	tables = number_in_database(
	    "SELECT count(*) FROM sqlite_schema");
	snprintf(why, sizeof(why), "sqlite:%s", database_path());
	store = store_open(str_from(why), why, sizeof(why));
	ck_assert_ptr_null(store);
	snprintf(expected, sizeof(expected), "%s: %s", database_path(),
	    strange[_i].why);
	ck_assert_int_eq(strncmp(why, expected, strlen(expected)), 0);
	ck_assert_int_eq(number_in_database(
	    "SELECT count(*) FROM sqlite_schema"), tables);
}
END_TEST

/* A step that fails is undone as a whole, and taken again. */
START_TEST(half_a_step_is_none)
{
	char why[300], where[100];

	run(first_version);
	run("CREATE TABLE items (x)");
	snprintf(where, sizeof(where), "sqlite:%s", database_path());
	ck_assert_ptr_null(store_open(str_from(where), why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "table items already exists"));
	ck_assert_int_eq(number_in_database("PRAGMA user_version"), 3);
	run("DROP TABLE items");
	open_store(SQLITE);
	ck_assert_int_eq(number_in_database("PRAGMA user_version"),
	    schema_version());
	ck_assert_int_eq(attempt("u", 0), GREYLIST_KNOWN);
}
END_TEST

static void *
open_one(void *why)
{
	char where[100];

	snprintf(where, sizeof(where), "sqlite:%s", database_path());
	return store_open(str_from(where), why, 300);
}

START_TEST(several_make_one_file)
{
	enum { OPENERS = 6 };
	pthread_t threads[OPENERS];
	char why[OPENERS][300];
	void *opened[OPENERS];

	if (_i == 1)
		run(first_version);
	for (int i = 0; i < OPENERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, open_one,
		    why[i]), 0);
	for (int i = 0; i < OPENERS; i++)
		pthread_join(threads[i], &opened[i]);
	for (int i = 0; i < OPENERS; i++) {
		ck_assert_msg(opened[i] != NULL, "%s", why[i]);
		store_close(opened[i], 0);
	}
	ck_assert_int_eq(number_in_database("PRAGMA user_version"),
	    schema_version());
}
END_TEST

TCase *
schema_tests(void)
{
	TCase *tc = tcase_create("schema");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, an_old_file_goes_on);
	tcase_add_loop_test(tc, a_strange_file_is_left_alone, 0,
	    TEST_COUNT(strange));
	tcase_add_test(tc, half_a_step_is_none);
	tcase_add_loop_test(tc, several_make_one_file, 0, 2);
	return tc;
}
