/*
 * The store in one SQLite file.  A batch is one transaction: all of it is done
 * or none, and its one commit is shared.  The log is written ahead (WAL) and
 * synchronized at checkpoints: a crash of ours loses nothing that was
 * answered, one of the machine at most what came since the last checkpoint.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "store/backend.h"
#include "store/schema.h"

enum { BUSY_MS = 1000, EXPIRE_ROWS = 500, WHY_MAX = 200 };

enum statement {
	BEGIN, COMMIT, ROLLBACK,
	COUNT_ADD, COUNT_READ,
	MEMBER_ROOM, MEMBER_SET, MEMBER_COUNT,
	TRIPLET_READ, TRIPLET_SET,
	STANDING_READ, STANDING_SET,
	EXPIRE_COUNTERS, EXPIRE_MEMBERS, EXPIRE_TRIPLETS, EXPIRE_STANDINGS,
	STATEMENTS
};

static const char *const texts[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE", [COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[COUNT_ADD] = "INSERT INTO counters VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT DO UPDATE SET sum = sum + ?3",
	[COUNT_READ] = "SELECT bucket, sum FROM counters"
	    " WHERE key = ?1 AND bucket BETWEEN ?2 - 1 AND ?2",
	[MEMBER_ROOM] = "DELETE FROM members WHERE key = ?1 AND seen <= ?2",
	[MEMBER_SET] = "INSERT INTO members SELECT ?1, ?2, ?3, ?4"
	    " WHERE (SELECT count(*) FROM (SELECT 1 FROM members"
	    "  WHERE key = ?1 AND member <> ?2 LIMIT ?5)) < ?5"
	    " ON CONFLICT DO UPDATE SET seen = ?3, expires = ?4",
	[MEMBER_COUNT] = "SELECT count(*) FROM members WHERE key = ?1",
	[TRIPLET_READ] = "SELECT first, passed FROM triplets WHERE key = ?1",
	[TRIPLET_SET] = "INSERT OR REPLACE INTO triplets VALUES"
	    " (?1, ?2, ?3, ?4)",
	[STANDING_READ] = "SELECT spam, ham, at FROM standings"
	    " WHERE key = ?1",
	[STANDING_SET] = "INSERT OR REPLACE INTO standings VALUES"
	    " (?1, ?2, ?3, ?4, ?5)",
	[EXPIRE_COUNTERS] = "DELETE FROM counters WHERE (key, bucket) IN"
	    " (SELECT key, bucket FROM counters WHERE expires <= ?1 LIMIT ?2)",
	[EXPIRE_MEMBERS] = "DELETE FROM members WHERE (key, member) IN"
	    " (SELECT key, member FROM members WHERE expires <= ?1 LIMIT ?2)",
	[EXPIRE_TRIPLETS] = "DELETE FROM triplets WHERE key IN"
	    " (SELECT key FROM triplets WHERE expires <= ?1 LIMIT ?2)",
	[EXPIRE_STANDINGS] = "DELETE FROM standings WHERE key IN"
	    " (SELECT key FROM standings WHERE expires <= ?1 LIMIT ?2)",
};

struct sqlite {
	sqlite3		*db;
	sqlite3_stmt	*statements[STATEMENTS];
	unsigned	 expires;	/* the table whose turn it is */
};

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
		if (sqlite3_prepare_v3(sqlite->db, texts[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &sqlite->statements[i],
		    NULL) != SQLITE_OK)
			return fail(sqlite, why, size);
	return true;
}

