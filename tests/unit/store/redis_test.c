/*
 * A Redis that is late, away, empty, full, or asks for a password.
 */
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/history.h"
#include "store/redis_url.h"
#include "store_test.h"

static const struct {
	const char *text;
	bool is_path;
	const char *host;
	int port;
	const char *database, *user, *password, *shown, *prefix;
} urls[] = {
	{ "127.0.0.1", false, "127.0.0.1", 6379, "0", "", "", "127.0.0.1",
	  "assay:" },
	{ "r.example:6380/12", false, "r.example", 6380, "12", "", "",
	  "r.example:6380", "assay:" },
	{ ":s%40t@h/", false, "h", 6379, "0", "", "s@t", "h", "assay:" },
	{ "secret@h", false, "h", 6379, "0", "", "secret", "h", "assay:" },
	{ "me:se:cret@[2001:db8::1]:7000/1", false, "2001:db8::1", 7000, "1",
	  "me", "se:cret", "[2001:db8::1]:7000", "assay:" },
	{ "[::1]", false, "::1", 6379, "0", "", "", "[::1]", "assay:" },
	{ "/run/redis.sock", true, "/run/redis.sock", 0, "0", "", "",
	  "/run/redis.sock", "assay:" },
	{ "me:p@/run/r?4", true, "/run/r", 0, "4", "me", "p", "/run/r",
	  "assay:" },
	{ "h?prefix=mx:", false, "h", 6379, "0", "", "", "h", "mx:" },
	{ "p@[::1]:7000/2?prefix=%41b%26", false, "::1", 7000, "2", "", "p",
	  "[::1]:7000", "Ab&" },
	{ "/run/r?prefix=mx", true, "/run/r", 0, "0", "", "", "/run/r",
	  "mx" },
	{ "/run/r?4&prefix=a?b", true, "/run/r", 0, "4", "", "", "/run/r",
	  "a?b" },
	/* A path may look like that. */
	{ "/run/r&d", true, "/run/r&d", 0, "0", "", "", "/run/r&d", "assay:" },
};

START_TEST(where_it_is)
{
	struct redis_url url;

	ck_assert_ptr_null(redis_url_read(str_from(urls[_i].text),
	    urls[_i].is_path, &url));
	ck_assert_str_eq(url.host, urls[_i].host);
	ck_assert_int_eq(url.port, urls[_i].port);
	ck_assert_str_eq(url.database, urls[_i].database);
	ck_assert_str_eq(url.user, urls[_i].user);
	ck_assert_str_eq(url.password, urls[_i].password);
	ck_assert_str_eq(url.shown, urls[_i].shown);
	ck_assert_str_eq(url.prefix, urls[_i].prefix);
}
END_TEST

#define HOUR_OF_T0 "552777"

static const struct store_op one = { .kind = STORE_COUNT, .key =
    STR_INIT("k"), .now_ms = T0, .period_ms = HOUR, .amount = 1 };

static void
open_redis(const char *login)
{
	char where[200], why[300];

	snprintf(where, sizeof(where), "redis+unix://%s%s", login,
	    redis_socket());
	store = store_open(str_from(where), why, sizeof(why));
	ck_assert_msg(store != NULL, "%s", why);
}

START_TEST(one_that_is_not_there_yet)
{
	struct store_counts counts;
	struct store_answer answer;

	open_redis("");
	answer = ask_within(&one, 5000);
	ck_assert(!answer.known);
	ck_assert_str_eq(answer.why, "the store is away");
	for (int i = 0; i < 99; i++)
		store_tell(store, &one);
	redis_start(NULL);
	settle();
	ck_assert_double_eq(count("k", 0, 0), 100);
	store_counts(store, &counts);
	ck_assert(!counts.down);
	ck_assert_uint_eq(counts.failures, 1);
	ck_assert_uint_eq(counts.dropped, 0);
}
END_TEST

/* Of database 3, which is the tests'. */
static void
redis_cli(const char *words)
{
	char text[400];

	snprintf(text, sizeof(text), "redis-cli -s %s -n 3 %s >/dev/null",
	    redis_socket(), words);
	ck_assert_int_eq(system(text), 0);
}

/* A second store is a second host. */
START_TEST(two_hosts_share)
{
	struct store *first;

	open_store(REDIS);
	ck_assert_double_eq(count("k", 2, 0), 2);
	first = store;
	open_store(REDIS);
	ck_assert_double_eq(count("k", 3, 0), 5);
	store_close(first, 1000);
	ck_assert_double_eq(count("k", 1, 0), 6);
}
END_TEST

