#include "store/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/packed.h"
#include "store/history_backend.h"

/*
 * Octets of a row: 8 of its time, then each text behind its length in 4
 * octets; all numbers begin with their lowest octet.
 */
static const size_t texts[] = {	/* the line is the last one */
	offsetof(struct history_row, id), offsetof(struct history_row, host),
	offsetof(struct history_row, queue_id),
	offsetof(struct history_row, kind),
	offsetof(struct history_row, verdict),
	offsetof(struct history_row, rule),
	offsetof(struct history_row, client),
	offsetof(struct history_row, sender),
	offsetof(struct history_row, from_domain),
	offsetof(struct history_row, rcpts), offsetof(struct history_row, line)
};

enum { TEXTS = sizeof(texts) / sizeof(texts[0]), TIME = 8, LENGTH = 4 };

static const struct history_backend *const backends[] = {
	&history_sqlite, &history_redis, &history_redis_unix
};

enum { PAGE_OCTETS = 1024 * 1024 };

struct history {
	const struct history_backend	*backend;
	void				*state;
	bool				 more;	/* pages, it may be */
	/* Of history_next(): rows of a page that was read. */
	struct arena			*arena;
	struct history_row		 rows[HISTORY_PAGE];
	size_t				 count, at;
	/* Of history_lines(): of a line that there was no room for. */
	char				*rest;
	size_t				 rest_len, rest_size;
};

static struct str *
text_in(struct history_row *row, size_t i)
{
	return (struct str *)(void *)((char *)row + texts[i]);
}

static const struct str *
text_of(const struct history_row *row, size_t i)
{
	return (const struct str *)(const void *)((const char *)row +
	    texts[i]);
}

struct history_row
history_row_copy(struct arena *arena, const struct history_row *row)
{
	struct history_row copy = *row;

	for (size_t i = 0; i < TEXTS; i++)
		*text_in(&copy, i) = arena_copy(arena, *text_in(&copy, i));
	return copy;
}

/* ---- octets ---- */

static size_t
size_of(const struct history_row *row)
{
	size_t size = TIME;

	for (size_t i = 0; i < TEXTS; i++)
		size += LENGTH + text_of(row, i)->len;
	return size;
}

char *
history_encode(const struct history_row *row, size_t *len_out)
{
	struct history_row fit = *row;
	char *octets, *at;

	if (size_of(&fit) > LIMIT_STORE_ROW)
		fit.line = STR_NONE;
	*len_out = size_of(&fit);
	if (*len_out > LIMIT_STORE_ROW)
		return NULL;
	octets = xcalloc(1, *len_out);
	at = packed_put(octets, (uint64_t)row->time_us, TIME);
	for (size_t i = 0; i < TEXTS; i++) {
		const struct str *text = text_of(&fit, i);

		at = packed_put(at, text->len, LENGTH);
		if (text->len > 0)
			memcpy(at, text->ptr, text->len);
		at += text->len;
	}
	return octets;
}

bool
history_decode(struct str octets, struct history_row *row_out)
{
	*row_out = (struct history_row){ 0 };
	if (octets.len < TIME || octets.len > LIMIT_STORE_ROW)
		return false;
	row_out->time_us = (int64_t)packed_take(&octets, TIME);
	for (size_t i = 0; i < TEXTS; i++) {
		uint64_t len;

		if (octets.len == 0 && i + 1 == TEXTS)
			break;
		if (octets.len < LENGTH)
			return false;
		len = packed_take(&octets, LENGTH);
		if (len > octets.len)
			return false;
		*text_in(row_out, i) = str_slice(octets, 0, len);
		octets = str_skip(octets, len);
	}
	return octets.len == 0 && row_out->time_us >= 0 &&
	    row_out->id.len <= LIMIT_STORE_KEY;
}

size_t
history_head(struct str octets, const struct history_row *row)
{
	return octets.len - row->line.len - LENGTH;
}

/* ---- writing ---- */

