/*
 * Everything ends: what is over is forgotten, and nothing else.
 */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/job.h"
#include "store_test.h"

enum { MANY = 3000 };

static void *state;
static const struct store_backend *backend;

/* An op of each kind that keeps something, a day or two. */
static struct store_op
op_of(int i)
{
	static char key[40];
	struct store_op op = { .now_ms = T0, .period_ms = DAY, .amount = 1,
	    .spam = 1, .delay_ms = MINUTE, .window_ms = DAY,
	    .lifetime_ms = DAY, .member = STR("m"), .content = STR("c") };

	snprintf(key, sizeof(key), "key %d", i);
	op.key = str_from(key);
	op.kind = (enum store_kind)(i % STORE_TAKE);
	if (op.kind == STORE_STANDING)
		op.period_ms = DAY / STANDING_LIVES;
	return op;
}

static void
apply(struct store_op op)
{
	static uint64_t number;
	struct store_job *job = job_new(&op);
	char why[300];

	memcpy(job->writer, "WRITER_1", WRITER_ID);
	job->number = ++number;
	job->may_repeat = true;
	ck_assert_uint_eq(backend->apply(state, &job, 1, why, sizeof(why)),
	    1);
	job_free(job);
}

static void
begin(const struct store_backend *which, const char *rest)
{
	char why[300];

	backend = which;
	state = backend->open(str_from(rest), why, sizeof(why));
	ck_assert_msg(state != NULL, "%s", why);
	for (int i = 0; i < MANY; i++)
		apply(op_of(i));
}

/* All rows that are left. */
static int
rows(void)
{
	return number_in_database("SELECT (SELECT count(*) FROM counters) +"
	    " (SELECT count(*) FROM members) +"
	    " (SELECT count(*) FROM triplets) +"
	    " (SELECT count(*) FROM standings) +"
	    " (SELECT count(*) FROM items)");
}

/* Looks until nothing is left to be done, or so many times. */
static void
expire(int64_t now)
{
	for (int i = 0; i < 500; i++)
		while (backend->expire(state, now) == EXPIRY_WAITS)
			usleep(1000);
}

START_TEST(rows_end)
{
	begin(&store_sqlite, database_path());
	ck_assert_int_eq(rows(), MANY);
	ck_assert_int_eq(number_in_database("SELECT count(*) FROM writers"),
	    1);
	expire(T0 + DAY - 1);
	ck_assert_int_eq(rows(), MANY);
	/* A counter is of two periods, so that the last one can be seen. */
	expire(T0 + DAY);
	ck_assert_int_eq(rows(), MANY / STORE_TAKE);
	expire(T0 + 2 * (int64_t)DAY);
	ck_assert_int_eq(rows(), 0);
	/* That one is of our time, not of the ops'. */
	ck_assert_int_eq(number_in_database("SELECT count(*) FROM writers"),
	    0);
	backend->close(state);
}
END_TEST

/* So that an end that was forgotten shows. */
START_TEST(keys_end)
{
	redisContext *link;
	redisReply *reply;

	redis_start(NULL);
	begin(&store_redis_unix, redis_socket());
	link = redisConnectUnix(redis_socket());
	ck_assert_int_eq(link->err, 0);
	reply = redisCommand(link, "EVAL %s 0", "local ever, all = 0, 0\n"
	    "for _, key in ipairs(redis.call('KEYS', '*')) do\n"
	    "  all = all + 1\n"
	    "  if redis.call('PTTL', key) < 0 then ever = ever + 1 end\n"
	    "end return { all, ever }");
	ck_assert_int_eq(reply->type, REDIS_REPLY_ARRAY);
	/* One each, a second one for an item, and our number. */
	ck_assert_int_eq(reply->element[0]->integer, MANY +
	    MANY / STORE_TAKE + 1);
	ck_assert_int_eq(reply->element[1]->integer, 0);
	freeReplyObject(reply);
	redisFree(link);
	backend->close(state);
}
END_TEST

TCase *
expiry_tests(void)
{
	TCase *tc = tcase_create("expiry");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, rows_end);
	tcase_add_test(tc, keys_end);
	return tc;
}
