/*
 * The store in a Redis that several hosts share.  An op is one run of one
 * script, which Redis does as a whole; a batch is sent at once and answered in
 * order.
 *
 * What was sent before a connection broke may have been done or not.  So each
 * op carries its writer and number, and Redis remembers the last one of each
 * writer: an op that comes again, from this process or out of a spool, is done
 * once, and none is done before the one before it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/log.h"
#include "store/redis_link.h"
#include "store/redis_op.h"

enum { SHA_TEXT = 41 };

struct redis {
	struct redis_link link;
	char		 sha[SHA_TEXT];	/* of the script */
};

/* ---- the connection ---- */

static void *
redis_begin(struct str rest, bool is_path, char *why, size_t size)
{
	struct redis *redis = xcalloc(1, sizeof(*redis));
	const char *wrong = redis_url_read(rest, is_path, &redis->link.url);

	if (wrong != NULL) {
		snprintf(why, size, "%s", wrong);
		free(redis);
		return NULL;
	}
	return redis;
}

static void *
tcp_begin(struct str rest, char *why, size_t size)
{
	return redis_begin(rest, false, why, size);
}

static void *
unix_begin(struct str rest, char *why, size_t size)
{
	return redis_begin(rest, true, why, size);
}

static void
redis_end(void *state)
{
	struct redis *redis = state;

	redis_link_down(&redis->link);
	free(redis);
}

static bool
load_script(struct redis *redis, char *why, size_t size)
{
	const char *words[] = { "SCRIPT", "LOAD", redis_script };
	redisReply *reply = redis_link_ask(&redis->link, 3, words, why, size);

	if (reply == NULL)
		return false;
	snprintf(redis->sha, sizeof(redis->sha), "%s",
	    reply->type == REDIS_REPLY_STRING ? reply->str : "");
	freeReplyObject(reply);
	return true;
}

/*
 * A Redis that knows the writer goes on where it was; another begins here, and
 * so does one that came back as it was some time ago.
 */
static bool
set_number(struct redis *redis, const struct store_job *first, char *why,
    size_t size)
{
	char key[REDIS_NUMBER_KEY], number[32];
	const char *words[] = { "EVAL",
	    "if tonumber(redis.call('GET', KEYS[1]) or '-1') <\n"
	    "    tonumber(ARGV[1]) then\n"
	    "  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])\n"
	    "end return 1", "1", key, number, REDIS_NUMBER_KEPT };

	redis_number_key(redis->link.url.prefix, first, key);
	snprintf(number, sizeof(number), "%llu",
	    (unsigned long long)first->number - 1);
	return redis_link_tell(&redis->link, 6, words, why, size);
}

static bool
connect_to(struct redis *redis, const struct store_job *first, char *why,
    size_t size)
{
	if (redis->link.context != NULL)
		return true;
	return redis_link_up(&redis->link, why, size) &&
	    load_script(redis, why, size) &&
	    set_number(redis, first, why, size);
}

/* ---- ops ---- */

static bool
send_job(struct redis *redis, const struct store_job *job)
{
	struct redis_words words;

	redis_op_words(&words, redis->link.url.prefix, redis->sha, job);
	return redisAppendCommandArgv(redis->link.context, words.count,
	    words.at, words.lengths) == REDIS_OK;
}

/*
 * The key is of another kind, or holds what is no number: somebody else's.  To
 * try again would hold up all others for ever.
 */
static bool
refuses(struct store_job *job, const redisReply *reply)
{
	job->refused = reply->type == REDIS_REPLY_ERROR &&
	    (strstr(reply->str, "WRONGTYPE") != NULL ||
	    strstr(reply->str, "not a valid float") != NULL ||
	    strstr(reply->str, "attempt to perform arithmetic") != NULL ||
	    strstr(reply->str, "attempt to compare") != NULL);
	return job->refused;
}

static bool
read_reply(struct redis *redis, struct store_job *job, char *why, size_t size)
{
	redisReply *reply = NULL;
	bool ok;

	if (redisGetReply(redis->link.context, (void **)&reply) != REDIS_OK)
		return redis_link_fail(&redis->link, NULL, why, size);
	ok = redis_op_answer(job, reply) || refuses(job, reply);
	if (job->refused)
		log_error("the store refuses an op: %s", reply->type ==
		    REDIS_REPLY_ERROR ? reply->str :
		    "what its key holds is none of ours");
	if (!ok)
		redis_link_fail(&redis->link, reply, why, size);
	freeReplyObject(reply);
	return ok;
}

static size_t
redis_apply(void *state, struct store_job *const *jobs, size_t count,
    char *why, size_t size)
{
	struct redis *redis = state;
	size_t done = 0;

	if (!connect_to(redis, jobs[0], why, size))
		return 0;
	for (size_t i = 0; i < count; i++)
		if (!send_job(redis, jobs[i])) {
			redis_link_fail(&redis->link, NULL, why, size);
			return 0;
		}
	while (done < count && read_reply(redis, jobs[done], why, size))
		done++;
	return done;
}

/* Redis does it by itself. */
static enum store_expiry
redis_expire(void *state, int64_t now_ms)
{
	(void)state, (void)now_ms;
	return EXPIRY_ENDS;
}

const struct store_backend store_redis = {
	"redis://", true, tcp_begin, redis_apply, redis_expire, redis_end
};

const struct store_backend store_redis_unix = {
	"redis+unix://", true, unix_begin, redis_apply, redis_expire, redis_end
};
