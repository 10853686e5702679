/*
 * The store in one SQLite file.  A batch is one transaction: all of it is done
 * or none, and its one commit is shared.  The log is written ahead (WAL) and
 * synchronized when it is written back (sqlite_log.h): a crash of ours loses
 * nothing that was answered, one of the machine at most what came since then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "store/schema.h"
#include "store/sqlite_event.h"
#include "store/sqlite_log.h"

enum { EXPIRE_ROWS = 100, LOOK_ROWS = 500, WHY_MAX = 200 };

#define WRITER_KEPT_MS	(30 * 86400 * 1000LL)

/* ---- opening ---- */

static bool
fail(const struct sqlite *sqlite, char *why, size_t size)
{
	snprintf(why, size, "%s", sqlite3_errmsg(sqlite->db));
	return false;
}

static bool
run_text(struct sqlite *sqlite, const char *text, char *why, size_t size)
{
	return sqlite3_exec(sqlite->db, text, NULL, NULL, NULL) ==
	    SQLITE_OK || fail(sqlite, why, size);
}

static bool
prepare(struct sqlite *sqlite, char *why, size_t size)
{
	for (int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(sqlite->db, sqlite_statements[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &sqlite->statements[i],
		    NULL) != SQLITE_OK)
			return fail(sqlite, why, size);
	return true;
}

static void
sqlite_end(void *state)
{
	struct sqlite *sqlite = state;

	sqlite_log_free(sqlite->log);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(sqlite->statements[i]);
	sqlite3_close(sqlite->db);
	free(sqlite);
}

static bool
open_file(struct sqlite *sqlite, const char *path, char *why, size_t size)
{
	if (sqlite3_open_v2(path, &sqlite->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return fail(sqlite, why, size);
	sqlite3_busy_timeout(sqlite->db, SQLITE_LOG_BUSY_MS);
	if (!run_text(sqlite, "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = NORMAL;"
	    "PRAGMA cache_size = -16384;", why, size) ||
	    !schema_bring(sqlite->db, why, size) ||
	    !prepare(sqlite, why, size))
		return false;
	sqlite->log = sqlite_log_new(path, sqlite->db, &sqlite_log_sizes, why,
	    size);
	return sqlite->log != NULL;
}

static void *
sqlite_begin(struct str rest, char *why, size_t size)
{
	struct sqlite *sqlite = xcalloc(1, sizeof(*sqlite));
	char path[4096], reason[WHY_MAX];

	snprintf(path, sizeof(path), "%.*s", STR_ARG(rest));
	if (rest.len == 0 || rest.len >= sizeof(path) || rest.ptr[0] == ':') {
		snprintf(why, size, "a file is missing; write for example "
		    "sqlite:/var/lib/assay/assay.db");
		free(sqlite);
		return NULL;
	}
	if (open_file(sqlite, path, reason, sizeof(reason)))
		return sqlite;
	snprintf(why, size, "%s: %s", path, reason);
	sqlite_end(sqlite);
	return NULL;
}

/* ---- batches ---- */

/* The number is of the same transaction as what it stands for. */
static bool
write_number(struct sqlite *sqlite)
{
	sqlite3_stmt *set = sqlite_use(sqlite, WRITER_SET,
	    str_make(sqlite->writer, WRITER_ID));

	if (!sqlite->has_writer || !sqlite->new_number)
		return true;
	sqlite3_bind_int64(set, 2, (int64_t)sqlite->number);
	sqlite3_bind_int64(set, 3, clock_unix_us() / 1000 + WRITER_KEPT_MS);
	sqlite->new_number = false;
	return sqlite_done(set);
}

static bool
read_number(struct sqlite *sqlite, const char writer[WRITER_ID])
{
	sqlite3_stmt *read;
	int rc;

	memcpy(sqlite->writer, writer, WRITER_ID);
	read = sqlite_use(sqlite, WRITER_READ,
	    str_make(sqlite->writer, WRITER_ID));
	rc = sqlite3_step(read);
	sqlite->number = rc == SQLITE_ROW ?
	    (uint64_t)sqlite3_column_int64(read, 0) : 0;
	sqlite3_reset(read);
	sqlite->has_writer = rc == SQLITE_ROW || rc == SQLITE_DONE;
	return sqlite->has_writer;
}

/* fresh_out: it was not done before, by this process or one that is gone. */
static bool
is_next(struct sqlite *sqlite, const struct store_job *job, bool *fresh_out)
{
	*fresh_out = true;
	if (!job->may_repeat)
		return true;
	if ((!sqlite->has_writer ||
	    memcmp(sqlite->writer, job->writer, WRITER_ID) != 0) &&
	    (!write_number(sqlite) || !read_number(sqlite, job->writer)))
		return false;
	*fresh_out = job->number > sqlite->number;
	if (*fresh_out)
		sqlite->number = job->number;
	sqlite->new_number = sqlite->new_number || *fresh_out;
	return true;
}

static bool
apply_all(struct sqlite *sqlite, struct store_job *const *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool fresh;

		if (!is_next(sqlite, jobs[i], &fresh) || (fresh &&
		    !sqlite_op(sqlite, jobs[i])))
			return false;
	}
	return write_number(sqlite);
}

static size_t
sqlite_apply(void *state, struct store_job *const *jobs, size_t count,
    char *why, size_t size)
{
	struct sqlite *sqlite = state;

	if (!sqlite_log_room(sqlite->log, why, size))
		return 0;
	if (sqlite_done(sqlite->statements[BEGIN]) &&
	    apply_all(sqlite, jobs, count) &&
	    sqlite_done(sqlite->statements[COMMIT]))
		return count;
	fail(sqlite, why, size);
	sqlite->has_writer = sqlite->new_number = false;
	if (!sqlite3_get_autocommit(sqlite->db))
		sqlite_done(sqlite->statements[ROLLBACK]);
	return 0;
}

/* What is over among those that follow in order of their keys. */
static bool
expire_triplets(struct sqlite *sqlite, int64_t now_ms)
{
	/* No key is as high as that. */
	static const char last[TRIPLET_KEY + 1] =
	    "\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff";
	struct str from = str_make(sqlite->looked, sqlite->looked_len);
	sqlite3_stmt *after = sqlite_use(sqlite, TRIPLET_AFTER, from);
	sqlite3_stmt *range = sqlite_use(sqlite, EXPIRE_RANGE, from);
	char until[sizeof(last)];
	size_t len = 0;

	sqlite3_bind_int(after, 2, LOOK_ROWS - 1);
	if (sqlite3_step(after) == SQLITE_ROW &&
	    sqlite3_column_bytes(after, 0) == TRIPLET_KEY) {
		len = TRIPLET_KEY;
		memcpy(until, sqlite3_column_blob(after, 0), len);
	}
	sqlite3_reset(after);
	sqlite3_bind_blob(range, 2, len > 0 ? until : last,
	    len > 0 ? (int)len : (int)sizeof(last), SQLITE_STATIC);
	sqlite3_bind_int64(range, 3, now_ms);
	if (!sqlite_done(range))
		return false;		/* it comes round again */
	memcpy(sqlite->looked, until, len);
	sqlite->looked_len = len;
	/* Where much is over, the next ones are looked at right away. */
	return sqlite3_changes(sqlite->db) > LOOK_ROWS / 20;
}

/* A piece of one table a time, each in its turn; true: there is more. */
static bool
expire_piece(struct sqlite *sqlite, int64_t now_ms)
{
	enum { TABLES = STATEMENTS - EXPIRE_COUNTERS };
	unsigned turn = sqlite->expires++;
	sqlite3_stmt *delete;

	if (turn < TABLES) {
		delete = sqlite->statements[EXPIRE_COUNTERS + turn];
		sqlite3_bind_int64(delete, 1, now_ms);
		sqlite3_bind_int64(delete, 2, EXPIRE_ROWS);
		/* One that could not be done now comes round again. */
		if (!sqlite_done(delete))
			return true;
		sqlite->expires_more |=
		    sqlite3_changes(sqlite->db) == EXPIRE_ROWS;
	} else if (turn == TABLES) {
		sqlite->expires_more |= expire_triplets(sqlite, now_ms);
	} else {
		bool more = sqlite->expires_more;

		sqlite->expires = 0;
		sqlite->expires_more = false;
		return sqlite_event_expire(sqlite, now_ms) || more;
	}
	return true;
}

static enum store_expiry
sqlite_expire(void *state, int64_t now_ms)
{
	struct sqlite *sqlite = state;
	char why[WHY_MAX];

	if (!sqlite_log_is_short(sqlite->log) ||
	    !sqlite_log_room(sqlite->log, why, sizeof(why)))
		return EXPIRY_WAITS;
	return expire_piece(sqlite, now_ms) ? EXPIRY_GOES_ON : EXPIRY_ENDS;
}

const struct store_backend store_sqlite = {
	"sqlite:", true, sqlite_begin, sqlite_apply, sqlite_expire, sqlite_end
};
