/*
 * redis_op - an op as a command to Redis, and Redis' answer to it
 *
 * Keys, behind the prefix, which is "assay:" where none is said:
 * "KIND:BUCKET:KEY" (kinds by number, the bucket of counters, else 0);
 * "i:LENGTH:QUEUE" and the name for an item; "n:WRITER"; "t", the keys of
 * events by their time, and "q:QUEUE-ID", those of one message.  All of them
 * expire.
 */
#ifndef ASSAY_STORE_REDIS_OP_H
#define ASSAY_STORE_REDIS_OP_H

#include "base/limits.h"
#include "store/backend.h"

struct redisReply;

/* How long a writer's number is known, in seconds: 30 days. */
#define REDIS_NUMBER_KEPT	"2592000"

enum { REDIS_WORDS = 16, REDIS_NUMBER = 32, REDIS_KEY =
       LIMIT_STORE_KEY + LIMIT_STORE_PREFIX + 80,
       REDIS_NUMBER_KEY = LIMIT_STORE_PREFIX + 32 };

/* Points into itself, into the job and to the prefix. */
struct redis_words {
	const char	*prefix;
	const char	*at[REDIS_WORDS];
	size_t		 lengths[REDIS_WORDS];
	int		 count;
	char		 numbers[REDIS_WORDS][REDIS_NUMBER];
	char		 keys[2][REDIS_KEY];
	char		 number_key[REDIS_NUMBER_KEY];
};

/* What every op runs: see redis_op_words(). */
extern const char redis_script[];

/* prefix: of all keys; sha: the script's name. */
void redis_op_words(struct redis_words *words_out, const char *prefix,
    const char *sha, const struct store_job *job);
void redis_number_key(const char *prefix, const struct store_job *job,
    char key_out[REDIS_NUMBER_KEY]);
/*
 * False: it is no answer of the script.  An op whose answer holds no numbers
 * that ours could be is refused.
 */
bool redis_op_answer(struct store_job *job, const struct redisReply *reply);

#endif
