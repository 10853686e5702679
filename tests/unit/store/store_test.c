/*
 * What every back end promises, with the time as an input: each case runs on
 * all of them.
 */
#include "store_test.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"

START_TEST(a_counter_slides)
{
	int64_t into = T0 % HOUR;

	open_store(_i);
	ck_assert_int_eq(into, 2800000);
	ck_assert_double_eq(count("a", 1, 0), 1);
	ck_assert_double_eq(count("a", 2, MINUTE), 3);
	ck_assert_double_eq(count("b", 5, MINUTE), 5);
	ck_assert_double_eq(count("a", 0, MINUTE), 3);
	/* The next hour begins: all of the one before still counts. */
	ck_assert_double_eq(count("a", 0, HOUR - into), 3);
	/* Half of it is over. */
	ck_assert_double_eq(count("a", 0, HOUR - into + HOUR / 2), 1.5);
	ck_assert_double_eq(count("a", 1, HOUR - into + HOUR / 2), 2.5);
	ck_assert_double_eq(count("a", 0, 2 * HOUR - into), 1);
	ck_assert_double_eq(count("a", 0, 4 * HOUR - into), 0);
}
END_TEST

static double
distinct(const char *member, int64_t at)
{
	return ask(&(struct store_op){ .kind = STORE_DISTINCT,
	    .key = STR("set"), .member = str_from(member),
	    .now_ms = T0 + at, .period_ms = HOUR }).count;
}

START_TEST(members_count_once)
{
	open_store(_i);
	ck_assert_double_eq(distinct("192.0.2.0/24", 0), 1);
	ck_assert_double_eq(distinct("192.0.2.0/24", 1), 1);
	ck_assert_double_eq(distinct("198.51.100.0/24", MINUTE), 2);
	ck_assert_double_eq(distinct("", 2 * MINUTE), 3);
	/* The first two are an hour old. */
	ck_assert_double_eq(distinct("x", HOUR + MINUTE), 2);
	ck_assert_double_eq(distinct("x", HOUR + MINUTE), 2);
}
END_TEST

START_TEST(a_set_has_an_end)
{
	char member[32];
	double last = 0;

	open_store(_i);
	for (int i = 0; i < LIMIT_STORE_MEMBERS + 20; i++) {
		snprintf(member, sizeof(member), "m%d", i);
		last = distinct(member, i);
	}
	ck_assert_double_eq(last, LIMIT_STORE_MEMBERS);
	ck_assert_double_eq(distinct("m5", 5000), LIMIT_STORE_MEMBERS);
}
END_TEST

static struct store_answer
attempt(const char *key, int64_t at)
{
	return ask(&(struct store_op){ .kind = STORE_GREYLIST,
	    .key = str_from(key), .now_ms = T0 + at, .delay_ms = 5 * MINUTE,
	    .window_ms = DAY, .lifetime_ms = 36 * (int64_t)DAY });
}

START_TEST(a_triplet_waits_and_passes)
{
	static const struct {
		int64_t at;
		enum greylist_state state;
		int64_t wait;
	} attempts[] = {
		{ 0, GREYLIST_NEW, 5 * MINUTE },
		{ MINUTE, GREYLIST_WAITING, 4 * MINUTE },
		{ 5 * MINUTE - 1, GREYLIST_WAITING, 1 },
		{ 5 * MINUTE, GREYLIST_PASSED, 0 },
		{ 6 * MINUTE, GREYLIST_KNOWN, 0 },
		{ 36 * (int64_t)DAY, GREYLIST_KNOWN, 0 },
		{ 71 * (int64_t)DAY, GREYLIST_KNOWN, 0 },
		{ 108 * (int64_t)DAY, GREYLIST_NEW, 5 * MINUTE },
		{ 109 * (int64_t)DAY + 1, GREYLIST_NEW, 5 * MINUTE },
		{ 110 * (int64_t)DAY, GREYLIST_PASSED, 0 },
	};

	open_store(_i);
	for (int i = 0; i < TEST_COUNT(attempts); i++) {
		struct store_answer answer = attempt("t", attempts[i].at);

		ck_assert_msg(answer.greylist == attempts[i].state &&
		    answer.wait_ms == attempts[i].wait, "attempt %d: %d, "
		    "wait %lld", i, answer.greylist,
		    (long long)answer.wait_ms);
	}
	ck_assert_int_eq(attempt("u", 0).greylist, GREYLIST_NEW);
}
END_TEST