/* One op of each kind that leaves something; what it says of what was there. */
static double
leave_all(struct store *in)
{
	struct history_row row = { .time_us = clock_unix_us(),
	    .id = STR("id"), .queue_id = STR("4Q"), .kind = STR("message"),
	    .verdict = STR("accept") };
	double was = 0;

	store = in;
	for (int kind = 0; kind < STORE_TAKE; kind++) {
		struct store_answer answer = ask(&(struct store_op){
		    .kind = (enum store_kind)kind, .key = STR("k"),
		    .now_ms = T0, .period_ms = DAY, .spam = 1,
		    .amount = kind == STORE_COUNT ? 1 : 0,
		    .delay_ms = MINUTE, .window_ms = DAY, .lifetime_ms = DAY,
		    .member = STR("m"), .content = STR("c") });

		was += answer.count + answer.spam +
		    (answer.greylist != GREYLIST_NEW);
	}
	was += ask(&(struct store_op){ .kind = STORE_TAKE, .key = STR("q"),
	    .now_ms = T0 + HOUR }).taken;
	ck_assert(history_put(store, &row, DAY));
	settle();
	return was;
}

static int
events_in(const char *prefix)
{
	struct history_row row;
	char where[200], why[300];
	struct history *history;
	int count = 0;

	snprintf(where, sizeof(where), "redis+unix://%s?3&prefix=%s",
	    redis_socket(), prefix);
	history = history_open(str_from(where), why, sizeof(why));
	ck_assert_msg(history != NULL, "%s", why);
	history_ask(history, &(struct history_query){ 0 });
	while (history_next(history, &row, why, sizeof(why)) == 1)
		count++;
	history_ask(history, &(struct history_query){
	    .queue_id = STR("4Q") });
	while (history_next(history, &row, why, sizeof(why)) == 1)
		count += 10;
	history_close(history);
	return count;
}

START_TEST(two_prefixes_know_nothing_of_each_other)
{
	struct store *ours[2];
	char where[200], why[300];
	redisContext *link;
	redisReply *reply;

	redis_start(NULL);
	for (int i = 0; i < 2; i++) {
		snprintf(where, sizeof(where), "redis+unix://%s?3&prefix=%s",
		    redis_socket(), i == 0 ? "a:" : "b%3a");
		ours[i] = store_open(str_from(where), why, sizeof(why));
		ck_assert_msg(ours[i] != NULL, "%s", why);
	}
	/* A counter, a set, a standing and an item of one. */
	ck_assert_double_eq(leave_all(ours[0]), 4);
	ck_assert_int_eq(events_in("b:"), 0);
	ck_assert_double_eq(leave_all(ours[1]), 4);
	ck_assert_double_gt(leave_all(ours[0]), 4);
	ck_assert_int_eq(events_in("a:"), 11);
	ck_assert_int_eq(events_in("b:"), 11);
	ck_assert_int_eq(events_in("assay:"), 0);
	store_close(ours[1], 1000);

	link = redisConnectUnix(redis_socket());
	ck_assert_int_eq(link->err, 0);
	freeReplyObject(redisCommand(link, "SELECT 3"));
	reply = redisCommand(link, "KEYS *");
	ck_assert_int_gt(reply->elements, 2 * 5);
	for (size_t i = 0; i < reply->elements; i++)
		ck_assert_msg(strncmp(reply->element[i]->str, "a:", 2) == 0 ||
		    strncmp(reply->element[i]->str, "b:", 2) == 0, "%s",
		    reply->element[i]->str);
	freeReplyObject(reply);
	redisFree(link);
}
END_TEST

START_TEST(a_deadline_holds_while_it_sleeps)
{
	uint64_t began;
	struct store_answer answer;

	open_store(REDIS);
	ck_assert_double_eq(count("k", 1, 0), 1);
	redis_signal(SIGSTOP);
	began = clock_ms();
	answer = ask_within(&one, 200);
	ck_assert(!answer.known);
	ck_assert_str_eq(answer.why, "the store did not answer in time");
	ck_assert_uint_lt(clock_ms() - began, 2000);
	for (int i = 0; i < 50; i++)
		store_tell(store, &one);
	usleep(2500000);		/* past the connection's own patience */
	redis_signal(SIGCONT);
	settle();
	/* What was sent before and again is done once. */
	ck_assert_double_eq(count("k", 0, 0), 52);
}
END_TEST

START_TEST(one_that_comes_back_empty)
{
	open_store(REDIS);
	for (int i = 0; i < 300; i++)
		store_tell(store, &one);
	settle();
	redis_signal(SIGKILL);
	store_tell(store, &one);
	usleep(200000);
	redis_start(NULL);
	settle();
	ck_assert_double_eq(count("k", 0, 0), 1);
	ck_assert_double_eq(count("k", 1, 0), 2);
}
END_TEST

