/*
 * The store in a Redis that several hosts share.  An op is one run of one
 * script, which Redis does as a whole; a batch is sent at once and answered in
 * order.
 *
 * What was sent before a connection broke may have been done or not.  So each
 * op carries its number, and Redis remembers the last one of this process: an
 * op that comes again is done once, and none is done before the one before it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>
#include <openssl/rand.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "store/backend.h"
#include "store/redis_url.h"

enum { WAIT_MS = 1000, ARGUMENTS = 16, NUMBER_MAX = 32, KEY_MAX = 480,
       SHA_TEXT = 41 };

/*
 * KEYS: the thing, the number of the last op, for a counter the bucket before.
 * ARGV: number, kind, now, period, expires; then what the kind needs.  The
 * rules are those of rules.c.
 */
static const char script[] =
    "local last = tonumber(redis.call('GET', KEYS[2]) or '0')\n"
    "local fresh = tonumber(ARGV[1]) > last\n"
    "if tonumber(ARGV[1]) > last + 1 then\n"
    "  return redis.error_reply('an op is missing')\n"
    "end\n"
    "if fresh then redis.call('SET', KEYS[2], ARGV[1], 'EX', 604800) end\n"
    "local key, kind = KEYS[1], ARGV[2]\n"
    "local now, period = tonumber(ARGV[3]), tonumber(ARGV[4])\n"
    "local function keep(at) redis.call('PEXPIREAT', key,\n"
    "    string.format('%.0f', at)) end\n"
    "local function text(n) return string.format('%.17g', n) end\n"
    "if kind == '0' then\n"		/* STORE_COUNT */
    "  if fresh and ARGV[6] ~= '0' then\n"
    "    redis.call('INCRBYFLOAT', key, ARGV[6])\n"
    "    keep(tonumber(ARGV[5]))\n"
    "  end\n"
    "  return { redis.call('GET', key) or '0',\n"
    "    redis.call('GET', KEYS[3]) or '0' }\n"
    "elseif kind == '1' then\n"		/* STORE_DISTINCT */
    "  redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now - period))\n"
    "  if fresh and (redis.call('ZSCORE', key, ARGV[6]) or\n"
    "      redis.call('ZCARD', key) < tonumber(ARGV[7])) then\n"
    "    redis.call('ZADD', key, ARGV[3], ARGV[6])\n"
    "    keep(tonumber(ARGV[5]))\n"
    "  end\n"
    "  return { tostring(redis.call('ZCARD', key)), '0' }\n"
    "elseif kind == '2' then\n"		/* STORE_GREYLIST */
    "  local delay, window = tonumber(ARGV[6]), tonumber(ARGV[7])\n"
    "  local lifetime = tonumber(ARGV[8])\n"
    "  local is = redis.call('HMGET', key, 'f', 'p')\n"
    "  local first = tonumber(is[1] or '0')\n"
    "  local passed = tonumber(is[2] or '0')\n"
    "  local state, wait = '2', 0\n"
    "  if passed > 0 and now - passed <= lifetime then\n"
    "    state, passed = '3', now\n"
    "  elseif passed > 0 or first == 0 or now - first > window then\n"
    "    state, wait, first, passed = '0', delay, now, 0\n"
    "  elseif now - first < delay then\n"
    "    state, wait = '1', delay - (now - first)\n"
    "  else\n"
    "    passed = now\n"
    "  end\n"
    "  if fresh then\n"
    "    redis.call('HMSET', key, 'f', text(first), 'p', text(passed))\n"
    "    keep(passed > 0 and passed + lifetime or first + window)\n"
    "  end\n"
    "  return { state, text(wait) }\n"
    "else\n"				/* STORE_STANDING */
    "  local is = redis.call('HMGET', key, 's', 'h', 'a')\n"
    "  local spam, ham = tonumber(is[1] or '0'), tonumber(is[2] or '0')\n"
    "  local at, old, new = tonumber(is[3] or '0'), 1, 1\n"
    "  local adds, addh = tonumber(ARGV[6]), tonumber(ARGV[7])\n"
    "  if now >= at then old = 2 ^ (-(now - at) / period); at = now\n"
    "  else new = 2 ^ (-(at - now) / period) end\n"
    "  spam, ham = spam * old + adds * new, ham * old + addh * new\n"
    "  if fresh and (adds ~= 0 or addh ~= 0) then\n"
    "    redis.call('HMSET', key, 's', text(spam), 'h', text(ham),\n"
    "      'a', text(at))\n"
    "    keep(at + tonumber(ARGV[8]) * period)\n"
    "  end\n"
    "  return { text(spam), text(ham) }\n"
    "end\n";

