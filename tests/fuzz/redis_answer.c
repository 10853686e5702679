/*
 * What a Redis answers to an op: it is an answer, or refused, or none, and
 * what an answer says can be.
 * The octets: the op's kind; the reply's type; how many elements; then of each
 * its type and its text.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "base/ensure.h"
#include "store/job.h"
#include "store/redis_op.h"
#include "tests/support/fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ELEMENTS = 6 };

static int
take_type(struct str *input, int usual)
{
	static const int types[] = { REDIS_REPLY_STRING, REDIS_REPLY_ARRAY,
	    REDIS_REPLY_INTEGER, REDIS_REPLY_NIL, REDIS_REPLY_STATUS,
	    REDIS_REPLY_ERROR };
	unsigned at = fuzz_byte(input);

	return at < sizeof(types) / sizeof(types[0]) ? types[at] : usual;
}

/* As hiredis does it: its own copy, with a NUL behind it. */
static void
take_text(struct str *input, redisReply *reply)
{
	struct str text = fuzz_text(input);

	*reply = (redisReply){ .type = take_type(input, REDIS_REPLY_STRING) };
	if (reply->type == REDIS_REPLY_NIL ||
	    reply->type == REDIS_REPLY_INTEGER ||
	    reply->type == REDIS_REPLY_ARRAY)
		return;
	reply->str = calloc(1, text.len + 1);
	reply->len = text.len;
	if (text.len > 0)
		memcpy(reply->str, text.ptr, text.len);
}

static void
check_answer(const struct store_op *op, const struct store_answer *answer)
{
	ensure(isfinite(answer->count) && isfinite(answer->spam) &&
	    isfinite(answer->ham));
	ensure(answer->greylist >= GREYLIST_NEW &&
	    answer->greylist <= GREYLIST_KNOWN);
	ensure(answer->taken || answer->name.len + answer->content.len == 0);
	ensure(op->kind == STORE_GREYLIST || answer->wait_ms == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = str_make(data, size);
	const struct store_op op = { .key = STR("k"),
	    .kind = (enum store_kind)(fuzz_byte(&input) % STORE_KINDS),
	    .now_ms = 1990000000000, .period_ms = 3600000, .amount = 1,
	    .delay_ms = 60000, .window_ms = 3600000, .lifetime_ms = 3600000 };
	struct store_job *job = job_new(&op);
	redisReply elements[ELEMENTS], *at[ELEMENTS], reply = {
	    .type = take_type(&input, REDIS_REPLY_ARRAY), .element = at };

	reply.elements = fuzz_byte(&input) % (ELEMENTS + 1);
	for (size_t i = 0; i < reply.elements; i++) {
		at[i] = &elements[i];
		take_text(&input, at[i]);
	}
	if (redis_op_answer(job, &reply) && !job->refused)
		check_answer(&op, &job->answer);
	for (size_t i = 0; i < reply.elements; i++)
		free(elements[i].str);
	job_free(job);
	return 0;
}
