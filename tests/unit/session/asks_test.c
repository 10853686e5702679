/*
 * Functions that ask DNS lists and the store: what rules see of them, and how
 * often they ask.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "report/replay.h"
#include "session_test.h"
#include "store/history.h"
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
	assert_event_has(talk, 2, "\"functions\":[\"rate\"]");
	assert_event_has(talk, 2, "\"waits\":[{\"for\":\"store\"");
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
	    "192.0.2.0/24\0a@example.com\0known@mx.example";

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

/* What was answered is in the event, and answers the same call again. */
static const char asking[] = POLICY
    "at connect { note \"c\" when dnsbl(\"bl.example\"); }\n"
    "at rcpt { note \"g\" when greylist(5m) == new; }\n"
    "at message {\n"
    "note \"h\" when header(\"X-None\") is set;\n"
    "note \"f\" when rate(from, 1d) > 9;\n"
    "reject \"%{mail.from}\" when header(\"Subject\") == \"hi\" and"
    " rate(client.ip, 1h) >= 1; }\n";

/* In whatever order: those that wait together come as they come. */
static const char *const answers_kept[] = {
    "{\"function\":\"dnsbl\",\"arguments\":[\"bl.example\"],"
    "\"answer\":true}",
    "{\"function\":\"greylist\",\"arguments\":[300],"
    "\"rcpt\":\"r@mx.example\",\"answer\":\"new\"}",
    "{\"function\":\"greylist\",\"arguments\":[300],"
    "\"rcpt\":\"s@mx.example\",\"answer\":\"new\"}",
    "{\"function\":\"header\",\"arguments\":[\"X-None\"],"
    "\"answer\":null}",
    "{\"function\":\"rate\",\"arguments\":[\"a@example.com\",86400],"
    "\"answer\":1}",
    "{\"function\":\"header\",\"arguments\":[\"Subject\"],"
    "\"answer\":\"hi\"}",
    "{\"function\":\"rate\",\"arguments\":[\"192.0.2.1\",3600],"
    "\"answer\":1}"
};

static const struct {
	const char *rule;
	enum action action;
	const char *unanswered;	/* a function; or NULL */
	const char *fact, *value;	/* the first that the rule read */
} replays[] = {
	{ "at connect { reject when dnsbl(\"bl.example\"); }",
	  ACTION_REJECT, NULL, "dnsbl(\"bl.example\")", "true" },
	{ "at connect { reject when dnsbl(\"other.example\"); }",
	  ACTION_ACCEPT, "dnsbl", "dnsbl(\"other.example\")",
	  "unknown (not recorded)" },
	{ "at message { reject when rate(client.ip, 1h) == 1; }",
	  ACTION_REJECT, NULL, "client.ip", "192.0.2.1" },
	{ "at message { reject when rate(mail.from, 1d) == 1; }",
	  ACTION_REJECT, NULL, "mail.from", "a@example.com" },
	{ "at message { reject when rate(client.ip, 2h) is not unknown; }",
	  ACTION_ACCEPT, "rate", "client.ip", "192.0.2.1" },
	{ "at message { reject when greylist(5m) == new; }",
	  ACTION_REJECT, NULL, "greylist(5m)", "new" },
	{ "at message { reject when greylist(6m) is set; }",
	  ACTION_ACCEPT, "greylist", "greylist(6m)",
	  "unknown (not recorded)" },
	{ "at message { reject when header(\"X-None\") is not set and "
	  "header(\"Subject\") matches /^h/; }",
	  ACTION_REJECT, NULL, "header(\"X-None\")", "none" },
	{ "define x = header(\"Subject\") == \"no\"; at message { "
	  "reject when x and header(\"Other\") is set; }",
	  ACTION_ACCEPT, NULL, "header(\"Subject\")", "hi" },
};

static void
assert_replay(size_t i, const char *line, struct arena *arena)
{
	const struct event_want want = { .parts = EVENT_PART_CALLS };
	struct event_record *record = arena_alloc(arena, sizeof(*record));
	struct diag *diag = diag_new();
	struct policy *policy;
	struct rehearsal out;
	unsigned unanswered;
	const struct policy_read *read;
	char text[400];

	snprintf(text, sizeof(text), POLICY "%s", replays[i].rule);
	policy = policy_load_text("t.policy", str_from(text), diag);
	ck_assert_ptr_nonnull(policy);
	ck_assert_int_eq(event_read(str_from(line), &want, arena, record),
	    EVENT_READ_OK);
	replay_record(policy, record, true, arena, &out, &unanswered);
	ck_assert_int_eq(out.action, replays[i].action);
	ck_assert_uint_eq(unanswered, replays[i].unanswered == NULL ? 0 : 1u <<
	    (function_find(str_from(replays[i].unanswered)) -
	    function_table));
	for (size_t k = 0; k < out.stages.count; k++)
		if (out.stages.at[k].trace.steps.count > 0) {
			read = &out.stages.at[k].trace.steps.at[0].reads[0];
			ck_assert_str_eq(read->fact, replays[i].fact);
			assert_str(read->value, replays[i].value);
		}
	policy_unref(policy);
	diag_free(diag);
}