bool
history_put(struct store *store, const struct history_row *row,
    int64_t keep_ms)
{
	struct store_op op = { .kind = STORE_EVENT, .key = row->id,
	    .now_ms = row->time_us / 1000, .lifetime_ms = keep_ms };
	struct history_row kept;
	char *octets;

	if (row->id.len == 0 || row->id.len > LIMIT_STORE_KEY ||
	    row->time_us < 0)
		return false;
	octets = history_encode(row, &op.content.len);
	op.content.ptr = octets;
	if (octets != NULL)
		store_tell(store, &op);
	history_decode(op.content, &kept);
	free(octets);
	return octets != NULL && (kept.line.len > 0 || row->line.len == 0);
}

/* ---- reading ---- */

struct history *
history_open(struct str where, char *why, size_t size)
{
	struct history *history;

	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		struct str scheme = str_from(backends[i]->scheme);
		void *state;

		if (!str_starts_nocase(where, scheme))
			continue;
		state = backends[i]->open(str_skip(where, scheme.len), why,
		    size);
		if (state == NULL)
			return NULL;
		history = xcalloc(1, sizeof(*history));
		history->backend = backends[i];
		history->state = state;
		history->arena = arena_new_work();
		return history;
	}
	snprintf(why, size, "events are kept in sqlite:PATH, redis://HOST or "
	    "redis+unix://PATH");
	return NULL;
}

void
history_close(struct history *history)
{
	if (history == NULL)
		return;
	history->backend->close(history->state);
	arena_free(history->arena);
	free(history->rest);
	free(history);
}

void
history_ask(struct history *history, const struct history_query *query)
{
	history->backend->ask(history->state, query);
	history->count = history->at = history->rest_len = 0;
	history->more = true;
}

/* ---- rows ---- */

static bool
keep_row(void *ctx, const struct history_row *row)
{
	struct history *history = ctx;

	history->rows[history->count++] = history_row_copy(history->arena,
	    row);
	return history->count < HISTORY_PAGE &&
	    arena_used(history->arena) < PAGE_OCTETS;
}

int
history_next(struct history *history, struct history_row *row_out,
    char *why, size_t size)
{
	*row_out = (struct history_row){ 0 };
	while (history->at == history->count) {
		int status;

		if (!history->more) {
			/* Who asks again may find more. */
			history->more = true;
			return 0;
		}
		arena_reset(history->arena);
		history->count = history->at = 0;
		status = history->backend->page(history->state, keep_row,
		    history, why, size);
		if (status < 0)
			return -1;
		history->more = status > 0;
	}
	*row_out = history->rows[history->at++];
	return 1;
}

/* ---- lines ---- */

struct filling {
	struct history		*history;
	struct history_mark	*mark;
	char			*into;
	size_t			 len, size;
};

/* What there is no room for is the rest; while there is one, there is none. */
static void
put(struct filling *filling, struct str text)
{
	struct history *history = filling->history;
	struct str part = str_slice(text, 0, filling->size - filling->len);

	if (part.len > 0)
		memcpy(filling->into + filling->len, part.ptr, part.len);
	filling->len += part.len;
	text = str_skip(text, part.len);
	if (text.len == 0)
		return;
	if (history->rest_size < history->rest_len + text.len) {
		history->rest_size = history->rest_len + text.len;
		history->rest = xrealloc(history->rest, history->rest_size);
	}
	/* It may be the end of an older rest. */
	memmove(history->rest + history->rest_len, text.ptr, text.len);
	history->rest_len += text.len;
}

static bool
put_line(void *ctx, const struct history_row *row)
{
	struct filling *filling = ctx;
	struct history_mark *mark = filling->mark;

	if (mark->first_us == 0)
		mark->first_us = row->time_us;
	mark->last_us = row->time_us;
	if (row->line.len == 0) {
		mark->without++;
		return true;
	}
	put(filling, row->line);
	put(filling, STR("\n"));
	return filling->len < filling->size;
}

ssize_t
history_lines(struct history *history, char *into, size_t size,
    struct history_mark *mark, char *why, size_t why_size)
{
	struct filling filling = { history, mark, into, 0, size };
	struct str rest = str_make(history->rest, history->rest_len);
	int status = 1;

	history->rest_len = 0;
	put(&filling, rest);
	while (filling.len == 0 && history->more) {
		status = history->backend->page(history->state, put_line,
		    &filling, why, why_size);
		if (status < 0)
			return -1;
		history->more = status > 0;
	}
	return (ssize_t)filling.len;
}