struct redis {
	struct redis_url url;
	redisContext	*link;		/* NULL: not connected */
	char		 number_key[64];
	char		 sha[SHA_TEXT];	/* of the script */
};

/* ---- the connection ---- */

static void *
redis_begin(struct str rest, bool is_path, char *why, size_t size)
{
	struct redis *redis = xcalloc(1, sizeof(*redis));
	unsigned char random[8];
	const char *wrong = redis_url_read(rest, is_path, &redis->url);

	if (wrong != NULL) {
		snprintf(why, size, "%s", wrong);
		free(redis);
		return NULL;
	}
	ensure(RAND_bytes(random, sizeof(random)) == 1);
	snprintf(redis->number_key, sizeof(redis->number_key), "assay:n:");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(redis->number_key + 8 + 2 * i, 3, "%02x", random[i]);
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
hang_up(struct redis *redis)
{
	if (redis->link != NULL)
		redisFree(redis->link);
	redis->link = NULL;
}

static void
redis_end(void *state)
{
	struct redis *redis = state;

	hang_up(redis);
	free(redis);
}

/* An error of the connection, or what Redis said. */
static bool
fail(struct redis *redis, const redisReply *reply, char *why, size_t size)
{
	const char *text = "no memory";

	if (reply != NULL && reply->type == REDIS_REPLY_ERROR)
		text = reply->str;
	else if (reply != NULL)
		text = "it answers what no Redis does";
	else if (redis->link != NULL)
		text = redis->link->errstr;
	snprintf(why, size, "%s: %s", redis->url.shown, text);
	hang_up(redis);
	return false;
}

/* One command while connecting; its reply, to be freed, or NULL and why. */
static redisReply *
command(struct redis *redis, int count, const char **words, char *why,
    size_t size)
{
	redisReply *reply = redisCommandArgv(redis->link, count, words, NULL);

	if (reply != NULL && reply->type != REDIS_REPLY_ERROR)
		return reply;
	fail(redis, reply, why, size);
	if (reply != NULL)
		freeReplyObject(reply);
	return NULL;
}

static bool
log_in(struct redis *redis, char *why, size_t size)
{
	const char *words[3] = { "AUTH" };
	redisReply *reply;
	int count = 1;

	if (redis->url.password[0] == '\0')
		return true;
	if (redis->url.user[0] != '\0')
		words[count++] = redis->url.user;
	words[count++] = redis->url.password;
	reply = command(redis, count, words, why, size);
	if (reply != NULL)
		freeReplyObject(reply);
	return reply != NULL;
}

static bool
choose_database(struct redis *redis, char *why, size_t size)
{
	const char *words[] = { "SELECT", redis->url.database };
	redisReply *reply = command(redis, 2, words, why, size);

	if (reply != NULL)
		freeReplyObject(reply);
	return reply != NULL;
}

static bool
load_script(struct redis *redis, char *why, size_t size)
{
	const char *words[] = { "SCRIPT", "LOAD", script };
	redisReply *reply = command(redis, 3, words, why, size);

	if (reply == NULL)
		return false;
	snprintf(redis->sha, sizeof(redis->sha), "%s",
	    reply->type == REDIS_REPLY_STRING ? reply->str : "");
	freeReplyObject(reply);
	return true;
}

/* A Redis that knows us goes on where it was; another begins here. */
static bool
set_number(struct redis *redis, uint64_t first, char *why, size_t size)
{
	char number[NUMBER_MAX];
	const char *words[] = { "SET", redis->number_key, number, "NX", "EX",
	    "604800" };
	redisReply *reply;

	snprintf(number, sizeof(number), "%llu",
	    (unsigned long long)first - 1);
	reply = command(redis, 6, words, why, size);
	if (reply != NULL)
		freeReplyObject(reply);
	return reply != NULL;
}

static bool
connect_to(struct redis *redis, uint64_t first, char *why, size_t size)
{
	const struct timeval wait = { WAIT_MS / 1000, 0 };

	if (redis->link != NULL)
		return true;
	redis->link = redis->url.port == 0 ?
	    redisConnectUnixWithTimeout(redis->url.host, wait) :
	    redisConnectWithTimeout(redis->url.host, redis->url.port, wait);
	if (redis->link == NULL || redis->link->err != 0 ||
	    redisSetTimeout(redis->link, wait) != REDIS_OK)
		return fail(redis, NULL, why, size);
	return log_in(redis, why, size) &&
	    choose_database(redis, why, size) &&
	    load_script(redis, why, size) &&
	    set_number(redis, first, why, size);
}

/* ---- ops ---- */

struct words {
	const char	*at[ARGUMENTS];
	size_t		 lengths[ARGUMENTS];
	int		 count;
	char		 numbers[ARGUMENTS][NUMBER_MAX];
	char		 keys[2][KEY_MAX];
};

static void
add(struct words *words, struct str text)
{
	ensure(words->count < ARGUMENTS);
	words->at[words->count] = text.len == 0 ? "" : text.ptr;
	words->lengths[words->count++] = text.len;
}

static void
add_number(struct words *words, double number)
{
	char *out = words->numbers[words->count];
	int len = snprintf(out, NUMBER_MAX, "%.17g", number);

	add(words, str_make(out, (size_t)len));
}

/* "assay:0:553:KEY"; the key last, for it may hold anything. */
static void
add_key(struct words *words, int i, const struct store_op *op,
    int64_t bucket)
{
	char *out = words->keys[i];
	int len = snprintf(out, KEY_MAX, "assay:%d:%lld:", (int)op->kind,
	    (long long)bucket);

	ensure((size_t)len + op->key.len <= KEY_MAX);
	if (op->key.len > 0)
		memcpy(out + len, op->key.ptr, op->key.len);
	add(words, str_make(out, (size_t)len + op->key.len));
}

static int64_t
bucket_of(const struct store_op *op)
{
	return op->kind == STORE_COUNT ?
	    window_bucket(op->now_ms, op->period_ms) : 0;
}

static void
add_keys(struct words *words, const struct redis *redis,
    const struct store_op *op)
{
	bool counts = op->kind == STORE_COUNT;
	int64_t bucket = bucket_of(op);

	add(words, counts ? STR("3") : STR("2"));
	add_key(words, 0, op, bucket);
	add(words, str_from(redis->number_key));
	if (counts)
		add_key(words, 1, op, bucket - 1);
}

static double
expiry_of(const struct store_op *op)
{
	return op->kind == STORE_COUNT ?
	    (double)((bucket_of(op) + 2) * op->period_ms) :
	    (double)(op->now_ms + op->period_ms);
}

static void
add_rest(struct words *words, const struct store_op *op)
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
		break;
	case STORE_KINDS:
		break;
	}
}