START_TEST(answers_are_in_the_event)
{
	struct arena *arena = arena_new();
	struct store *store;
	struct talk *talk = talk_of(asking, &store);

	open_session(talk);
	say_mail(talk, "a@example.com");
	say_rcpt(talk, "r@mx.example");
	say_rcpt(talk, "s@mx.example");
	ck_assert_int_eq(say_message(talk, " a@example.com"), ACTION_REJECT);
	for (size_t i = 0; i < TEST_COUNT(answers_kept); i++)
		assert_event_has(talk, 0, answers_kept[i]);
	for (size_t i = 0; i < TEST_COUNT(replays); i++)
		assert_replay(i, talk->events[0], arena);
	/* What was asked of the client is in the next one's, too. */
	say_mail(talk, "b@example.com");
	say_message(talk, " b@example.com");
	assert_event_has(talk, 1, "\"function\":\"dnsbl\"");
	ck_assert_ptr_null(strstr(talk->events[1], "\"greylist\""));
	talk_free(talk);
	store_close(store, 1000);
	arena_free(arena);
}
END_TEST

/* No more than an event lists. */
START_TEST(answers_in_the_event_have_an_end)
{
	struct store *store;
	struct talk *talk = talk_of(grey, &store);
	char to[40];
	size_t found = 0;

	open_session(talk);
	say_mail(talk, "a@example.com");
	for (int i = 0; i < LIMIT_EVENT_ANSWERS + 5; i++) {
		snprintf(to, sizeof(to), "r%d@mx.example", i);
		say_rcpt(talk, to);
	}
	say_message(talk, " a@example.com");
	for (const char *at = talk->events[0];
	    (at = strstr(at, "\"function\"")) != NULL; at++)
		found++;
	ck_assert_uint_eq(found, LIMIT_EVENT_ANSWERS);
	talk_free(talk);
	store_close(store, 1000);
}
END_TEST

/* Each event is a row of the store, which knows no more than its line. */
START_TEST(events_are_kept_in_the_store)
{
	char directory[] = "/tmp/asks_test.XXXXXX", where[80], why[300];
	struct engine_options options = talk_options();
	struct history_row row;
	struct history *history;
	struct talk *talk;

	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(where, sizeof(where), "sqlite:%s/db", directory);
	options.store = store_open(str_from(where), why, sizeof(why));
	ck_assert_msg(options.store != NULL, "%s", why);
	options.history_ms = 86400000;
	options.host = STR("mx7.example");
	talk = talk_with(zone, POLICY "at message {\n"
	    "reject when mail.from == \"b@example.com\"; }\n", options);
	open_session(talk);
	say_mail(talk, "a@example.com");
	say_rcpt(talk, "r@mx.example");
	say_rcpt(talk, "s@mx.example");
	say_message(talk, " A@Example.com");
	say_mail(talk, "b@example.com");
	say_rcpt(talk, "r@mx.example");
	say_message(talk, " b@example.com");
	talk_free(talk);
	store_close(options.store, 5000);
	history = history_open(str_from(where), why, sizeof(why));
	ck_assert_msg(history != NULL, "%s", why);
	history_ask(history, &(struct history_query){ .lines = true });
	ck_assert_int_eq(history_next(history, &row, why, sizeof(why)), 1);
	assert_str(row.host, "mx7.example");
	assert_str(row.queue_id, "4ABC");
	assert_str(row.kind, "message");
	assert_str(row.verdict, "accept");
	assert_str(row.rule, "");
	assert_str(row.client, "192.0.2.1");
	assert_str(row.sender, "a@example.com");
	assert_str(row.from_domain, "example.com");
	assert_str(row.rcpts, "r@mx.example\ns@mx.example");
	ck_assert_uint_eq(row.id.len, 16);
	ck_assert(str_chr(row.line, '{') == 0);
	ck_assert_int_eq(history_next(history, &row, why, sizeof(why)), 1);
	assert_str(row.verdict, "reject");
	assert_str(row.rule, "test.policy:3");
	ck_assert_int_eq(history_next(history, &row, why, sizeof(why)), 0);
	history_close(history);
	for (size_t i = 0; i < 3; i++) {
		snprintf(where, sizeof(where), "%s/db%s", directory,
		    i == 0 ? "" : i == 1 ? "-wal" : "-shm");
		unlink(where);
	}
	ck_assert_int_eq(rmdir(directory), 0);
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
	tcase_add_test(tc, answers_are_in_the_event);
	tcase_add_test(tc, answers_in_the_event_have_an_end);
	tcase_add_test(tc, events_are_kept_in_the_store);
	tcase_add_test(tc, without_a_store_all_is_unknown);
	return tc;
}
