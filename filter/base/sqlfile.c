#include "base/sqlfile.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "base/print.h"

enum { STEPS_BETWEEN_LOOKS = 100000 };	/* at its work; some ms of it */

struct reading {
	sqlite3			*db;
	sqlite3_stmt		*statement;
	size_t			 columns;
	uint64_t		 began_us;	/* clock_work_us() */
	struct sqlfile_error	*error;
};

static bool
fail(struct reading *reading, int offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool
fail(struct reading *reading, int offset, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(reading->error->text, sizeof(reading->error->text), format,
	    ap);
	va_end(ap);
	reading->error->offset = offset;
	return false;
}

/* What may be in a statement: see "Authorizer Action Codes" of SQLite. */
static int
authorize(void *ctx, int action, const char *first, const char *second,
    const char *database, const char *inner)
{
	(void)ctx;
	(void)first;
	(void)database;
	(void)inner;
	if (action == SQLITE_FUNCTION && second != NULL &&
	    sqlite3_stricmp(second, "load_extension") == 0)
		return SQLITE_DENY;
	return action == SQLITE_SELECT || action == SQLITE_READ ||
	    action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE ?
	    SQLITE_OK : SQLITE_DENY;
}

/* By its work: on a busy machine a good query must not become a bad one. */
static int
works_too_long(void *ctx)
{
	const struct reading *reading = ctx;

	return clock_work_us() - reading->began_us >
	    (uint64_t)LIMIT_SQL_WORK_MS * 1000;
}

/* SQLite itself takes a pipe, and ":memory:" and "" for names of its own. */
static bool
is_file(struct reading *reading, const char *path)
{
	struct stat st;

	reading->error->missing = false;
	if (stat(path, &st) != 0) {
		reading->error->missing = errno == ENOENT;
		return fail(reading, -1, "%s", strerror(errno));
	}
	if (!S_ISREG(st.st_mode))
		return fail(reading, -1, "it is no regular file");
	return true;
}

static bool
open_file(struct reading *reading, const char *path)
{
	int rc = sqlite3_open_v2(path, &reading->db, SQLITE_OPEN_READONLY |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

	if (rc != SQLITE_OK) {
		int why = reading->db == NULL ? ENOMEM :
		    sqlite3_system_errno(reading->db);

		return fail(reading, -1, "%s", why != 0 ? strerror(why) :
		    sqlite3_errstr(rc));
	}
	sqlite3_db_config(reading->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(reading->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(reading->db, SQLITE_LIMIT_LENGTH, LIMIT_SQL_OCTETS);
	sqlite3_busy_timeout(reading->db, LIMIT_SQL_WAIT_MS);
	sqlite3_set_authorizer(reading->db, authorize, NULL);
	sqlite3_progress_handler(reading->db, STEPS_BETWEEN_LOOKS,
	    works_too_long, reading);
	return true;
}

static bool
prepare(struct reading *reading, struct str query)
{
	const char *tail = NULL;
	int rc, count;

	if (query.len > LIMIT_SQL_QUERY_OCTETS)
		return fail(reading, -1, "longer than a query may be (%d "
		    "octets)", LIMIT_SQL_QUERY_OCTETS);
	rc = sqlite3_prepare_v2(reading->db, query.len == 0 ? "" : query.ptr,
	    (int)query.len, &reading->statement, &tail);
	if ((rc & 0xff) == SQLITE_AUTH)
		return fail(reading, -1, "only a SELECT that reads is allowed");
	if (rc != SQLITE_OK)
		return fail(reading, sqlite3_error_offset(reading->db), "%s",
		    sqlite3_errmsg(reading->db));
	if (reading->statement == NULL)
		return fail(reading, -1, "there is no query");
	if (str_trim(str_skip(query, (size_t)(tail - query.ptr))).len > 0)
		return fail(reading, (int)(tail - query.ptr),
		    "something follows the first statement");
	if (sqlite3_bind_parameter_count(reading->statement) > 0)
		return fail(reading, -1, "it has parameters, and nothing to "
		    "put there");
	count = sqlite3_column_count(reading->statement);
	if (count != (int)reading->columns)
		return fail(reading, -1, "it gives %d column%s, not %zu",
		    count, print_plural(count), reading->columns);
	return true;
}

static bool
step_failed(struct reading *reading, int rc)
{
	if ((rc & 0xff) == SQLITE_INTERRUPT)
		return fail(reading, -1, "it takes more than %d s of "
		    "work", LIMIT_SQL_WORK_MS / 1000);
	return fail(reading, -1, "%s", sqlite3_errmsg(reading->db));
}

/* Memory out is no row: it must not look like a NULL in the table. */
static bool
take_column(struct reading *reading, int i, struct str *out)
{
	const unsigned char *text;

	*out = STR_NONE;
	if (sqlite3_column_type(reading->statement, i) == SQLITE_NULL)
		return true;
	text = sqlite3_column_text(reading->statement, i);
	if (text == NULL)
		return false;
	*out = str_make(text, (size_t)sqlite3_column_bytes(reading->statement,
	    i));
	return true;
}

static bool
read_rows(struct reading *reading, sqlfile_row_fn *row, void *ctx)
{
	struct str columns[SQLFILE_COLUMNS_MAX];
	int rc;

	for (size_t count = 0;
	    (rc = sqlite3_step(reading->statement)) == SQLITE_ROW; count++) {
		if (count == LIMIT_SQL_ROWS)
			return fail(reading, -1, "it gives more than %d rows",
			    LIMIT_SQL_ROWS);
		for (size_t i = 0; i < reading->columns; i++)
			if (!take_column(reading, (int)i, &columns[i]))
				return step_failed(reading, SQLITE_NOMEM);
		if (!row(ctx, columns))
			return true;
	}
	return rc == SQLITE_DONE || step_failed(reading, rc);
}

bool
sqlfile_read(const char *path, struct str query, size_t columns,
    sqlfile_row_fn *row, void *ctx, struct sqlfile_error *error_out)
{
	struct reading reading = { .columns = columns, .error = error_out,
	    .began_us = clock_work_us() };
	bool ok;

	ensure(columns > 0 && columns <= SQLFILE_COLUMNS_MAX);
	ok = is_file(&reading, path) && open_file(&reading, path) &&
	    prepare(&reading, query) && read_rows(&reading, row, ctx);
	sqlite3_finalize(reading.statement);
	sqlite3_close(reading.db);
	return ok;
}
