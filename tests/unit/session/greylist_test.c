/*
 * greylist(), rate() and what they remember: a talk is one message at one
 * time, a store lives through several.
 */
#include <stdio.h>
#include <string.h>

#include "session_test.h"
#include "talk.h"

/* Not over yet by any clock: the store forgets what is. */
#define NOW	1990000000LL
#define POLICY	"policy \"t\" mode enforce;\n"
#define GREY	POLICY "at rcpt { tempfail 451 4.7.1 " \
	"\"%{greylist.reason} %{greylist.wait}\" when greylist(5m) == new; }\n"

static const char zone[] =
    "example.com. TXT \"v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24 -all\"\n"
    "open.example. TXT \"v=spf1 +all\"\n";

static struct store *
memory(void)
{
	char why[200];

	return store_open(STR("memory:"), why, sizeof(why));
}

static struct talk *
talk_at(struct store *store, int64_t seconds, const char *rules)
{
	struct engine_options options = talk_options();

	options.store = store;
	options.now = NOW + seconds;
	options.store_timeout_ms = 5000;
	options.greylist_window_ms = 86400000;
	options.greylist_lifetime_ms = 10 * 86400000LL;
	options.greylist_auto_pass = 3;
	return talk_with(zone, rules, options);
}

/* One recipient of one message; text_out: the reply, "" where it goes on. */
static void
attempt(struct store *store, int64_t seconds, const char *ip,
    const char *from, const char *to, char text_out[600])
{
	struct talk *talk = talk_at(store, seconds, GREY);

	say_connect(talk, ip);
	say_helo(talk, "mail.example.com");
	say_mail(talk, from);
	say_rcpt(talk, to);
	snprintf(text_out, 600, "%s", talk->action == ACTION_CONTINUE ? "" :
	    talk->text);
	talk_free(talk);
}

/* RFC 6647 section 2: one after the other, with one store. */
static const struct {
	int64_t at;
	const char *ip, *from, *to, *text;
} steps[] = {
	{ 0, "203.0.113.1", "a@x.example", "r@mx.example", "new 5m" },
	{ 60, "203.0.113.1", "a@x.example", "r@mx.example", "early 4m" },
	/* Another host of the network; case says nothing. */
	{ 299, "203.0.113.9", "A@x.example", "R@mx.example", "early 1s" },
	{ 300, "203.0.113.2", "a@x.example", "r@mx.example", "" },
	{ 301, "203.0.113.1", "a@x.example", "r@mx.example", "" },
	/* What differs in one of three is another. */
	{ 302, "203.0.114.1", "a@x.example", "r@mx.example", "new 5m" },
	{ 302, "203.0.113.1", "b@x.example", "r@mx.example", "new 5m" },
	{ 302, "203.0.113.1", "a@x.example", "s@mx.example", "new 5m" },
	/* It came again after the window. */
	{ 86400 + 303, "203.0.113.1", "b@x.example", "r@mx.example",
	    "new 5m" },
	/* And was not heard of for longer than its lifetime. */
	{ 12 * 86400, "203.0.113.1", "a@x.example", "r@mx.example",
	    "new 5m" },
	{ 12 * 86400, "2001:db8:1:2::1", "a@x.example", "r@mx.example",
	    "new 5m" },
	{ 12 * 86400 + 301, "2001:db8:1:2:3::4", "a@x.example",
	    "r@mx.example", "" },
	{ 12 * 86400 + 301, "2001:db8:1:3::1", "a@x.example",
	    "r@mx.example", "new 5m" },
	/* SPF proves the host: another network of the same sender. */
	{ 13 * 86400, "192.0.2.1", "a@example.com", "r@mx.example",
	    "new 5m" },
	{ 13 * 86400 + 301, "198.51.100.1", "a@example.com", "r@mx.example",
	    "" },
	{ 13 * 86400 + 301, "203.0.113.1", "a@example.com", "r@mx.example",
	    "new 5m" },
	/* A record that lets everybody send proves nothing. */
	{ 14 * 86400, "192.0.2.1", "a@open.example", "r@mx.example",
	    "new 5m" },
	{ 14 * 86400 + 301, "198.51.100.1", "a@open.example",
	    "r@mx.example", "new 5m" },
};

