/*
 * Events out of Redis: their keys in the order of time, a page at a time, and
 * what stands there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "store/history_backend.h"
#include "store/redis_link.h"

enum { NUMBER = 32, KEY_SIZE = 512 + LIMIT_STORE_PREFIX };

struct reader {
	struct redis_link	 link;
	struct history_query	 query;
	double			 since;		/* where the next page is: */
	char			*last;		/* behind this key of that
						 * time; or NULL */
	bool			 by_id;		/* all in one page */
	redisReply		*keys;		/* of the page; or NULL */
	struct entry {
		redisReply		*reply;	/* what stands there */
		struct history_row	 row;	/* in it */
	}			*page;		/* in the order of time */
	size_t			 count, at;
	bool			 ended;		/* no page after this one */
};

static void
drop_page(struct reader *reader)
{
	for (size_t i = 0; i < reader->count; i++)
		freeReplyObject(reader->page[i].reply);
	free(reader->page);
	if (reader->keys != NULL)
		freeReplyObject(reader->keys);
	reader->page = NULL;
	reader->keys = NULL;
	reader->count = reader->at = 0;
}

static void
reader_end(void *state)
{
	struct reader *reader = state;

	drop_page(reader);
	redis_link_down(&reader->link);
	free(reader->last);
	free(reader);
}

static void *
reader_begin(struct str rest, bool is_path, char *why, size_t size)
{
	struct reader *reader = xcalloc(1, sizeof(*reader));
	const char *wrong = redis_url_read(rest, is_path, &reader->link.url);

	if (wrong != NULL)
		snprintf(why, size, "%s", wrong);
	if (wrong == NULL && redis_link_up(&reader->link, why, size))
		return reader;
	reader_end(reader);
	return NULL;
}

static void *
tcp_begin(struct str rest, char *why, size_t size)
{
	return reader_begin(rest, false, why, size);
}

static void *
unix_begin(struct str rest, char *why, size_t size)
{
	return reader_begin(rest, true, why, size);
}

static void
reader_ask(void *state, const struct history_query *query)
{
	struct reader *reader = state;

	drop_page(reader);
	free(reader->last);
	reader->last = NULL;
	reader->query = *query;
	reader->since = (double)query->since_us;
	reader->by_id = query->queue_id.len > 0;
	reader->ended = false;
}

/* ---- a page ---- */

/* Keys and times in turn; of one message just keys. */
static bool
ask_keys(struct reader *reader, char *why, size_t size)
{
	const struct history_query *query = &reader->query;
	char since[NUMBER], until[NUMBER] = "+inf", count[NUMBER];
	const char *prefix = reader->link.url.prefix;
	char key[KEY_SIZE], times[LIMIT_STORE_PREFIX + 2];
	const char *by_time[] = { "ZRANGEBYSCORE", times, since, until,
	    "WITHSCORES", "LIMIT", "0", count };
	const char *by_id[] = { "SMEMBERS", key };

	snprintf(since, sizeof(since), "%.0f", reader->since);
	snprintf(count, sizeof(count), "%d", HISTORY_PAGE);
	if (query->until_us != 0)
		snprintf(until, sizeof(until), "(%lld",
		    (long long)query->until_us);
	snprintf(times, sizeof(times), "%st", prefix);
	snprintf(key, sizeof(key), "%sq:%.*s", prefix,
	    STR_ARG(query->queue_id));
	reader->keys = reader->by_id ?
	    redis_link_ask(&reader->link, 2, by_id, why, size) :
	    redis_link_ask(&reader->link, 8, by_time, why, size);
	return reader->keys != NULL;
}

static bool
is_text(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_STRING;
}

/* The last page's last key is this page's first, and so may others be that
 * stand at the same time. */
static bool
was_there(const struct reader *reader, const redisReply *key, double time)
{
	return reader->last != NULL && time <= reader->since &&
	    strcmp(key->str, reader->last) <= 0;
}

static void
remember_place(struct reader *reader, const redisReply *key, double time)
{
	free(reader->last);
	reader->last = strdup(key->str);
	ensure(reader->last != NULL);
	reader->since = time;
}

/* Send for what stands at the keys that are new; how many.  -1: the link
 * failed. */
