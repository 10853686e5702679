/*
 * The log of SQLite is written back while others write, it is bounded whoever
 * reads, and a process that is killed in the midst of it loses nothing.
 */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/sqlite_log.h"
#include "store_test.h"

/* A page has a head of its own in the log. */
enum { PAGE = 4096 + 24, ROW_PAGES = 3, ROUNDS = 25 };

static const struct sqlite_log_sizes small = { 10, 0, 30, 100 };

static sqlite3 *
connect_to_it(void)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(database_path(), &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	return db;
}

static void
run_in(sqlite3 *db, const char *text)
{
	ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK,
	    "%s: %s", text, sqlite3_errmsg(db));
}

static sqlite3 *
begin(struct sqlite_log **log_out)
{
	sqlite3 *db = connect_to_it();
	char why[200] = "";

	run_in(db, "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = NORMAL;"
	    "CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, x)");
	*log_out = sqlite_log_new(database_path(), db, &small, why,
	    sizeof(why));
	ck_assert_msg(*log_out != NULL, "%s", why);
	return db;
}

static void
end(sqlite3 *db, struct sqlite_log *log)
{
	sqlite_log_free(log);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

/* A row that takes two pages and more. */
static void
add_row(sqlite3 *db)
{
	run_in(db, "INSERT INTO t (x) VALUES (zeroblob(5000))");
}

static long
pages_in_log(void)
{
	char path[200];
	struct stat st;

	snprintf(path, sizeof(path), "%s-wal", database_path());
	ck_assert_int_eq(stat(path, &st), 0);
	return (long)st.st_size / PAGE;
}

START_TEST(it_does_not_grow)
{
	struct sqlite_log *log;
	sqlite3 *db = begin(&log);
	char why[200] = "";

	for (int i = 0; i < 500; i++) {
		ck_assert_msg(sqlite_log_room(log, why, sizeof(why)), "%s",
		    why);
		add_row(db);
		ck_assert_int_le(pages_in_log(), small.wait + 2 * ROW_PAGES);
	}
	/* Nobody writes any more: what there is is written back. */
	for (int i = 0; i < 1000 && !sqlite_log_is_short(log); i++)
		usleep(10000);
	ck_assert(sqlite_log_is_short(log));
	end(db, log);
	ck_assert_int_eq(number_in_database("SELECT count(*) FROM t"), 500);
}
END_TEST

START_TEST(a_reader_holds_it)
{
	struct sqlite_log *log;
	sqlite3 *db = begin(&log), *reader = connect_to_it();
	char why[200] = "";
	int rows = 0;

	run_in(reader, "BEGIN; SELECT count(*) FROM t");
	for (; rows < 500 && sqlite_log_room(log, why, sizeof(why)); rows++)
		add_row(db);
	ck_assert_int_lt(rows, 500);
	ck_assert_int_ge(pages_in_log(), small.full);
	ck_assert_int_le(pages_in_log(), small.full + 2 * ROW_PAGES);
	ck_assert_msg(strstr(why, "somebody reads the file") != NULL, "%s",
	    why);
	ck_assert(!sqlite_log_is_short(log));
	ck_assert(!sqlite_log_room(log, why, sizeof(why)));

	/* All of it can be written back now, but not begun anew. */
	run_in(reader, "COMMIT; BEGIN; SELECT count(*) FROM t");
	ck_assert(!sqlite_log_room(log, why, sizeof(why)));

	run_in(reader, "COMMIT");
	ck_assert(sqlite_log_room(log, why, sizeof(why)));
	ck_assert_int_eq(pages_in_log(), 0);
	add_row(db);
	ck_assert(sqlite_log_room(log, why, sizeof(why)));
	ck_assert(sqlite_log_is_short(log));
	sqlite3_close(reader);
	end(db, log);
	ck_assert_int_eq(number_in_database("SELECT count(*) FROM t"),
	    rows + 1);
}
END_TEST

static _Noreturn void
be_the_victim(int *written)
{
	struct sqlite_log *log;
	sqlite3 *db = begin(&log);
	char why[200];

	while (sqlite_log_room(log, why, sizeof(why))) {
		add_row(db);
		++*written;
	}
	_exit(1);
}

START_TEST(killed_while_it_is_written_back)
{
	int *written = mmap(NULL, sizeof(*written), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sqlite_log *log;
	sqlite3 *db;

	ck_assert(written != MAP_FAILED);
	db = begin(&log);
	end(db, log);
	for (int round = 0; round < ROUNDS; round++) {
		int rows, status;
		pid_t victim = fork_victim();

		ck_assert_int_ge(victim, 0);
		if (victim == 0)
			be_the_victim(written);
		usleep(20000 + (useconds_t)round * 7919 % 30000);
		kill(victim, SIGKILL);
		waitpid(victim, &status, 0);
		ck_assert(WIFSIGNALED(status));
		ck_assert_int_eq(number_in_database("SELECT count(*) FROM"
		    " pragma_integrity_check WHERE integrity_check = 'ok'"),
		    1);
		rows = number_in_database("SELECT count(*) FROM t");
		/* The last one may be there though it was not said. */
		ck_assert_int_ge(rows, *written);
		ck_assert_int_le(rows, *written + 1);
		*written = rows;
	}
	ck_assert_int_gt(*written, 10 * small.begin / ROW_PAGES);
}
END_TEST

START_TEST(no_file)
{
	sqlite3 *db = connect_to_it();
	char why[200] = "";

	ck_assert_ptr_null(sqlite_log_new("/nowhere/at/all", db, &small, why,
	    sizeof(why)));
	ck_assert_str_eq(why, "unable to open database file");
	sqlite3_close(db);
}
END_TEST

TCase *
log_tests(void)
{
	TCase *tc = tcase_create("log");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, it_does_not_grow);
	tcase_add_test(tc, a_reader_holds_it);
	tcase_add_test(tc, killed_while_it_is_written_back);
	tcase_add_test(tc, no_file);
	return tc;
}