START_TEST(one_that_is_full)
{
	static const char *const little[] = { "--maxmemory", "1",
	    "--maxmemory-policy", "noeviction", NULL };
	struct store_answer answer;
	struct store_counts counts;

	redis_start(little);
	open_redis("");
	answer = ask_within(&one, 2000);
	ck_assert(!answer.known);
	store_counts(store, &counts);
	ck_assert(counts.down);
	ck_assert_uint_eq(counts.waiting, 1);
	for (int i = 0; i < 9; i++)
		store_tell(store, &one);
	redis_cli("CONFIG SET maxmemory 0");
	settle();
	ck_assert_double_eq(count("k", 0, 0), 10);
}
END_TEST

/* Others write there, too: what cannot be done holds up nothing. */
static const struct {
	const char *write;
	enum store_kind kind;
} others[] = {
	{ "LPUSH assay:0:" HOUR_OF_T0 ":k x", STORE_COUNT },
	{ "SET assay:0:" HOUR_OF_T0 ":k many", STORE_COUNT },
	{ "SET assay:1:0:k x", STORE_DISTINCT },
	/* The head of its SHA-256. */
	{ "EVAL \"redis.call('HSET', 'assay:2:0:'\n"
	  "..'\\130\\084\\195\\041\\169\\040\\080\\246'\n"
	  "..'\\213\\057\\221\\055\\111\\072\\022\\238', 'p', 'x')\" 0",
	  STORE_GREYLIST },
	{ "HSET assay:3:0:k s x h y a z", STORE_STANDING },
	{ "HSET assay:3:0:k s nan h 1 a 1", STORE_STANDING },
	{ "HSET assay:3:0:k s 1 h inf a 1990000000000", STORE_STANDING },
};

START_TEST(a_key_of_somebody_else)
{
	struct store_op op = one;
	struct store_answer answer;

	open_store(REDIS);
	redis_cli(others[_i].write);
	op.kind = others[_i].kind;
	op.member = STR("m");
	op.amount = op.kind == STORE_COUNT;
	op.spam = op.kind == STORE_STANDING;
	op.window_ms = op.lifetime_ms = DAY;
	answer = ask_within(&op, 5000);
	ck_assert(!answer.known);
	ck_assert_str_eq(answer.why, "the store refuses it");
	ck_assert_double_eq(count("other", 1, 0), 1);
}
END_TEST

/* It was restarted with what it knew some time ago. */
START_TEST(one_that_comes_back_older)
{
	char text[400];
	struct store_answer answer = { .known = false };

	open_store(REDIS);
	for (int i = 0; i < 5; i++)
		count("k", 1, 0);
	snprintf(text, sizeof(text), "redis-cli -s %s -n 3 EVAL \"redis.call("
	    "'SET', redis.call('KEYS', 'assay:n:*')[1], '2')\" 0 >/dev/null;"
	    "redis-cli -s %s CLIENT KILL TYPE normal SKIPME yes >/dev/null",
	    redis_socket(), redis_socket());
	ck_assert_int_eq(system(text), 0);
	for (int i = 0; i < 100 && !answer.known; i++) {
		answer = ask_within(&one, 5000);
		usleep(20000);
	}
	ck_assert(answer.known);
	settle();
	ck_assert_double_ge(count("k", 0, 0), 6);
}
END_TEST

START_TEST(passwords)
{
	static const char *const secret[] = { "--requirepass", "open sesame",
	    NULL };
	struct store_answer answer;

	redis_start(secret);
	open_redis("wrong@");
	answer = ask_within(&one, 5000);
	ck_assert(!answer.known);
	ck_assert_str_eq(answer.why, "the store is away");
	store_close(store, 0);
	open_redis("");
	ck_assert(!ask_within(&one, 5000).known);
	store_close(store, 0);
	open_redis("open%20sesame@");
	ck_assert_double_eq(count("k", 1, 0), 1);
	store_close(store, 0);
	open_redis("default:open%20sesame@");
	ck_assert_double_eq(count("k", 1, 0), 2);
}
END_TEST

TCase *
redis_tests(void)
{
	TCase *tc = tcase_create("redis");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 90);
	tcase_add_loop_test(tc, where_it_is, 0, TEST_COUNT(urls));
	tcase_add_test(tc, one_that_is_not_there_yet);
	tcase_add_test(tc, two_hosts_share);
	tcase_add_test(tc, two_prefixes_know_nothing_of_each_other);
	tcase_add_test(tc, a_deadline_holds_while_it_sleeps);
	tcase_add_test(tc, one_that_comes_back_empty);
	tcase_add_test(tc, one_that_is_full);
	tcase_add_loop_test(tc, a_key_of_somebody_else, 0,
	    TEST_COUNT(others));
	tcase_add_test(tc, one_that_comes_back_older);
	tcase_add_test(tc, passwords);
	return tc;
}