static struct store_answer
standing(double spam, double ham, int64_t at)
{
	return ask(&(struct store_op){ .kind = STORE_STANDING,
	    .key = STR("dkim:example.com"), .now_ms = T0 + at,
	    .period_ms = DAY, .spam = spam, .ham = ham });
}

START_TEST(a_standing_fades)
{
	struct store_answer answer;

	open_store(_i);
	answer = standing(0, 0, 0);
	ck_assert_double_eq(answer.spam, 0);
	standing(4, 1, 0);
	answer = standing(0, 1, DAY);
	ck_assert_double_eq(answer.spam, 2);
	ck_assert_double_eq(answer.ham, 1.5);
	answer = standing(0, 0, 2 * DAY);
	ck_assert_double_eq(answer.spam, 1);
	ck_assert_double_eq(answer.ham, 0.75);
	/* A look has changed nothing. */
	answer = standing(2, 0, DAY);
	ck_assert_double_eq(answer.spam, 4);
	answer = standing(0, 4, 2 * DAY);
	ck_assert_double_eq(answer.spam, 2);
	ck_assert_double_eq(answer.ham, 4.75);
	/* What comes a day late counts for half. */
	answer = standing(2, 0, DAY);
	ck_assert_double_eq(answer.spam, 3);
}
END_TEST

static struct store_answer
exchange(double spam, double ham, int64_t at)
{
	return ask(&(struct store_op){ .kind = STORE_STANDING,
	    .key = STR("verdict"), .now_ms = T0 + at, .period_ms = DAY,
	    .spam = spam, .ham = ham, .amount = 0.01 });
}

/* Who is told that nothing was there is one. */
START_TEST(a_standing_is_exchanged)
{
	static const struct {
		double spam, ham;
		int64_t at;
		double was_spam, was_ham;
	} steps[] = {
		{ 1, 0, 0, 0, 0 }, { 1, 0, 0, 1, 0 },
		/* What is there fades, and is left alone. */
		{ 1, 0, DAY, 0.5, 0 }, { 1, 0, 2 * (int64_t)DAY, 0.25, 0 },
		{ 0, 1, 2 * (int64_t)DAY, 0.25, 0 },
		{ 0, 1, 2 * (int64_t)DAY, 0, 1 },
		{ 1, 0, 3 * (int64_t)DAY, 0, 0.5 },
		{ 0, 0, 3 * (int64_t)DAY, 1, 0 },
		/* So little of it is none. */
		{ 1, 0, 10 * (int64_t)DAY, 1 / 128.0, 0 },
		{ 1, 0, 10 * (int64_t)DAY, 1, 0 },
	};

	open_store(_i);
	for (int i = 0; i < TEST_COUNT(steps); i++) {
		struct store_answer answer = exchange(steps[i].spam,
		    steps[i].ham, steps[i].at);

		ck_assert_msg(answer.spam == steps[i].was_spam &&
		    answer.ham == steps[i].was_ham, "step %d: %g %g", i,
		    answer.spam, answer.ham);
	}
}
END_TEST

static struct store_answer
queue(enum store_kind kind, const char *name, const char *content,
    int64_t at)
{
	return ask(&(struct store_op){ .kind = kind, .key = STR("reports"),
	    .member = str_from(name), .content = str_from(content),
	    .now_ms = T0 + at, .period_ms = MINUTE, .delay_ms = 0,
	    .lifetime_ms = DAY });
}

