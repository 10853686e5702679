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

enum { BUSY_MS = 2000, PATH_SIZE = 4096, PAGE_OCTETS = 1024 * 1024 };

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

/* What of the file is mapped costs no call and no copy a page. */
static const char map_file[] = "PRAGMA mmap_size = 1073741824";

struct reader {
	sqlite3			*db;
	sqlite3_stmt		*statements[QUERIES];
	sqlite3_stmt		*running;	/* one of those */
	int64_t			 last, end;	/* places, both exclusive */
	struct str		 queue_id;
	struct arena		*arena;		/* this page's */
	struct history_row	 rows[HISTORY_PAGE];
	size_t			 count, at;	/* of them; which is next */
	bool			 more;		/* pages, it may be */
};

static void
reader_end(void *state)
{
	struct reader *reader = state;

	for (int i = 0; i < QUERIES; i++)
		sqlite3_finalize(reader->statements[i]);
	sqlite3_close(reader->db);
	arena_free(reader->arena);
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

	reader->arena = arena_new_work();
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
	    query->lines ? BY_TIME_WITH_LINES : BY_TIME;

	reader->running = reader->statements[which];
	reader->queue_id = query->queue_id;
	reader->last = sqlite_event_place(query->since_us, 0) - 1;
	reader->end = query->until_us == 0 ? INT64_MAX :
	    sqlite_event_place(query->until_us, 0);
	reader->count = reader->at = 0;
	reader->more = true;
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

/* How many octets it takes. */
static size_t
take_row(struct reader *reader)
{
	sqlite3_stmt *at = reader->running;
	struct history_row row = { 0 };
	struct str *const fields[] = { &row.id, &row.host, &row.queue_id,
	    &row.kind, &row.verdict, &row.rule, &row.client, &row.sender,
	    &row.from_domain, &row.rcpts, &row.line };
	size_t octets = 0;

	reader->last = sqlite3_column_int64(at, 0);
	row.time_us = sqlite_event_time(reader->last);
	for (int i = 0; i + 1 < sqlite3_column_count(at); i++) {
		*fields[i] = column(at, i + 1);
		octets += fields[i]->len;
	}
	reader->rows[reader->count++] = history_row_copy(reader->arena, &row);
	return octets;
}

/* A page that ends by itself is the last one, for now. */
static bool
turn_page(struct reader *reader, char *why, size_t size)
{
	size_t octets = 0;
	int rc = SQLITE_ROW;

	arena_reset(reader->arena);
	reader->count = reader->at = 0;
	bind_page(reader);
	while (octets < PAGE_OCTETS && reader->count < HISTORY_PAGE &&
	    (rc = sqlite3_step(reader->running)) == SQLITE_ROW)
		octets += take_row(reader);
	reader->more = rc != SQLITE_DONE;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		snprintf(why, size, "%s", sqlite3_errmsg(reader->db));
	sqlite3_reset(reader->running);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static int
reader_next(void *state, struct history_row *row_out, char *why, size_t size)
{
	struct reader *reader = state;

	if (reader->at == reader->count && reader->more &&
	    !turn_page(reader, why, size))
		return -1;
	if (reader->at == reader->count) {
		/* Who asks again may find more. */
		reader->more = true;
		return 0;
	}
	*row_out = reader->rows[reader->at++];
	return 1;
}

const struct history_backend history_sqlite = {
	"sqlite:", reader_begin, reader_ask, reader_next, reader_end
};
