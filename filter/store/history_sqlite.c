/*
 * Events out of the SQLite file.  It is read in pages, each in a moment of its
 * own and as a whole, so that the writer's log does not grow while somebody
 * reads, however slowly.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "store/history_backend.h"
#include "store/schema.h"
#include "store/sqlite_event.h"

enum { BUSY_MS = 2000, PATH_SIZE = 4096 };

enum { BY_TIME, BY_TIME_WITH_LINES, LINES, BY_QUEUE_ID, COUNT, READ_BEGIN,
       READ_END, QUERIES };

#define COLUMNS	"e.seq, e.id, e.host, e.queue_id, e.kind, e.verdict, e.rule," \
    " e.client, e.sender, e.from_domain, e.rcpts"
#define WITHIN	" WHERE e.seq > ?1 AND e.seq < ?2"
#define PAGE	" ORDER BY e.seq LIMIT ?3"

static const char *const texts[QUERIES] = {
	[BY_TIME] = "SELECT " COLUMNS " FROM events e" WITHIN PAGE,
	[BY_TIME_WITH_LINES] = ("SELECT " COLUMNS ", l.line FROM events e"
	    " LEFT JOIN event_lines l ON l.seq = e.seq" WITHIN PAGE),
	[LINES] = "SELECT e.seq, e.line FROM event_lines e" WITHIN PAGE,
	[BY_QUEUE_ID] = ("SELECT " COLUMNS ", l.line FROM events e"
	    " LEFT JOIN event_lines l ON l.seq = e.seq" WITHIN
	    " AND e.queue_id = ?4 AND e.queue_id <> ''" PAGE),
	[COUNT] = "SELECT count(*), max(e.seq) FROM events e" WITHIN,
	[READ_BEGIN] = "BEGIN",
	[READ_END] = "COMMIT",
};

/* What of the file is mapped costs no call and no copy a page. */
static const char map_file[] = "PRAGMA mmap_size = 1073741824";

struct reader {
	sqlite3			*db;
	sqlite3_stmt		*statements[QUERIES];
	sqlite3_stmt		*running;	/* one of those */
	int64_t			 last, end;	/* places, both exclusive */
	struct str		 queue_id;
};

static void
reader_end(void *state)
{
	struct reader *reader = state;

	for (int i = 0; i < QUERIES; i++)
		sqlite3_finalize(reader->statements[i]);
	sqlite3_close(reader->db);
	free(reader);
}

static bool
prepare(struct reader *reader, char *why, size_t size)
{
	for (int i = 0; i < QUERIES; i++)
		if (sqlite3_prepare_v2(reader->db, texts[i], -1,
		    &reader->statements[i], NULL) != SQLITE_OK) {
			snprintf(why, size, "%s",
			    sqlite3_errmsg(reader->db));
			return false;
		}
	return true;
}