START_TEST(triplets_come_again)
{
	struct store *store = memory();
	char text[600];

	for (size_t i = 0; i < TEST_COUNT(steps); i++) {
		attempt(store, steps[i].at, steps[i].ip, steps[i].from,
		    steps[i].to, text);
		ck_assert_msg(strcmp(text, steps[i].text) == 0,
		    "step %zu: \"%s\", not \"%s\"", i, text, steps[i].text);
	}
	store_close(store, 1000);
}
END_TEST

/* Three messages of a network came again: what else it sends need not. */
START_TEST(a_network_that_passes_often_waits_no_more)
{
	struct store *store = memory();
	char from[40], text[600];

	for (int i = 0; i < 3; i++) {
		snprintf(from, sizeof(from), "a%d@x.example", i);
		attempt(store, 0, "203.0.113.1", from, "r@mx.example", text);
		ck_assert_str_eq(text, "new 5m");
		attempt(store, 400, "203.0.113.1", from, "r@mx.example",
		    text);
		ck_assert_str_eq(text, "");
	}
	attempt(store, 500, "203.0.113.7", "z@y.example", "q@mx.example",
	    text);
	ck_assert_str_eq(text, "");
	attempt(store, 500, "203.0.114.7", "z@y.example", "q@mx.example",
	    text);
	ck_assert_str_eq(text, "new 5m");
	store_close(store, 1000);
}
END_TEST

/* One message with several recipients passes once. */
START_TEST(a_message_passes_once)
{
	struct store *store = memory();
	char text[600];

	for (int at = 0; at <= 400; at += 400) {
		struct talk *talk = talk_at(store, at, GREY);

		say_connect(talk, "203.0.113.1");
		say_helo(talk, "mail.example.com");
		say_mail(talk, "a@x.example");
		say_rcpt(talk, "r@mx.example");
		say_rcpt(talk, "s@mx.example");
		say_rcpt(talk, "t@mx.example");
		ck_assert_int_eq(talk->action, at == 0 ? ACTION_TEMPFAIL :
		    ACTION_CONTINUE);
		talk_free(talk);
	}
	attempt(store, 500, "203.0.113.1", "z@y.example", "q@mx.example",
	    text);
	ck_assert_str_eq(text, "new 5m");
	store_close(store, 1000);
}
END_TEST

/* Who asks whether an address exists says <> and hangs up before DATA. */
START_TEST(the_null_sender_is_asked_at_the_end)
{
	struct store *store = memory();
	struct talk *talk = talk_at(store, 0, GREY "at message {\n"
	    "tempfail 451 4.7.1 \"at the end: %{greylist.wait}\"\n"
	    "when mail.from == \"\" and greylist(5m) == new; }\n");

	say_connect(talk, "203.0.113.1");
	say_helo(talk, "mail.example.com");
	say_mail(talk, "");
	ck_assert_int_eq(say_rcpt(talk, "r@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@x.example"), ACTION_TEMPFAIL);
	ck_assert_str_eq(talk->text, "at the end: 5m");
	assert_event_has(talk, 0, "\"greylist.reason\":\"new\"");
	assert_event_has(talk, 0, "\"greylist.wait\":300");
	talk_free(talk);
	store_close(store, 1000);
}
END_TEST

/* The facts speak of the recipient at hand. */
START_TEST(each_recipient_has_its_reason)
{
	struct store *store = memory();
	struct talk *talk;
	char text[600];

	attempt(store, 0, "203.0.113.1", "a@x.example", "r@mx.example", text);
	talk = talk_at(store, 400, POLICY "at rcpt {\n"
	    "tempfail \"%{rcpt}: %{greylist.reason}\"\n"
	    "when greylist(5m) in { new, passed }; }\n");
	say_connect(talk, "203.0.113.1");
	say_helo(talk, "mail.example.com");
	say_mail(talk, "a@x.example");
	say_rcpt(talk, "r@mx.example");
	ck_assert_str_eq(talk->text, "r@mx.example: passed");
	say_rcpt(talk, "s@mx.example");
	ck_assert_str_eq(talk->text, "s@mx.example: new");
	talk_free(talk);
	store_close(store, 1000);
}
END_TEST

/* ---- rates ---- */

