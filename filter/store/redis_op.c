#include "store/redis_op.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "base/ensure.h"
#include "store/history_backend.h"
#include "store/job.h"

static void
add(struct redis_words *words, struct str text)
{
	ensure(words->count < REDIS_WORDS);
	words->at[words->count] = text.len == 0 ? "" : text.ptr;
	words->lengths[words->count++] = text.len;
}

static void
add_number(struct redis_words *words, double number)
{
	char *out = words->numbers[words->count];
	int len = snprintf(out, REDIS_NUMBER, "%.17g", number);

	add(words, str_make(out, (size_t)len));
}

/* "assay:0:553:KEY"; the key last, for it may hold anything. */
static void
add_key(struct redis_words *words, int i, enum store_kind kind,
    int64_t bucket, struct str key)
{
	char *out = words->keys[i];
	int len = snprintf(out, REDIS_KEY, "%s%d:%lld:", words->prefix,
	    (int)kind, (long long)bucket);

	ensure((size_t)len + key.len <= REDIS_KEY);
	if (key.len > 0)
		memcpy(out + len, key.ptr, key.len);
	add(words, str_make(out, (size_t)len + key.len));
}

static int64_t
bucket_of(const struct store_op *op)
{
	return op->kind == STORE_COUNT ?
	    window_bucket(op->now_ms, op->period_ms) : 0;
}

/* "assay:i:7:reports"; the name of an item comes behind it. */
static void
add_queue(struct redis_words *words, int i, const struct store_op *op)
{
	char *out = words->keys[i];
	int len = snprintf(out, REDIS_KEY, "%si:%zu:", words->prefix,
	    op->key.len);

	if (op->key.len > 0)
		memcpy(out + len, op->key.ptr, op->key.len);
	add(words, str_make(out, (size_t)len + op->key.len));
}

static bool
is_of_queue(const struct store_op *op)
{
	return op->kind == STORE_PUT || op->kind == STORE_TAKE ||
	    op->kind == STORE_DONE;
}

static void
add_keys(struct redis_words *words, const struct store_op *op)
{
	bool counts = op->kind == STORE_COUNT, queues = is_of_queue(op);
	int64_t bucket = bucket_of(op);

	add(words, counts || queues ? STR("3") : STR("2"));
	add_key(words, 0, queues ? STORE_PUT : op->kind, bucket, op->key);
	add(words, str_from(words->number_key));
	if (counts)
		add_key(words, 1, op->kind, bucket - 1, op->key);
	else if (queues)
		add_queue(words, 1, op);
}

static double
expiry_of(const struct store_op *op)
{
	return op->kind == STORE_COUNT ?
	    (double)((bucket_of(op) + 2) * op->period_ms) :
	    (double)(op->now_ms + op->period_ms);
}

static void
add_event(struct redis_words *words, const struct store_op *op)
{
	struct history_row row;
	size_t head = 0;

	/* What a spool held may be no row: Redis then keeps an empty one. */
	if (history_decode(op->content, &row))
		head = history_head(op->content, &row);
	else
		row = (struct history_row){ 0 };
	add(words, str_slice(op->content, 0, head));
	add(words, str_make(op->content.ptr + op->content.len - row.line.len,
	    row.line.len));
	add_number(words, (double)row.time_us);
	add_number(words, (double)op->lifetime_ms);
	add(words, str_make(row.queue_id.ptr, row.queue_id.len));
	add(words, str_from(words->prefix));
}