static void
expect_item(const char *name, const char *content, unsigned tries,
    int64_t at)
{
	struct wait wait = { .done = false };
	struct store_op op = { .kind = STORE_TAKE, .key = STR("reports"),
	    .now_ms = T0 + at, .period_ms = MINUTE };

	store_ask(store, strand, &op, clock_ms() + 10000, took, &wait);
	ck_assert(strand_wait(strand, &wait.done, clock_ms() + 10000));
	ck_assert(wait.answer.known);
	ck_assert(wait.answer.taken == (name != NULL));
	if (name == NULL)
		return;
	ck_assert_str_eq(wait.name, name);
	ck_assert_str_eq(wait.content, content);
	ck_assert_uint_eq(wait.answer.tries, tries);
}

START_TEST(an_item_is_taken_once)
{
	open_store(_i);
	expect_item(NULL, NULL, 0, 0);
	ck_assert_double_eq(queue(STORE_PUT, "b", "first", 0).count, 1);
	ck_assert_double_eq(queue(STORE_PUT, "a", "second", 1).count, 1);
	ck_assert_double_eq(queue(STORE_PUT, "b", "again", 2).count, 0);
	expect_item("b", "first", 1, 10);
	expect_item("a", "second", 1, 11);
	expect_item(NULL, NULL, 0, 12);
	ck_assert_double_eq(queue(STORE_DONE, "b", "", 13).count, 1);
	ck_assert_double_eq(queue(STORE_DONE, "b", "", 14).count, 0);
	/* Who took the other one has not come back. */
	expect_item(NULL, NULL, 0, 10 + MINUTE);
	expect_item("a", "second", 2, 11 + MINUTE);
	ck_assert_double_eq(queue(STORE_DONE, "a", "", 12 + MINUTE).count, 1);
	expect_item(NULL, NULL, 0, HOUR);
	/* A name that is done with can come again; nothing is an item, too. */
	ck_assert_double_eq(queue(STORE_PUT, "b", "", HOUR).count, 1);
	expect_item("b", "", 1, HOUR);
}
END_TEST

START_TEST(an_item_waits_and_ends)
{
	struct store_op put = { .kind = STORE_PUT, .key = STR("reports"),
	    .member = STR("later"), .content = STR("x"), .now_ms = T0,
	    .delay_ms = HOUR, .lifetime_ms = DAY };

	open_store(_i);
	ck_assert_double_eq(ask(&put).count, 1);
	expect_item(NULL, NULL, 0, HOUR - 1);
	expect_item("later", "x", 1, HOUR);
	/* Another queue has nothing of it. */
	put.kind = STORE_TAKE;
	put.key = STR("report");
	put.now_ms = T0 + 2 * HOUR;
	ck_assert(!ask(&put).taken);
	if (_i != REDIS)	/* there its own clock ends it */
		expect_item(NULL, NULL, 0, DAY);
}
END_TEST

START_TEST(an_item_has_an_end)
{
	static char content[LIMIT_STORE_ITEM + 1];
	struct store_op put = { .kind = STORE_PUT, .key = STR("reports"),
	    .member = STR("m"), .now_ms = T0, .lifetime_ms = DAY };
	struct store_answer answer;

	memset(content, 'c', sizeof(content));
	open_store(_i);
	put.content = str_make(content, sizeof(content));
	answer = ask_within(&put, 1000);
	ck_assert(!answer.known);
	ck_assert_str_eq(answer.why, "it is too long for the store");
	put.content.len--;
	ck_assert_double_eq(ask(&put).count, 1);
	put.kind = STORE_TAKE;
	ck_assert_uint_eq(ask(&put).content.len, LIMIT_STORE_ITEM);
}
END_TEST

