#include "store/sqlite_op.h"

#include "base/limits.h"
#include "store/job.h"
#include "store/sqlite_event.h"

const char *const sqlite_statements[STATEMENTS] = {
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
	[ITEM_PUT] = "INSERT INTO items (queue, name, due, tries, content,"
	    " expires) VALUES (?1, ?2, ?3, 0, ?4, ?5)"
	    " ON CONFLICT (queue, name) DO UPDATE SET due = ?3, tries = 0,"
	    " content = ?4, expires = ?5 WHERE expires <= ?6",
	[ITEM_NEXT] = "SELECT name, content, tries, rowid FROM items"
	    " WHERE queue = ?1 AND due <= ?2 AND expires > ?2"
	    " ORDER BY due, rowid LIMIT 1",
	[ITEM_LEASE] = "UPDATE items SET due = ?2, tries = tries + 1"
	    " WHERE rowid = ?1",
	[ITEM_DONE] = "DELETE FROM items WHERE queue = ?1 AND name = ?2",
	[WRITER_READ] = "SELECT number FROM writers WHERE writer = ?1",
	[WRITER_SET] = "INSERT OR REPLACE INTO writers VALUES (?1, ?2, ?3)",
	[EVENT_READ] = "SELECT id FROM events WHERE seq = ?1",
	[EVENT_PUT] = "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
	    " ?8, ?9, ?10, ?11)",
	[EVENT_PUT_LINE] = "INSERT INTO event_lines VALUES (?1, ?2)",
	[EVENT_FIND_OLD] = "SELECT max(seq), count(*) FROM (SELECT seq FROM"
	    " events WHERE seq < ?1 ORDER BY seq LIMIT ?2)",
	[EVENT_REMOVE] = "DELETE FROM events WHERE seq <= ?1",
	[EVENT_REMOVE_LINES] = "DELETE FROM event_lines WHERE seq <= ?1",
	[KEEP_READ] = "SELECT keep_ms FROM event_keep",
	[KEEP_SET] = "INSERT OR REPLACE INTO event_keep VALUES (1, ?1)",
	[EXPIRE_COUNTERS] = "DELETE FROM counters WHERE (key, bucket) IN"
	    " (SELECT key, bucket FROM counters WHERE expires <= ?1 LIMIT ?2)",
	[EXPIRE_MEMBERS] = "DELETE FROM members WHERE (key, member) IN"
	    " (SELECT key, member FROM members WHERE expires <= ?1 LIMIT ?2)",
	[TRIPLET_AFTER] = "SELECT key FROM triplets WHERE key > ?1"
	    " ORDER BY key LIMIT 1 OFFSET ?2",
	[EXPIRE_RANGE] = "DELETE FROM triplets WHERE key > ?1 AND key <= ?2"
	    " AND expires <= ?3",
	[EXPIRE_STANDINGS] = "DELETE FROM standings WHERE key IN"
	    " (SELECT key FROM standings WHERE expires <= ?1 LIMIT ?2)",
	[EXPIRE_ITEMS] = "DELETE FROM items WHERE rowid IN"
	    " (SELECT rowid FROM items WHERE expires <= ?1 LIMIT ?2)",
	[EXPIRE_WRITERS] = "DELETE FROM writers WHERE writer IN"
	    " (SELECT writer FROM writers WHERE expires <= ?1 LIMIT ?2)",
};

static void
bind_text(sqlite3_stmt *statement, int at, struct str text)
{
	sqlite3_bind_blob(statement, at, text.len == 0 ? "" : text.ptr,
	    (int)text.len, SQLITE_STATIC);
}

sqlite3_stmt *
sqlite_use(struct sqlite *sqlite, enum statement id, struct str key)
{
	sqlite3_stmt *statement = sqlite->statements[id];

	bind_text(statement, 1, key);
	return statement;
}

bool
sqlite_done(sqlite3_stmt *statement)
{
	bool ok = sqlite3_step(statement) == SQLITE_DONE;

	sqlite3_reset(statement);
	return ok;
}

static bool
read_counter(struct sqlite *sqlite, const struct store_op *op,
    int64_t bucket, struct store_answer *answer)
{
	sqlite3_stmt *read = sqlite_use(sqlite, COUNT_READ, op->key);
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
    struct store_job *job)
{
	int64_t bucket = window_bucket(op->now_ms, op->period_ms);
	sqlite3_stmt *add = sqlite_use(sqlite, COUNT_ADD, op->key);

	sqlite3_bind_int64(add, 2, bucket);
	sqlite3_bind_double(add, 3, op->amount);
	sqlite3_bind_int64(add, 4, (bucket + 2) * op->period_ms);
	return (op->amount == 0 || sqlite_done(add)) &&
	    read_counter(sqlite, op, bucket, &job->answer);
}

static bool
set_member(struct sqlite *sqlite, const struct store_op *op)
{
	sqlite3_stmt *set = sqlite_use(sqlite, MEMBER_SET, op->key);

	bind_text(set, 2, op->member);
	sqlite3_bind_int64(set, 3, op->now_ms);
	sqlite3_bind_int64(set, 4, op->now_ms + op->period_ms);
	sqlite3_bind_int64(set, 5, LIMIT_STORE_MEMBERS);
	return sqlite_done(set);
}

static bool
apply_distinct(struct sqlite *sqlite, const struct store_op *op,
    struct store_job *job)
{
	sqlite3_stmt *room = sqlite_use(sqlite, MEMBER_ROOM, op->key);
	sqlite3_stmt *count = sqlite_use(sqlite, MEMBER_COUNT, op->key);
	bool ok;