static void
add_rest(struct redis_words *words, const struct store_op *op)
{
	switch (op->kind) {
	case STORE_COUNT:
		add_number(words, op->amount);
		break;
	case STORE_DISTINCT:
		add(words, op->member);
		add_number(words, LIMIT_STORE_MEMBERS);
		break;
	case STORE_GREYLIST:
		add_number(words, (double)op->delay_ms);
		add_number(words, (double)op->window_ms);
		add_number(words, (double)op->lifetime_ms);
		break;
	case STORE_STANDING:
		add_number(words, op->spam);
		add_number(words, op->ham);
		add_number(words, STANDING_LIVES);
		add_number(words, op->amount);
		break;
	case STORE_PUT:
		add(words, op->member);
		add(words, op->content);
		add_number(words, (double)(op->now_ms + op->delay_ms));
		add_number(words, (double)(op->now_ms + op->lifetime_ms));
		break;
	case STORE_DONE:
		add(words, op->member);
		break;
	case STORE_EVENT:
		add_event(words, op);
		break;
	case STORE_TAKE:
	case STORE_KINDS:
		break;
	}
}

void
redis_number_key(const char *prefix, const struct store_job *job,
    char key_out[REDIS_NUMBER_KEY])
{
	int len = snprintf(key_out, REDIS_NUMBER_KEY, "%sn:", prefix);

	ascii_hex_write((const unsigned char *)job->writer, WRITER_ID,
	    key_out + len);
	key_out[len + 2 * WRITER_ID] = '\0';
}

void
redis_op_words(struct redis_words *words, const char *prefix,
    const char *sha, const struct store_job *job)
{
	words->count = 0;
	words->prefix = prefix;
	redis_number_key(prefix, job, words->number_key);
	add(words, STR("EVALSHA"));
	add(words, str_from(sha));
	add_keys(words, &job->op);
	add_number(words, (double)job->number);
	add_number(words, (double)job->op.kind);
	add_number(words, (double)job->op.now_ms);
	add_number(words, (double)job->op.period_ms);
	add_number(words, expiry_of(&job->op));
	add_rest(words, &job->op);
}

static void
take_answer(struct store_job *job, double first, double second)
{
	const struct store_op *op = &job->op;
	struct store_answer *answer = &job->answer;

	switch (op->kind) {
	case STORE_COUNT:
		answer->count = window_sum(op->now_ms, op->period_ms, first,
		    second);
		break;
	case STORE_DISTINCT:
	case STORE_PUT:
	case STORE_DONE:
	case STORE_EVENT:
		answer->count = first;
		break;
	case STORE_GREYLIST:
		answer->greylist = (enum greylist_state)first;
		answer->wait_ms = (int64_t)second;
		break;
	case STORE_STANDING:
		answer->spam = first;
		answer->ham = second;
		break;
	case STORE_TAKE:
	case STORE_KINDS:
		break;
	}
}

/* What numbers of ours can be; a Redis is written by others, too. */
static bool
take_number(const redisReply *reply, double *out)
{
	char *end;

	*out = strtod(reply->str, &end);
	return end == reply->str + reply->len && fabs(*out) < 1e16;
}

static bool
take_numbers(struct store_job *job, const redisReply *const *element)
{
	double first, second;

	if (!take_number(element[0], &first) ||
	    !take_number(element[1], &second) ||
	    (job->op.kind == STORE_GREYLIST && (first < GREYLIST_NEW ||
	    first > GREYLIST_KNOWN)))
		return false;
	take_answer(job, first, second);
	return true;
}

static struct str
text_of(const redisReply *reply)
{
	return str_make(reply->str, reply->len);
}

bool
redis_op_answer(struct store_job *job, const redisReply *reply)
{
	const redisReply *const *element = (const redisReply *const *)
	    reply->element;

	if (reply->type != REDIS_REPLY_ARRAY ||
	    (reply->elements != 2 && reply->elements != 4))
		return false;
	for (size_t i = 0; i < reply->elements; i++)
		if (element[i]->type != REDIS_REPLY_STRING)
			return false;
	if (reply->elements == 4)
		job_take(job, text_of(element[2]), text_of(element[3]),
		    (unsigned)strtoul(element[1]->str, NULL, 10));
	else
		job->refused = !take_numbers(job, element);
	return true;
}
