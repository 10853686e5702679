/*
 * A store that hangs: what is asked of it is unknown by the deadline, and mail
 * is not held.
 */
#include "base/clock.h"
#include "session_test.h"
#include "talk.h"
#include "tests/support/deaf_store.h"

#define NOW	1990000000LL	/* not over yet by any clock */

enum { PATIENCE_MS = 100 };

/* What is asked, and a test that holds for whatever is answered. */
static const struct {
	const char *call, *test;
} calls[] = {
	{ "greylist(5m)", "== new" },
	{ "rate(client.ip, 1h)", "> 0" },
	{ "rate.rcpts(client.net, 1h)", "> 0" },
	{ "reputation(client.ip)", "< 2" },
	{ "reputation.confidence(client.ip)", ">= 0" },
};

static enum action
say_all(struct talk *talk)
{
	open_session(talk);
	say_mail(talk, "a@example.com");
	return say_rcpt(talk, "r@example.net");
}

static struct talk *
talk_to(struct deaf_store *deaf, const char *rule)
{
	struct engine_options options = talk_options();
	char policy[400];

	deaf_store_init(deaf);
	options.store = deaf->store;
	options.now = NOW;
	options.store_timeout_ms = PATIENCE_MS;
	options.greylist_window_ms = 86400000;
	options.greylist_lifetime_ms = 86400000;
	snprintf(policy, sizeof(policy), "policy \"t\" mode enforce;\n"
	    "at rcpt { reject 550 5.7.1 \"x\" when %s; }\n", rule);
	return talk_with("example.com. TXT \"v=spf1 -all\"\n", policy,
	    options);
}

START_TEST(what_is_asked_is_unknown)
{
	struct deaf_store deaf;
	struct talk *talk;
	char rule[200];
	uint64_t began;

	snprintf(rule, sizeof(rule), "%s is unknown", calls[_i].call);
	talk = talk_to(&deaf, rule);
	began = clock_ms();
	ck_assert_msg(say_all(talk) == ACTION_REJECT, "%s is not unknown",
	    calls[_i].call);
	/* Not before the store had its time. */
	ck_assert_uint_ge(clock_ms() - began, PATIENCE_MS / 2);
	talk_free(talk);
	deaf_store_fini(&deaf);
}
END_TEST

START_TEST(mail_goes_on)
{
	struct deaf_store deaf;
	struct talk *talk;
	char rule[200];

	snprintf(rule, sizeof(rule), "%s %s", calls[_i].call, calls[_i].test);
	talk = talk_to(&deaf, rule);
	ck_assert_msg(say_all(talk) == ACTION_CONTINUE, "%s %s holds",
	    calls[_i].call, calls[_i].test);
	ck_assert_int_eq(say_message(talk, "a@example.com"), ACTION_CONTINUE);
	talk_free(talk);
	deaf_store_fini(&deaf);
}
END_TEST

TCase *
slow_tests(void)
{
	TCase *tc = tcase_create("slow");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, what_is_asked_is_unknown, 0,
	    TEST_COUNT(calls));
	tcase_add_loop_test(tc, mail_goes_on, 0, TEST_COUNT(calls));
	return tc;
}