	sqlite3_bind_int64(room, 2, op->now_ms - op->period_ms);
	if (!sqlite_done(room) || !set_member(sqlite, op))
		return false;
	ok = sqlite3_step(count) == SQLITE_ROW;
	job->answer.count = sqlite3_column_double(count, 0);
	sqlite3_reset(count);
	return ok;
}

static bool
apply_greylist(struct sqlite *sqlite, const struct store_op *op,
    struct store_job *job)
{
	sqlite3_stmt *read = sqlite_use(sqlite, TRIPLET_READ, op->key);
	sqlite3_stmt *set = sqlite_use(sqlite, TRIPLET_SET, op->key);
	struct triplet triplet = { 0, 0 };
	int rc = sqlite3_step(read);

	if (rc == SQLITE_ROW)
		triplet = (struct triplet){ sqlite3_column_int64(read, 0),
		    sqlite3_column_int64(read, 1) };
	sqlite3_reset(read);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return false;
	triplet_attempt(&triplet, op, &job->answer);
	sqlite3_bind_int64(set, 2, triplet.first_ms);
	sqlite3_bind_int64(set, 3, triplet.passed_ms);
	sqlite3_bind_int64(set, 4, triplet_expiry(&triplet, op));
	return sqlite_done(set);
}

static bool
write_standing(struct sqlite *sqlite, const struct store_op *op,
    const struct standing *standing)
{
	sqlite3_stmt *set = sqlite_use(sqlite, STANDING_SET, op->key);

	sqlite3_bind_double(set, 2, standing->spam);
	sqlite3_bind_double(set, 3, standing->ham);
	sqlite3_bind_int64(set, 4, standing->at_ms);
	sqlite3_bind_int64(set, 5,
	    standing->at_ms + STANDING_LIVES * op->period_ms);
	return sqlite_done(set);
}

static bool
apply_standing(struct sqlite *sqlite, const struct store_op *op,
    struct store_job *job)
{
	sqlite3_stmt *read = sqlite_use(sqlite, STANDING_READ, op->key);
	struct standing standing = { 0, 0, 0 };
	int rc = sqlite3_step(read);

	if (rc == SQLITE_ROW)
		standing = (struct standing){ sqlite3_column_double(read, 0),
		    sqlite3_column_double(read, 1),
		    sqlite3_column_int64(read, 2) };
	sqlite3_reset(read);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return false;
	standing_add(&standing, op, &job->answer);
	return (op->spam == 0 && op->ham == 0) ||
	    write_standing(sqlite, op, &standing);
}

static bool
apply_put(struct sqlite *sqlite, const struct store_op *op,
    struct store_job *job)
{
	sqlite3_stmt *put = sqlite_use(sqlite, ITEM_PUT, op->key);
	bool ok;

	bind_text(put, 2, op->member);
	sqlite3_bind_int64(put, 3, op->now_ms + op->delay_ms);
	bind_text(put, 4, op->content);
	sqlite3_bind_int64(put, 5, op->now_ms + op->lifetime_ms);
	sqlite3_bind_int64(put, 6, op->now_ms);
	ok = sqlite_done(put);
	job->answer.count = sqlite3_changes(sqlite->db);
	return ok;
}

static struct str
column(sqlite3_stmt *statement, int at)
{
	const char *text = sqlite3_column_blob(statement, at);

	return str_make(text, (size_t)sqlite3_column_bytes(statement, at));
}

static bool
apply_take(struct sqlite *sqlite, const struct store_op *op,
    struct store_job *job)
{
	sqlite3_stmt *next = sqlite_use(sqlite, ITEM_NEXT, op->key);
	sqlite3_stmt *lease = sqlite->statements[ITEM_LEASE];
	int rc;

	sqlite3_bind_int64(next, 2, op->now_ms);
	rc = sqlite3_step(next);
	if (rc == SQLITE_ROW) {
		job_take(job, column(next, 0), column(next, 1),
		    (unsigned)sqlite3_column_int(next, 2) + 1);
		sqlite3_bind_int64(lease, 1, sqlite3_column_int64(next, 3));
		sqlite3_bind_int64(lease, 2, op->now_ms + op->period_ms);
	}
	sqlite3_reset(next);
	return rc == SQLITE_DONE || (rc == SQLITE_ROW && sqlite_done(lease));
}

static bool
apply_done(struct sqlite *sqlite, const struct store_op *op,
    struct store_job *job)
{
	sqlite3_stmt *remove = sqlite_use(sqlite, ITEM_DONE, op->key);
	bool ok;

	bind_text(remove, 2, op->member);
	ok = sqlite_done(remove);
	job->answer.count = sqlite3_changes(sqlite->db);
	return ok;
}

static bool
apply_event(struct sqlite *sqlite, const struct store_op *op,
    struct store_job *job)
{
	return sqlite_event_put(sqlite, op, &job->answer);
}

static bool (*const appliers[STORE_KINDS])(struct sqlite *,
    const struct store_op *, struct store_job *) = {
	[STORE_COUNT] = apply_count, [STORE_DISTINCT] = apply_distinct,
	[STORE_GREYLIST] = apply_greylist, [STORE_STANDING] = apply_standing,
	[STORE_PUT] = apply_put, [STORE_TAKE] = apply_take,
	[STORE_DONE] = apply_done, [STORE_EVENT] = apply_event,
};

bool
sqlite_op(struct sqlite *sqlite, struct store_job *job)
{
	return appliers[job->op.kind](sqlite, &job->op, job);
}
