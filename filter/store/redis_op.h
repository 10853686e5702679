/*
 * redis_op - an op as a command to Redis, and Redis' answer to it
 *
 * Keys: "assay:KIND:BUCKET:KEY" (kinds by number, the bucket of counters, else
 * 0); "assay:i:LENGTH:QUEUE" and the name for an item; "assay:n:WRITER";
 * "assay:t", the keys of events by their time, and "assay:q:QUEUE-ID", those
 * of one message.  All of them expire.
 */
#ifndef ASSAY_STORE_REDIS_OP_H
#define ASSAY_STORE_REDIS_OP_H

#include "base/limits.h"
#include "store/backend.h"

struct redisReply;

/* How long a writer's number is known, in seconds: 30 days. */
#define REDIS_NUMBER_KEPT	"2592000"

enum { REDIS_WORDS = 16, REDIS_NUMBER = 32, REDIS_KEY = LIMIT_STORE_KEY + 80,
       REDIS_NUMBER_KEY = 32 };

/* Points into itself and into the job. */
struct redis_words {
	const char	*at[REDIS_WORDS];
	size_t		 lengths[REDIS_WORDS];
	int		 count;
	char		 numbers[REDIS_WORDS][REDIS_NUMBER];
	char		 keys[2][REDIS_KEY];
	char		 number_key[REDIS_NUMBER_KEY];
};

/* What every op runs: see redis_op_words(). */
extern const char redis_script[];

/* sha: the script's name. */
void redis_op_words(struct redis_words *words_out, struct str sha,
    const struct store_job *job);
void redis_number_key(const struct store_job *job,
    char key_out[REDIS_NUMBER_KEY]);
/* False: it is no answer of the script. */
bool redis_op_answer(struct store_job *job, const struct redisReply *reply);

#endif