/* One message of two recipients; what the rules at its end say. */
static void
send(struct talk *talk, const char *from)
{
	say_connect(talk, "203.0.113.1");
	say_helo(talk, "mail.example.com");
	say_mail(talk, from);
	say_rcpt(talk, "r@mx.example");
	say_rcpt(talk, "s@mx.example");
	say_message(talk, " u@x.example");
}

static void
send_at(struct store *store, int64_t at, const char *rules, const char *from,
    char text_out[600])
{
	struct talk *talk = talk_at(store, at, rules);

	send(talk, from);
	snprintf(text_out, 600, "%s", talk->text);
	talk_free(talk);
}

/* A rule that fires when the last message's answer is that. */
static const struct {
	const char *rules, *answers[4];
} counted[] = {
	/* However often it is asked, in whatever words. */
	{ POLICY "at rcpt { note \"x\" when rate(mail.from, 60m) > 7; }\n"
	    "at message { reject \"two\" when rate(mail.from, 1h) == 2 and"
	    " rate(mail.from, 60m) < 3;\n"
	    "reject \"three\" when rate(mail.from, 1h) == 3; }\n",
	    { "", "two", "three", "" } },
	/* In monitor mode all rules are run at the end. */
	{ "policy \"t\" mode monitor;\n"
	    "at mail { note \"x\" when rate(mail.from, 1h) > 7; }\n"
	    "at rcpt { note \"x\" when rate(mail.from, 1h) > 7; }\n"
	    "at message { tag \"X\" \"y\" when rate(mail.from, 1h) == 3; }\n",
	    { "", "", "", "" } },
	{ POLICY "at message { reject \"six\""
	    " when rate.rcpts(mail.from, 1h) == 6; }\n",
	    { "", "", "six", "" } },
	{ POLICY "at rcpt { note \"x\" when rate.rcpts(mail.from, 1h) > 9; }\n"
	    "at message { reject \"four\""
	    " when rate.rcpts(mail.from, 1h) == 4; }\n",
	    { "", "four", "", "" } },
	/* The message that is over first; not those behind it. */
	{ POLICY "at message { reject \"over\""
	    " when rate.crossed(mail.from, 1h, 2); }\n",
	    { "", "", "over", "" } },
	{ POLICY "at message { reject \"net\" when"
	    " rate(client.net, 1h) == 4; }\n", { "", "", "", "net" } },
	{ POLICY "at message { reject \"all\" when rate(\"all\", 1h) > 3; }\n",
	    { "", "", "", "all" } },
};

START_TEST(messages_are_counted)
{
	struct store *store = memory();
	char text[600];

	for (int i = 0; i < 4; i++) {
		send_at(store, i, counted[_i].rules, i % 2 == 0 ?
		    "a@x.example" : "A@X.example", text);
		ck_assert_msg(strcmp(text, counted[_i].answers[i]) == 0,
		    "message %d: \"%s\"", i, text);
	}
	store_close(store, 1000);
}
END_TEST

/* Of a list the highest of its members; of an empty one, none. */
START_TEST(a_list_has_the_highest_rate)
{
	static const char rules[] = POLICY "at rcpt {\n"
	    "reject \"none\" when rcpt == \"x@mx.example\"; }\n"
	    "at message {\n"
	    "reject \"three\" when rate(rcpt.accepted, 1h) == 3; }\n";
	struct store *store = memory();
	struct talk *talk;
	char text[600];

	send_at(store, 0, rules, "a@x.example", text);
	talk = talk_at(store, 1, rules);
	say_connect(talk, "203.0.113.1");
	say_helo(talk, "mail.example.com");
	say_mail(talk, "a@x.example");
	say_rcpt(talk, "t@mx.example");
	say_rcpt(talk, "s@mx.example");
	ck_assert_int_eq(say_message(talk, " u@x.example"), ACTION_CONTINUE);
	talk_free(talk);
	send_at(store, 2, rules, "a@x.example", text);
	ck_assert_str_eq(text, "three");
	talk = talk_at(store, 3, rules);
	say_connect(talk, "203.0.113.1");
	say_helo(talk, "mail.example.com");
	say_mail(talk, "a@x.example");
	say_rcpt(talk, "t@mx.example");
	ck_assert_int_eq(say_message(talk, " u@x.example"), ACTION_CONTINUE);
	talk_free(talk);
	store_close(store, 1000);
}
END_TEST