static void
sqlite_end(void *state)
{
	struct sqlite *sqlite = state;

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
	sqlite3_busy_timeout(sqlite->db, BUSY_MS);
	return run_text(sqlite, "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = NORMAL;", why, size) &&
	    schema_bring(sqlite->db, why, size) &&
	    prepare(sqlite, why, size);
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

/* ---- statements ---- */

static sqlite3_stmt *
use(struct sqlite *sqlite, enum statement id, struct str key)
{
	sqlite3_stmt *statement = sqlite->statements[id];

	sqlite3_bind_blob(statement, 1, key.len == 0 ? "" : key.ptr,
	    (int)key.len, SQLITE_STATIC);
	return statement;
}

/* Run one that has no rows. */
static bool
done(sqlite3_stmt *statement)
{
	bool ok = sqlite3_step(statement) == SQLITE_DONE;

	sqlite3_reset(statement);
	return ok;
}

/* ---- ops ---- */

static bool
read_counter(struct sqlite *sqlite, const struct store_op *op,
    int64_t bucket, struct store_answer *answer)
{
	sqlite3_stmt *read = use(sqlite, COUNT_READ, op->key);
	double sums[2] = { 0, 0 };
	int rc;

	sqlite3_bind_int64(read, 2, bucket);
	while ((rc = sqlite3_step(read)) == SQLITE_ROW)
		sums[sqlite3_column_int64(read, 0) == bucket] =
		    sqlite3_column_double(read, 1);
	sqlite3_reset(read);
	answer->count = window_sum(op->now_ms, op->period_ms, sums[1],
	    sums[0]);
	return rc == SQLITE_DONE;
}

static bool
apply_count(struct sqlite *sqlite, const struct store_op *op,
    struct store_answer *answer)
{
	int64_t bucket = window_bucket(op->now_ms, op->period_ms);
	sqlite3_stmt *add = use(sqlite, COUNT_ADD, op->key);

	sqlite3_bind_int64(add, 2, bucket);
	sqlite3_bind_double(add, 3, op->amount);
	sqlite3_bind_int64(add, 4, (bucket + 2) * op->period_ms);
	return (op->amount == 0 || done(add)) &&
	    read_counter(sqlite, op, bucket, answer);
}

static bool
set_member(struct sqlite *sqlite, const struct store_op *op)
{
	sqlite3_stmt *set = use(sqlite, MEMBER_SET, op->key);

	sqlite3_bind_blob(set, 2, op->member.len == 0 ? "" : op->member.ptr,
	    (int)op->member.len, SQLITE_STATIC);
	sqlite3_bind_int64(set, 3, op->now_ms);
	sqlite3_bind_int64(set, 4, op->now_ms + op->period_ms);
	sqlite3_bind_int64(set, 5, LIMIT_STORE_MEMBERS);
	return done(set);
}

static bool
apply_distinct(struct sqlite *sqlite, const struct store_op *op,
    struct store_answer *answer)
{
	sqlite3_stmt *room = use(sqlite, MEMBER_ROOM, op->key);
	sqlite3_stmt *count = use(sqlite, MEMBER_COUNT, op->key);
	bool ok;

	sqlite3_bind_int64(room, 2, op->now_ms - op->period_ms);
	if (!done(room) || !set_member(sqlite, op))
		return false;
	ok = sqlite3_step(count) == SQLITE_ROW;
	answer->count = sqlite3_column_double(count, 0);
	sqlite3_reset(count);
	return ok;
}

static bool
apply_greylist(struct sqlite *sqlite, const struct store_op *op,
    struct store_answer *answer)
{
	sqlite3_stmt *read = use(sqlite, TRIPLET_READ, op->key);
	sqlite3_stmt *set = use(sqlite, TRIPLET_SET, op->key);
	struct triplet triplet = { 0, 0 };
	int rc = sqlite3_step(read);

	if (rc == SQLITE_ROW)
		triplet = (struct triplet){ sqlite3_column_int64(read, 0),
		    sqlite3_column_int64(read, 1) };
	sqlite3_reset(read);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return false;
	triplet_attempt(&triplet, op, answer);
	sqlite3_bind_int64(set, 2, triplet.first_ms);
	sqlite3_bind_int64(set, 3, triplet.passed_ms);
	sqlite3_bind_int64(set, 4, triplet_expiry(&triplet, op));
	return done(set);
}

static bool
write_standing(struct sqlite *sqlite, const struct store_op *op,
    const struct standing *standing)
{
	sqlite3_stmt *set = use(sqlite, STANDING_SET, op->key);

	sqlite3_bind_double(set, 2, standing->spam);
	sqlite3_bind_double(set, 3, standing->ham);
	sqlite3_bind_int64(set, 4, standing->at_ms);
	sqlite3_bind_int64(set, 5,
	    standing->at_ms + STANDING_LIVES * op->period_ms);
	return done(set);
}

static bool
apply_standing(struct sqlite *sqlite, const struct store_op *op,
    struct store_answer *answer)
{
	sqlite3_stmt *read = use(sqlite, STANDING_READ, op->key);
	struct standing standing = { 0, 0, 0 };
	int rc = sqlite3_step(read);

	if (rc == SQLITE_ROW)
		standing = (struct standing){ sqlite3_column_double(read, 0),
		    sqlite3_column_double(read, 1),
		    sqlite3_column_int64(read, 2) };
	sqlite3_reset(read);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return false;
	standing_add(&standing, op, answer);
	return (op->spam == 0 && op->ham == 0) ||
	    write_standing(sqlite, op, &standing);
}

static bool (*const appliers[STORE_KINDS])(struct sqlite *,
    const struct store_op *, struct store_answer *) = {
	[STORE_COUNT] = apply_count, [STORE_DISTINCT] = apply_distinct,
	[STORE_GREYLIST] = apply_greylist, [STORE_STANDING] = apply_standing,
};

static bool
apply_all(struct sqlite *sqlite, struct store_job *const *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!appliers[jobs[i]->op.kind](sqlite, &jobs[i]->op,
		    &jobs[i]->answer))
			return false;
	return true;
}

static size_t
sqlite_apply(void *state, struct store_job *const *jobs, size_t count,
    char *why, size_t size)
{
	struct sqlite *sqlite = state;

	if (done(sqlite->statements[BEGIN]) &&
	    apply_all(sqlite, jobs, count) &&
	    done(sqlite->statements[COMMIT]))
		return count;
	fail(sqlite, why, size);
	if (!sqlite3_get_autocommit(sqlite->db))
		done(sqlite->statements[ROLLBACK]);
	return 0;
}

static bool
sqlite_expire(void *state, int64_t now_ms)
{
	struct sqlite *sqlite = state;
	sqlite3_stmt *delete = sqlite->statements[EXPIRE_COUNTERS +
	    sqlite->expires];

	sqlite->expires = (sqlite->expires + 1) % 4;
	sqlite3_bind_int64(delete, 1, now_ms);
	sqlite3_bind_int64(delete, 2, EXPIRE_ROWS);
	/* One that could not be done now comes round again. */
	return (done(delete) && sqlite3_changes(sqlite->db) == EXPIRE_ROWS) ||
	    sqlite->expires != 0;
}

const struct store_backend store_sqlite = {
	"sqlite:", sqlite_begin, sqlite_apply, sqlite_expire, sqlite_end
};
