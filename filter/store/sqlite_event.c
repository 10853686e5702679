#include "store/sqlite_event.h"

#include "base/clock.h"
#include "store/history.h"

/*
 * Each is a transaction of its own, so that nothing waits long for it.  What a
 * row takes differs much: those of a day long past are read from the disk.
 */
enum { ROWS_LEAST = 5, ROWS_MOST = 100, SHORT_US = 1000, LONG_US = 4000 };

static void
bind(sqlite3_stmt *statement, int at, struct str text)
{
	sqlite3_bind_text(statement, at, text.len == 0 ? "" : text.ptr,
	    (int)text.len, SQLITE_STATIC);
}

/* FNV-1a: where among those of its time it is looked for first. */
static int64_t
lot_of(struct str id)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < id.len; i++)
		hash = (hash ^ (unsigned char)id.ptr[i]) * 16777619u;
	return (hash ^ hash >> 16) % SQLITE_EVENT_SAME_TIME;
}

/* 1: a row of this id stands here, 0: none does, 2: another one; -1: error */
static int
look(struct sqlite *sqlite, int64_t place, struct str id)
{
	sqlite3_stmt *read = sqlite->statements[EVENT_READ];
	int rc, found = 0;

	sqlite3_bind_int64(read, 1, place);
	rc = sqlite3_step(read);
	if (rc == SQLITE_ROW)
		found = str_eq(id, str_make(sqlite3_column_blob(read, 0),
		    (size_t)sqlite3_column_bytes(read, 0))) ? 1 : 2;
	else if (rc != SQLITE_DONE)
		found = -1;
	sqlite3_reset(read);
	return found;
}

static bool
insert(struct sqlite *sqlite, int64_t place, const struct history_row *row)
{
	const struct str texts[] = { row->id, row->host, row->queue_id,
	    row->kind, row->verdict, row->rule, row->client, row->sender,
	    row->from_domain, row->rcpts };
	sqlite3_stmt *put = sqlite->statements[EVENT_PUT];
	sqlite3_stmt *line = sqlite->statements[EVENT_PUT_LINE];

	sqlite3_bind_int64(put, 1, place);
	for (int i = 0; i < (int)(sizeof(texts) / sizeof(texts[0])); i++)
		bind(put, i + 2, texts[i]);
	if (!sqlite_done(put))
		return false;
	if (row->line.len == 0)
		return true;
	sqlite3_bind_int64(line, 1, place);
	bind(line, 2, row->line);
	return sqlite_done(line);
}

/* How long rows are kept stands in the file: they go, too, when nobody writes
 * any more. */
static bool
note_keep(struct sqlite *sqlite, int64_t keep_ms)
{
	sqlite3_stmt *set = sqlite->statements[KEEP_SET];

	if (sqlite->keep_ms == keep_ms)
		return true;
	sqlite3_bind_int64(set, 1, keep_ms);
	if (!sqlite_done(set))
		return false;
	sqlite->keep_ms = keep_ms;
	return true;
}

bool
sqlite_event_put(struct sqlite *sqlite, const struct store_op *op,
    struct store_answer *answer)
{
	struct history_row row;
	int64_t lot = lot_of(op->key);

	answer->count = 0;
	if (!history_decode(op->content, &row))
		return true;		/* no row of ours */
	if (!note_keep(sqlite, op->lifetime_ms))
		return false;
	for (int i = 0; i < SQLITE_EVENT_SAME_TIME; i++) {
		int64_t place = sqlite_event_place(row.time_us, (lot + i) %
		    SQLITE_EVENT_SAME_TIME);
		int found = look(sqlite, place, op->key);

		if (found == 0) {
			answer->count = 1;
			return insert(sqlite, place, &row);
		}
		if (found != 2)
			return found == 1;
	}
	return true;
}

static bool
read_keep(struct sqlite *sqlite)
{
	sqlite3_stmt *read = sqlite->statements[KEEP_READ];

	if (sqlite->keep_ms == 0 && sqlite3_step(read) == SQLITE_ROW)
		sqlite->keep_ms = sqlite3_column_int64(read, 0);
	sqlite3_reset(read);
	return sqlite->keep_ms > 0;
}

/* Up to which place the first few go; false: none does. */
static bool
find_end(struct sqlite *sqlite, int64_t before, int64_t *end_out, int *count)
{
	sqlite3_stmt *find = sqlite->statements[EVENT_FIND_OLD];
	bool ok;

	sqlite3_bind_int64(find, 1, before);
	sqlite3_bind_int(find, 2, sqlite->rows_at_once);
	ok = sqlite3_step(find) == SQLITE_ROW;
	if (ok) {
		*end_out = sqlite3_column_int64(find, 0);
		*count = sqlite3_column_int(find, 1);
	}
	sqlite3_reset(find);
	return ok && *count > 0;
}

static void
take_time(struct sqlite *sqlite, uint64_t us)
{
	if (us > LONG_US && sqlite->rows_at_once / 2 >= ROWS_LEAST)
		sqlite->rows_at_once /= 2;
	else if (us < SHORT_US && sqlite->rows_at_once * 2 <= ROWS_MOST)
		sqlite->rows_at_once *= 2;
}

bool
sqlite_event_expire(struct sqlite *sqlite, int64_t now_ms)
{
	uint64_t began = clock_us();
	sqlite3_stmt *rows = sqlite->statements[EVENT_REMOVE];
	sqlite3_stmt *lines = sqlite->statements[EVENT_REMOVE_LINES];
	int64_t end;
	int count;
	bool ok;

	if (sqlite->rows_at_once == 0)
		sqlite->rows_at_once = ROWS_LEAST;
	if (!read_keep(sqlite) || !find_end(sqlite, sqlite_event_place(
	    (now_ms - sqlite->keep_ms) * 1000, 0), &end, &count))
		return false;
	sqlite3_bind_int64(rows, 1, end);
	sqlite3_bind_int64(lines, 1, end);
	ok = sqlite_done(sqlite->statements[BEGIN]) && sqlite_done(lines) &&
	    sqlite_done(rows) && sqlite_done(sqlite->statements[COMMIT]);
	if (!ok && !sqlite3_get_autocommit(sqlite->db))
		sqlite_done(sqlite->statements[ROLLBACK]);
	/* One that could not be done now comes round again. */
	ok = ok && count == sqlite->rows_at_once;
	take_time(sqlite, clock_us() - began);
	return ok;
}