static int
send_for_rows(struct reader *reader)
{
	const redisReply *keys = reader->keys;
	size_t step = reader->by_id ? 1 : 2;
	int sent = 0;

	for (size_t i = 0; i + step <= keys->elements; i += step) {
		const redisReply *key = keys->element[i];
		double time = reader->by_id || !is_text(keys->element[i + 1]) ?
		    0 : strtod(keys->element[i + 1]->str, NULL);
		const char *words[] = { "HMGET", key->str, "h", "l" };
		const size_t lengths[] = { 5, key->len, 1, 1 };

		if (!is_text(key) ||
		    (!reader->by_id && was_there(reader, key, time)))
			continue;
		if (redisAppendCommandArgv(reader->link.context,
		    reader->query.lines || reader->by_id ? 4 : 3, words,
		    lengths) != REDIS_OK)
			return -1;
		sent++;
	}
	return sent;
}

/* Where this page ended, so that the next one goes on there. */
static void
end_page(struct reader *reader)
{
	size_t count = reader->keys->elements;

	reader->ended = reader->by_id || count < (size_t)2 * HISTORY_PAGE;
	if (!reader->by_id && count >= 2 &&
	    is_text(reader->keys->element[count - 2]) &&
	    is_text(reader->keys->element[count - 1]))
		remember_place(reader, reader->keys->element[count - 2],
		    strtod(reader->keys->element[count - 1]->str, NULL));
}

/* False: nothing stands there any more, or what is no row. */
static bool
read_row(const redisReply *reply, struct history_row *row)
{
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 1 ||
	    !is_text(reply->element[0]) || !history_decode(
	    str_make(reply->element[0]->str, reply->element[0]->len), row))
		return false;
	if (reply->elements > 1 && is_text(reply->element[1]))
		row->line = str_make(reply->element[1]->str,
		    reply->element[1]->len);
	return true;
}

static bool
is_wanted(const struct reader *reader, const struct history_row *row)
{
	const struct history_query *query = &reader->query;

	return row->time_us >= query->since_us && (query->until_us == 0 ||
	    row->time_us < query->until_us);
}

static bool
take_rows(struct reader *reader, int sent, char *why, size_t size)
{
	reader->page = xcalloc((size_t)sent + 1, sizeof(*reader->page));
	for (int i = 0; i < sent; i++) {
		struct entry *entry = &reader->page[reader->count];
		redisReply *reply = NULL;

		if (redisGetReply(reader->link.context, (void **)&reply) !=
		    REDIS_OK)
			return redis_link_fail(&reader->link, NULL, why,
			    size);
		entry->reply = reply;
		if (read_row(reply, &entry->row) &&
		    is_wanted(reader, &entry->row))
			reader->count++;
		else
			freeReplyObject(reply);
	}
	return true;
}

static int
by_time(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->row.time_us > y->row.time_us) -
	    (x->row.time_us < y->row.time_us);
}

static bool
turn_page(struct reader *reader, char *why, size_t size)
{
	int sent;

	drop_page(reader);
	if (!redis_link_up(&reader->link, why, size) ||
	    !ask_keys(reader, why, size))
		return false;
	if (reader->keys->type != REDIS_REPLY_ARRAY)
		return redis_link_fail(&reader->link, reader->keys, why,
		    size);
	sent = send_for_rows(reader);
	if (sent < 0)
		return redis_link_fail(&reader->link, NULL, why, size);
	end_page(reader);
	if (!take_rows(reader, sent, why, size))
		return false;
	if (reader->by_id && reader->count > 0)
		qsort(reader->page, reader->count, sizeof(*reader->page),
		    by_time);
	return true;
}

static int
reader_page(void *state, history_take_fn *take, void *ctx, char *why,
    size_t size)
{
	struct reader *reader = state;
	bool enough = false;

	if (reader->at == reader->count && !reader->ended &&
	    !turn_page(reader, why, size))
		return -1;
	while (reader->at < reader->count && !enough)
		enough = !take(ctx, &reader->page[reader->at++].row);
	if (reader->at < reader->count || !reader->ended)
		return 1;
	/* Who asks again may find more. */
	reader->ended = reader->by_id;
	drop_page(reader);
	return 0;
}

const struct history_backend history_redis = {
	"redis://", tcp_begin, reader_ask, reader_page, reader_end
};

const struct history_backend history_redis_unix = {
	"redis+unix://", unix_begin, reader_ask, reader_page, reader_end
};