static void *
take_until_none(void *arg)
{
	struct strand *own = strand_new();
	struct store_op op = { .kind = STORE_TAKE, .key = STR("reports"),
	    .now_ms = T0, .period_ms = MINUTE };
	struct wait wait = { .answer = { .taken = true } };
	int *taken = arg;

	strand_enter(own);
	while (wait.answer.taken) {
		wait.done = false;
		store_ask(store, own, &op, clock_ms() + 10000, took, &wait);
		if (!strand_wait(own, &wait.done, clock_ms() + 10000))
			break;
		*taken += wait.answer.taken;
	}
	strand_leave(own);
	strand_unref(own);
	return NULL;
}

START_TEST(several_take_what_is_there)
{
	pthread_t threads[4];
	int taken[4] = { 0 };
	char name[20];

	open_store(_i);
	for (int i = 0; i < 400; i++) {
		snprintf(name, sizeof(name), "item %d", i);
		store_tell(store, &(struct store_op){ .kind = STORE_PUT,
		    .key = STR("reports"), .member = str_from(name),
		    .content = STR("x"), .now_ms = T0, .lifetime_ms = DAY });
	}
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
		    take_until_none, &taken[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(taken[0] + taken[1] + taken[2] + taken[3], 400);
}
END_TEST

START_TEST(keys_are_any_octets)
{
	static const char octets[] = "a\0b'\"\xff%";
	char longer[LIMIT_STORE_KEY + 200];
	struct store_op op = { .kind = STORE_COUNT, .now_ms = T0,
	    .period_ms = HOUR, .amount = 1 };

	open_store(_i);
	op.key = str_make(octets, sizeof(octets) - 1);
	ck_assert_double_eq(ask(&op).count, 1);
	op.key = STR("a");
	ck_assert_double_eq(ask(&op).count, 1);
	op.key = STR_NONE;
	ck_assert_double_eq(ask(&op).count, 1);
	memset(longer, 'x', sizeof(longer));
	op.key = str_make(longer, sizeof(longer));
	ck_assert_double_eq(ask(&op).count, 1);
	ck_assert_double_eq(ask(&op).count, 2);
	longer[sizeof(longer) - 1] = 'y';
	ck_assert_double_eq(ask(&op).count, 1);
	op.kind = STORE_DISTINCT;
	op.member = op.key;
	ck_assert_double_eq(ask(&op).count, 1);
}
END_TEST

struct crowd {
	pthread_t thread;
	int done;
};

static void *
tell_many(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++)
		store_tell(store, &(struct store_op){ .kind = STORE_COUNT,
		    .key = STR("crowd"), .now_ms = T0, .period_ms = HOUR,
		    .amount = 1 });
	return NULL;
}

START_TEST(many_at_once)
{
	pthread_t threads[4];

	open_store(_i);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, tell_many,
		    NULL), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	ck_assert_double_eq(count("crowd", 0, 0), 8000);
}
END_TEST

START_TEST(a_cancelled_call_is_silent)
{
	struct wait wait = { .done = false };
	struct store_op op = { .kind = STORE_COUNT, .key = STR("c"),
	    .now_ms = T0, .period_ms = HOUR, .amount = 1 };

	open_store(_i);
	for (int i = 0; i < 50; i++) {
		struct store_call *call = store_ask(store, strand, &op,
		    clock_ms() + 1000, answered, &wait);

		if (i % 2 == 1)
			usleep(500);
		store_cancel(call);
	}
	/* What they wrote is written. */
	ck_assert_double_eq(count("c", 0, 0), 50);
	ck_assert(!wait.done);
}
END_TEST

START_TEST(what_was_closed_is_opened_again)
{
	open_store(SQLITE);
	ck_assert_double_eq(count("a", 3, 0), 3);
	attempt("t", 0);
	store_close(store, 1000);
	open_store(SQLITE);
	ck_assert_double_eq(count("a", 1, 0), 4);
	ck_assert_int_eq(attempt("t", 5 * MINUTE).greylist, GREYLIST_PASSED);
}
END_TEST

