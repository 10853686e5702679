#include "store/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
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

struct history {
	const struct history_backend	*backend;
	void				*state;
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

static char *
put_number(char *out, uint64_t number, size_t octets)
{
	for (size_t i = 0; i < octets; i++)
		*out++ = (char)(number >> (8 * i) & 0xff);
	return out;
}

static uint64_t
take_number(struct str *from, size_t octets)
{
	uint64_t number = 0;

	for (size_t i = 0; i < octets; i++)
		number |= (uint64_t)(unsigned char)from->ptr[i] << (8 * i);
	*from = str_skip(*from, octets);
	return number;
}

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
	at = put_number(octets, (uint64_t)row->time_us, TIME);
	for (size_t i = 0; i < TEXTS; i++) {
		const struct str *text = text_of(&fit, i);

		at = put_number(at, text->len, LENGTH);
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
	row_out->time_us = (int64_t)take_number(&octets, TIME);
	for (size_t i = 0; i < TEXTS; i++) {
		uint64_t len;

		if (octets.len == 0 && i + 1 == TEXTS)
			break;
		if (octets.len < LENGTH)
			return false;
		len = take_number(&octets, LENGTH);
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
	free(history);
}

void
history_ask(struct history *history, const struct history_query *query)
{
	history->backend->ask(history->state, query);
}

int
history_next(struct history *history, struct history_row *row_out,
    char *why, size_t size)
{
	*row_out = (struct history_row){ 0 };
	return history->backend->next(history->state, row_out, why, size);
}