static bool
send_job(struct redis *redis, const struct store_job *job)
{
	struct words words = { .count = 0 };

	add(&words, STR("EVALSHA"));
	add(&words, str_from(redis->sha));
	add_keys(&words, redis, &job->op);
	add_number(&words, (double)job->number);
	add_number(&words, (double)job->op.kind);
	add_number(&words, (double)job->op.now_ms);
	add_number(&words, (double)job->op.period_ms);
	add_number(&words, expiry_of(&job->op));
	add_rest(&words, &job->op);
	return redisAppendCommandArgv(redis->link, words.count, words.at,
	    words.lengths) == REDIS_OK;
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
	case STORE_KINDS:
		break;
	}
}

static bool
read_reply(struct redis *redis, struct store_job *job, char *why, size_t size)
{
	redisReply *reply = NULL;
	bool ok;

	if (redisGetReply(redis->link, (void **)&reply) != REDIS_OK)
		return fail(redis, NULL, why, size);
	ok = reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
	    reply->element[0]->type == REDIS_REPLY_STRING &&
	    reply->element[1]->type == REDIS_REPLY_STRING;
	if (ok)
		take_answer(job, strtod(reply->element[0]->str, NULL),
		    strtod(reply->element[1]->str, NULL));
	else
		fail(redis, reply, why, size);
	freeReplyObject(reply);
	return ok;
}

static size_t
redis_apply(void *state, struct store_job *const *jobs, size_t count,
    char *why, size_t size)
{
	struct redis *redis = state;
	size_t done = 0;

	if (!connect_to(redis, jobs[0]->number, why, size))
		return 0;
	for (size_t i = 0; i < count; i++)
		if (!send_job(redis, jobs[i])) {
			fail(redis, NULL, why, size);
			return 0;
		}
	while (done < count && read_reply(redis, jobs[done], why, size))
		done++;
	return done;
}

/* Redis does it by itself. */
static bool
redis_expire(void *state, int64_t now_ms)
{
	(void)state, (void)now_ms;
	return false;
}

const struct store_backend store_redis = {
	"redis://", tcp_begin, redis_apply, redis_expire, redis_end
};

const struct store_backend store_redis_unix = {
	"redis+unix://", unix_begin, redis_apply, redis_expire, redis_end
};