static const struct {
	const char *where, *why;
} wrong[] = {
	{ "memory:x", "nothing stands behind \"memory:\"" },
	{ "sqlite:", "a file is missing; write for example "
	    "sqlite:/var/lib/assay/assay.db" },
	{ "sqlite::memory:", "a file is missing; write for example "
	    "sqlite:/var/lib/assay/assay.db" },
	{ "sqlite:/no/such/place.db",
	    "/no/such/place.db: unable to open database file" },
	{ "mysql:x", "write memory:, sqlite:PATH, "
	    "redis://HOST or redis+unix://PATH" },
	{ "redis://", "a host is missing; write for example "
	    "redis://127.0.0.1:6379/0" },
	{ "redis://h?prefix=", "prefix= has 1 to 64 octets, with %XX for "
	    "odd ones" },
	{ "redis://h?prefix="
	    "12345678901234567890123456789012345678901234567890123456789012345",
	    "prefix= has 1 to 64 octets, with %XX for odd ones" },
	{ "redis+unix:///h?prefix=%zz", "prefix= has 1 to 64 octets, with %XX "
	    "for odd ones" },
	{ "redis://h:0", "a host is missing; write for example "
	    "redis://127.0.0.1:6379/0" },
	{ "redis://[::1", "a host is missing; write for example "
	    "redis://127.0.0.1:6379/0" },
	{ "redis://h/x", "behind the last slash stands the number of a "
	    "database, such as redis://127.0.0.1/0" },
	{ "redis://a:%zz@h", "user and password are not as they should be; "
	    "write redis://USER:PASSWORD@HOST with %XX for odd octets" },
	{ "redis://%00@h", "user and password are not as they should be; "
	    "write redis://USER:PASSWORD@HOST with %XX for odd octets" },
	{ "redis+unix://run/x", "a path is missing; write for example "
	    "redis+unix:///run/redis/redis.sock" },
	{ "", "write memory:, sqlite:PATH, "
	    "redis://HOST or redis+unix://PATH" },
};

START_TEST(places_that_are_none)
{
	char why[300];

	ck_assert_ptr_null(store_open(str_from(wrong[_i].where), why,
	    sizeof(why)));
	ck_assert_str_eq(why, wrong[_i].why);
	store = NULL;
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store");
	TCase *tc = tcase_create("store");

	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, redis_tests());
	suite_add_tcase(suite, schema_tests());
	suite_add_tcase(suite, log_tests());
	suite_add_tcase(suite, history_tests());
	suite_add_tcase(suite, spool_tests());
	suite_add_tcase(suite, expiry_tests());
	suite_add_tcase(suite, crash_tests());
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_counter_slides, 0, BACKENDS);
	tcase_add_loop_test(tc, members_count_once, 0, BACKENDS);
	tcase_add_loop_test(tc, a_set_has_an_end, 0, BACKENDS);
	tcase_add_loop_test(tc, a_triplet_waits_and_passes, 0, BACKENDS);
	tcase_add_loop_test(tc, a_standing_fades, 0, BACKENDS);
	tcase_add_loop_test(tc, a_standing_is_exchanged, 0, BACKENDS);
	tcase_add_loop_test(tc, an_item_is_taken_once, 0, BACKENDS);
	tcase_add_loop_test(tc, an_item_waits_and_ends, 0, BACKENDS);
	tcase_add_loop_test(tc, an_item_has_an_end, 0, BACKENDS);
	tcase_add_loop_test(tc, several_take_what_is_there, 0, BACKENDS);
	tcase_add_loop_test(tc, keys_are_any_octets, 0, BACKENDS);
	tcase_add_loop_test(tc, many_at_once, 0, BACKENDS);
	tcase_add_loop_test(tc, a_cancelled_call_is_silent, 0, BACKENDS);
	tcase_add_test(tc, what_was_closed_is_opened_again);
	tcase_add_loop_test(tc, places_that_are_none, 0, TEST_COUNT(wrong));
	return run_suite(suite);
}
