/*
 * Functions that ask DNS lists and the store: what rules see of them, and how
 * often they ask.
 */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "session_test.h"
#include "talk.h"

static const char zone[] =
    "example.com. TXT \"v=spf1 +all\"\n"
    "1.2.0.192.bl.example. A 127.0.0.2\n"
    "9.2.0.192.bl.example. A 198.51.100.1\n"
    "8.2.0.192.bl.example. A 127.255.255.254\n"
    "7.2.0.192.bl.example. * SERVFAIL\n"
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
    ".bl.example. A 127.0.0.4\n";

/* Not over yet by any clock: the store forgets what is. */
#define NOW	1990000000LL
#define POLICY	"policy \"t\" mode enforce;\n"

static struct talk *
talk_of(const char *rules, struct store **store_out)
{
	struct engine_options options = talk_options();
	char why[200];

	*store_out = store_open(STR("memory:"), why, sizeof(why));
	options.store = *store_out;
	options.now = NOW;
	options.store_timeout_ms = 5000;
	options.greylist_window_ms = 86400000;
	options.greylist_lifetime_ms = 86400000;
	return talk_with(zone, rules, options);
}

static const struct {
	const char *ip, *text;
} clients[] = {
	{ "192.0.2.1", "listed" }, { "192.0.2.2", "not listed" },
	{ "192.0.2.9", "unknown" }, { "192.0.2.8", "unknown" },
	{ "192.0.2.7", "unknown" }, { "2001:db8::1", "listed" },
	{ "2001:db8::2", "not listed" }, { NULL, "" },
};

START_TEST(a_dns_list)
{
	struct store *store;
	struct talk *talk = talk_of(POLICY "at connect {\n"
	    "reject \"unknown\" when dnsbl(\"bl.example\") is unknown;\n"
	    "reject \"listed\" when dnsbl(\"bl.example\");\n"
	    "reject \"not listed\" when dnsbl(\"bl.example\") == false; }\n",
	    &store);

	say_connect(talk, clients[_i].ip);
	ck_assert_str_eq(talk->text, clients[_i].text);
	talk_free(talk);
	store_close(store, 0);
}
END_TEST

START_TEST(a_rate_counts_messages)
{
	struct store *store;
	struct talk *talk = talk_of(POLICY "at mail {\n"
	    "tempfail \"%{mail.from}\" when rate(mail.from, 1h) > 2; }\n"
	    "at message { tag \"X-Rate\" \"yes\" when rate(mail.from, 1h) == 2"
	    " and rate(mail.from, 1h) < 3; }\n", &store);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "a@example.com"), ACTION_CONTINUE);
	say_rcpt(talk, "r@mx.example");
	say_message(talk, " u@example.com");
	ck_assert_uint_eq(talk->edit_count, 1);
	ck_assert_int_eq(say_mail(talk, "a@example.com"), ACTION_CONTINUE);
	say_rcpt(talk, "r@mx.example");
	say_message(talk, " u@example.com");
	assert_edit(talk, 1, "add X-Rate 0: yes");
	ck_assert_int_eq(say_mail(talk, "a@example.com"), ACTION_TEMPFAIL);
	ck_assert_str_eq(talk->text, "a@example.com");
	ck_assert_int_eq(say_mail(talk, "b@example.com"), ACTION_CONTINUE);
	talk_free(talk);
	store_close(store, 1000);
}
END_TEST

static const char grey[] = POLICY "at rcpt {\n"
    "tempfail 451 4.7.1 \"later\" when greylist(5m) == new; }\n";

/* Each recipient waits for itself; the clock of a talk stands still. */
START_TEST(a_triplet_is_new_until_it_comes_again)
{
	struct store *store;
	struct talk *talk = talk_of(grey, &store);
	struct store_op past = { .kind = STORE_GREYLIST,
	    .now_ms = (NOW - 600) * 1000, .delay_ms = 300000,
	    .window_ms = 86400000, .lifetime_ms = 86400000 };
	static const char seen[] =
	    "192.0.2.0\0a@example.com\0known@mx.example";

	past.key = str_make(seen, sizeof(seen) - 1);
	store_tell(store, &past);
	open_session(talk);
	say_mail(talk, "A@example.com");
	ck_assert_int_eq(say_rcpt(talk, "r@mx.example"), ACTION_TEMPFAIL);
	ck_assert_int_eq(say_rcpt(talk, "r@mx.example"), ACTION_TEMPFAIL);
	ck_assert_int_eq(say_rcpt(talk, "Known@mx.example"),
	    ACTION_CONTINUE);
	talk_free(talk);
	store_close(store, 1000);
}
END_TEST

/* Past the limit nobody is greylisted, and nobody waits. */
START_TEST(questions_have_an_end)
{
	struct store *store;
	struct talk *talk = talk_of(grey, &store);
	char to[40];

	open_session(talk);
	say_mail(talk, "a@example.com");
	for (int i = 0; i < LIMIT_ASKS + 5; i++) {
		snprintf(to, sizeof(to), "r%d@mx.example", i);
		ck_assert_int_eq(say_rcpt(talk, to), i < LIMIT_ASKS ?
		    ACTION_TEMPFAIL : ACTION_CONTINUE);
	}
	say_mail(talk, "a@example.com");
	ck_assert_int_eq(say_rcpt(talk, "r0@mx.example"), ACTION_TEMPFAIL);
	talk_free(talk);
	store_close(store, 1000);
}
END_TEST

START_TEST(without_a_store_all_is_unknown)
{
	struct talk *talk = talk_new(zone, POLICY "at rcpt {\n"
	    "reject \"rate\" when rate(rcpt, 1h) is not unknown;\n"
	    "tempfail \"grey\" when greylist(5m) is unknown; }\n", false);

	open_session(talk);
	say_mail(talk, "a@example.com");
	ck_assert_int_eq(say_rcpt(talk, "r@mx.example"), ACTION_TEMPFAIL);
	ck_assert_str_eq(talk->text, "grey");
	talk_free(talk);
}
END_TEST

TCase *
asks_tests(void)
{
	TCase *tc = tcase_create("asks");

	tcase_add_loop_test(tc, a_dns_list, 0, TEST_COUNT(clients));
	tcase_add_test(tc, a_rate_counts_messages);
	tcase_add_test(tc, a_triplet_is_new_until_it_comes_again);
	tcase_add_test(tc, questions_have_an_end);
	tcase_add_test(tc, without_a_store_all_is_unknown);
	return tc;
}
