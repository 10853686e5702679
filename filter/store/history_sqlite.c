/*
 * Events out of the SQLite file.  It is read in pages, each in a moment of its
 * own, so that the writer's log does not grow while somebody reads.
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

enum { BY_TIME, BY_TIME_WITH_LINES, BY_QUEUE_ID, QUERIES };

#define COLUMNS	"e.seq, e.id, e.host, e.queue_id, e.kind, e.verdict, e.rule," \
    " e.client, e.sender, e.from_domain, e.rcpts"
#define WITHIN	" WHERE e.seq > ?1 AND e.seq < ?2"
#define PAGE	" ORDER BY e.seq LIMIT ?3"

static const char *const texts[QUERIES] = {
	[BY_TIME] = "SELECT " COLUMNS " FROM events e" WITHIN PAGE,
	[BY_TIME_WITH_LINES] = "SELECT " COLUMNS ", l.line FROM events e"
	    " LEFT JOIN event_lines l ON l.seq = e.seq" WITHIN PAGE,
	[BY_QUEUE_ID] = "SELECT " COLUMNS ", l.line FROM events e"
	    " LEFT JOIN event_lines l ON l.seq = e.seq" WITHIN
	    " AND e.queue_id = ?4 AND e.queue_id <> ''" PAGE,
};

struct reader {
	sqlite3			*db;
	sqlite3_stmt		*statements[QUERIES];
	sqlite3_stmt		*running;	/* one of those */
	int64_t			 last, end;	/* places, both exclusive */
	int			 left;		/* rows of this page */
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
	    query->lines ? BY_TIME_WITH_LINES : BY_TIME;

	if (reader->running != NULL)
		sqlite3_reset(reader->running);
	reader->running = reader->statements[which];
	reader->queue_id = query->queue_id;
	reader->last = sqlite_event_place(query->since_us, 0) - 1;
	reader->end = query->until_us == 0 ? INT64_MAX :
	    sqlite_event_place(query->until_us, 0);
	reader->left = 0;
}

static void
turn_page(struct reader *reader)
{
	sqlite3_reset(reader->running);
	sqlite3_bind_int64(reader->running, 1, reader->last);
	sqlite3_bind_int64(reader->running, 2, reader->end);
	sqlite3_bind_int(reader->running, 3, HISTORY_PAGE);
	if (reader->queue_id.len > 0)
		sqlite3_bind_text(reader->running, 4, reader->queue_id.ptr,
		    (int)reader->queue_id.len, SQLITE_STATIC);
	reader->left = HISTORY_PAGE;
}

static struct str
column(sqlite3_stmt *statement, int at)
{
	const char *text = (const char *)sqlite3_column_text(statement, at);

	return text == NULL ? STR_NONE : str_make(text,
	    (size_t)sqlite3_column_bytes(statement, at));
}

static void
take_row(struct reader *reader, struct history_row *row)
{
	sqlite3_stmt *at = reader->running;
	struct str *const fields[] = { &row->id, &row->host, &row->queue_id,
	    &row->kind, &row->verdict, &row->rule, &row->client, &row->sender,
	    &row->from_domain, &row->rcpts, &row->line };

	reader->last = sqlite3_column_int64(at, 0);
	row->time_us = sqlite_event_time(reader->last);
	for (int i = 0; i + 1 < sqlite3_column_count(at); i++)
		*fields[i] = column(at, i + 1);
}

static int
reader_next(void *state, struct history_row *row_out, char *why, size_t size)
{
	struct reader *reader = state;
	int rc;

	if (reader->left == 0)
		turn_page(reader);
	rc = sqlite3_step(reader->running);
	if (rc == SQLITE_ROW) {
		take_row(reader, row_out);
		reader->left--;
		return 1;
	}
	/* A page that is not full is the last one, for now. */
	reader->left = 0;
	if (rc != SQLITE_DONE)
		snprintf(why, size, "%s", sqlite3_errmsg(reader->db));
	sqlite3_reset(reader->running);
	return rc == SQLITE_DONE ? 0 : -1;
}

const struct history_backend history_sqlite = {
	"sqlite:", reader_begin, reader_ask, reader_next, reader_end
};