/* Half a window later half of the one before counts. */
START_TEST(the_window_slides)
{
	static const char rules[] = POLICY "at message {\n"
	    "reject \"three\" when rate(mail.from, 1h) == 3;\n"
	    "reject \"two\" when rate(mail.from, 1h) == 2; }\n";
	struct store *store = memory();
	int64_t hour = 3600 - NOW % 3600;	/* a window begins */
	char text[600];

	for (int i = 0; i < 4; i++)
		send_at(store, hour, rules, "a@x.example", text);
	send_at(store, hour + 5400, rules, "a@x.example", text);
	ck_assert_str_eq(text, "three");
	send_at(store, hour + 5 * 3600, rules, "a@x.example", text);
	ck_assert_str_eq(text, "");
	store_close(store, 1000);
}
END_TEST

/* It sinks below and rises again, and is told of once. */
START_TEST(a_crossing_is_told_once)
{
	static const char rules[] = POLICY "at message { reject \"over\""
	    " when rate.crossed(mail.from, 1h, 3); }\n";
	struct store *store = memory();
	int64_t hour = 3600 - NOW % 3600;
	int told = 0;
	char text[600];

	/* Four at once, then one each 1000 s: it swings about the limit. */
	for (int i = 0; i < 12; i++) {
		send_at(store, i < 4 ? hour : hour + (i - 3) * 1000, rules,
		    "a@x.example", text);
		told += text[0] != '\0';
	}
	ck_assert_int_eq(told, 1);
	for (int i = 0; i < 4; i++) {
		send_at(store, hour + 10 * 3600, rules, "a@x.example", text);
		told += text[0] != '\0';
	}
	ck_assert_int_eq(told, 2);
	store_close(store, 1000);
}
END_TEST

/* The shadow policy sees what the running one was told, and asks nothing. */
START_TEST(a_shadow_policy_counts_nothing)
{
	struct store *store = memory();
	struct engine_options options = talk_options();
	struct diag *diag = diag_new();
	char text[600];

	options.store = store;
	options.now = NOW;
	options.store_timeout_ms = 5000;
	options.shadow = policy_load_text("shadow.policy", STR(POLICY
	    "at mail { reject \"x\" when rate(mail.from, 1h) > 0; }\n"
	    "at message { reject \"y\" when rate(client.net, 1h) > 0; }\n"),
	    diag);
	options.shadow_file = STR("shadow.policy");
	for (int i = 0; i < 3; i++) {
		struct talk *talk = talk_with(zone, POLICY "at message {\n"
		    "reject \"n%{from.count}\" when rate(client.net, 1h) > 2;"
		    "}\n", options);

		send(talk, "a@x.example");
		ck_assert_str_eq(talk->text, i == 2 ? "n1" : "");
		assert_event_has(talk, 0, "\"decided\":{\"action\":"
		    "\"reject\",\"code\":550,\"enhanced\":\"5.7.1\","
		    "\"text\":\"y\"");
		talk_free(talk);
	}
	policy_unref(options.shadow);
	diag_free(diag);
	send_at(store, 1, POLICY "at mail { reject \"1\" when"
	    " rate(mail.from, 1h) == 1; }\n", "a@x.example", text);
	ck_assert_str_eq(text, "1");
	store_close(store, 1000);
}
END_TEST

TCase *
greylist_tests(void)
{
	TCase *tc = tcase_create("greylist and rates");

	tcase_add_test(tc, triplets_come_again);
	tcase_add_test(tc, a_network_that_passes_often_waits_no_more);
	tcase_add_test(tc, a_message_passes_once);
	tcase_add_test(tc, the_null_sender_is_asked_at_the_end);
	tcase_add_test(tc, each_recipient_has_its_reason);
	tcase_add_loop_test(tc, messages_are_counted, 0, TEST_COUNT(counted));
	tcase_add_test(tc, a_list_has_the_highest_rate);
	tcase_add_test(tc, the_window_slides);
	tcase_add_test(tc, a_crossing_is_told_once);
	tcase_add_test(tc, a_shadow_policy_counts_nothing);
	return tc;
}