static void *
reader_begin(struct str rest, char *why, size_t size)
{
	struct reader *reader = xcalloc(1, sizeof(*reader));
	char path[PATH_SIZE], reason[200] = "";

	snprintf(path, sizeof(path), "%.*s", STR_ARG(rest));
	if (sqlite3_open_v2(path, &reader->db, SQLITE_OPEN_READONLY |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		snprintf(reason, sizeof(reason), "%s",
		    sqlite3_errmsg(reader->db));
	else
		sqlite3_busy_timeout(reader->db, BUSY_MS);
	/* Where it cannot be done, nothing is mapped. */
	sqlite3_exec(reader->db, map_file, NULL, NULL, NULL);
	if (reason[0] == '\0' &&
	    schema_check(reader->db, reason, sizeof(reason)) &&
	    prepare(reader, reason, sizeof(reason)))
		return reader;
	snprintf(why, size, "%s: %s", path, reason);
	reader_end(reader);
	return NULL;
}

static void
reader_ask(void *state, const struct history_query *query)
{
	struct reader *reader = state;
	int which = query->queue_id.len > 0 ? BY_QUEUE_ID :
	    query->only_lines ? LINES :
	    query->lines ? BY_TIME_WITH_LINES : BY_TIME;

	reader->running = reader->statements[which];
	reader->queue_id = query->queue_id;
	reader->last = sqlite_event_place(query->since_us, 0) - 1;
	reader->end = query->until_us == 0 ? INT64_MAX :
	    sqlite_event_place(query->until_us, 0);
}

static void
bind_page(struct reader *reader)
{
	sqlite3_bind_int64(reader->running, 1, reader->last);
	sqlite3_bind_int64(reader->running, 2, reader->end);
	sqlite3_bind_int(reader->running, 3, HISTORY_PAGE);
	if (reader->queue_id.len > 0)
		sqlite3_bind_text(reader->running, 4, reader->queue_id.ptr,
		    (int)reader->queue_id.len, SQLITE_STATIC);
}

static struct str
column(sqlite3_stmt *statement, int at)
{
	const char *text = (const char *)sqlite3_column_text(statement, at);

	return text == NULL ? STR_NONE : str_make(text,
	    (size_t)sqlite3_column_bytes(statement, at));
}

static void
read_row(struct reader *reader, struct history_row *row)
{
	sqlite3_stmt *at = reader->running;
	struct str *const fields[] = { &row->id, &row->host, &row->queue_id,
	    &row->kind, &row->verdict, &row->rule, &row->client, &row->sender,
	    &row->from_domain, &row->rcpts, &row->line };

	*row = (struct history_row){ 0 };
	reader->last = sqlite3_column_int64(at, 0);
	row->time_us = sqlite_event_time(reader->last);
	if (at == reader->statements[LINES])
		row->line = column(at, 1);
	else
		for (int i = 0; i + 1 < sqlite3_column_count(at); i++)
			*fields[i] = column(at, i + 1);
}

/* Rows without a line are in the other table alone: those of the stretch in
 * which lines were read, in the same moment. */
static void
give_rows_without(struct reader *reader, int64_t from, int64_t end,
    int64_t lines, history_take_fn *take, void *ctx)
{
	sqlite3_stmt *count = reader->statements[COUNT];

	sqlite3_bind_int64(count, 1, from);
	sqlite3_bind_int64(count, 2, end);
	if (sqlite3_step(count) == SQLITE_ROW) {
		int64_t rows = sqlite3_column_int64(count, 0);
		int64_t last = sqlite3_column_int64(count, 1);
		struct history_row row = { .time_us = sqlite_event_time(
		    last > reader->last ? last : reader->last) };

		if (last > reader->last)
			reader->last = last;
		for (; lines < rows; lines++)
			take(ctx, &row);
	}
	sqlite3_reset(count);
}

static int
step_through(struct reader *reader, history_take_fn *take, void *ctx)
{
	int64_t from = reader->last, rows = 0;
	bool enough = false;
	int rc = SQLITE_ROW;

	bind_page(reader);
	while (!enough && rows < HISTORY_PAGE &&
	    (rc = sqlite3_step(reader->running)) == SQLITE_ROW) {
		struct history_row row;

		read_row(reader, &row);
		enough = !take(ctx, &row);
		rows++;
	}
	if (reader->running == reader->statements[LINES] &&
	    (rc == SQLITE_ROW || rc == SQLITE_DONE))
		give_rows_without(reader, from, rc == SQLITE_DONE ?
		    reader->end : reader->last + 1, rows, take, ctx);
	return rc;
}

/* A page that ends by itself is the last one, for now. */
static int
reader_page(void *state, history_take_fn *take, void *ctx, char *why,
    size_t size)
{
	struct reader *reader = state;
	int rc = sqlite3_step(reader->statements[READ_BEGIN]);

	sqlite3_reset(reader->statements[READ_BEGIN]);
	if (rc == SQLITE_DONE)
		rc = step_through(reader, take, ctx);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		snprintf(why, size, "%s", sqlite3_errmsg(reader->db));
	sqlite3_reset(reader->running);
	sqlite3_step(reader->statements[READ_END]);
	sqlite3_reset(reader->statements[READ_END]);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

const struct history_backend history_sqlite = {
	"sqlite:", reader_begin, reader_ask, reader_page, reader_end
};
