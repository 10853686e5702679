/*
 * What each action of a policy does, at each stage.
 */
#include "session_test.h"
#include "talk.h"

static const char zone[] =
    "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n"
    "1.2.0.192.in-addr.arpa. PTR mail.example.com.\n"
    "mail.example.com. A 192.0.2.1\n"
    "slow.example. TXT \"v=spf1 -all\"\n";

START_TEST(bypass_leaves_mail_alone)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at connect { bypass when client.ip in 192.0.2.0/24; }\n", false);

	ck_assert_int_eq(say_connect(talk, "192.0.2.1"), ACTION_ACCEPT);
	assert_event_has(talk, 0, "\"bypass\"");
	talk_free(talk);
}
END_TEST

START_TEST(accept_skips_rules_but_is_stamped)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at mail { accept when client.ip in 192.0.2.0/24; }\n"
	    "at message { reject; }\n", false);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "a@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	ck_assert_uint_eq(talk->edit_count, 1);
	assert_event_has(talk, 0, "\"line\":2");
	talk_free(talk);
}
END_TEST

START_TEST(accept_at_rcpt_speaks_for_its_recipient)
{
	static const char text[] = "policy \"t\" mode enforce;\n"
	    "at rcpt { accept when rcpt == \"postmaster@mx.example\"; }\n"
	    "at message { reject \"rejected\"; }\n";
	struct talk *talk = talk_new(zone, text, false);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	say_rcpt(talk, "postmaster@mx.example");
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	say_rcpt(talk, "postmaster@mx.example");
	say_rcpt(talk, "other@mx.example");
	ck_assert_int_eq(say_message(talk, " u@example.com"), ACTION_REJECT);
	talk_free(talk);
}
END_TEST

/* Refused ones are no longer among them; late rules see the same ones. */
START_TEST(any_and_all_recipients)
{
	static const char *const texts[] = {
		"at rcpt {\n"
		"  reject when rcpt == \"b@mx.example\";\n"
		"  note \"two\" when all rcpt in { mx.example } and\n"
		"    any rcpt == \"a@mx.example\" and\n"
		"    rcpt == \"c@mx.example\";\n"
		"}\n",
		"at rcpt {\n"
		"  note \"two\" when all rcpt in { a@, c@ } and\n"
		"    any rcpt == \"a@mx.example\" and\n"
		"    rcpt == \"c@mx.example\";\n"
		"}\n"
	};
	char policy[600];
	struct talk *talk;

	snprintf(policy, sizeof(policy), "policy \"t\" mode %s;\n%s"
	    "at message {\n"
	    "  reject \"b\" when any rcpt == \"b@mx.example\";\n"
	    "  reject \"all %%{rcpt.accepted}\" when all rcpt in "
	    "{ mx.example };\n}\n", "enforce", texts[_i]);
	talk = talk_new(zone, policy, false);
	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "a@mx.example"), ACTION_CONTINUE);
	if (_i == 0)
		ck_assert_int_eq(say_rcpt(talk, "b@mx.example"),
		    ACTION_REJECT);
	else
		session_rcpt_refused(talk->conn, STR("b@mx.example"));
	ck_assert_int_eq(say_rcpt(talk, "c@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@example.com"), ACTION_REJECT);
	ck_assert_str_eq(talk->text, "all a@mx.example, c@mx.example");
	assert_event_has(talk, 0, "\"text\":\"two\"");
	assert_event_has(talk, 0, "\"rcpt.accepted\":[\"a@mx.example\","
	    "\"c@mx.example\"]");
	talk_free(talk);
}
END_TEST

START_TEST(rules_of_a_listener)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "on listener \"submission\" { at mail { reject \"sub\"; } }\n"
	    "on listener \"smtpd\" { at rcpt { reject \"in\"; } }\n"
	    "at message { score A 1; score B 2; }\n", false);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "a@mx.example"), ACTION_REJECT);
	ck_assert_str_eq(talk->text, "in");
	talk_free(talk);
}
END_TEST

START_TEST(symbols_are_recorded)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at mail { score A 1; }\n"
	    "at message { score B 2; tag \"X-S\" \"%{score.symbols}\"; }\n",
	    false);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "a@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	assert_event_has(talk, 0, "\"score\":3,\"score.symbols\":[\"A\","
	    "\"B\"]");
	assert_event_has(talk, 0, "\"score\":1,\"symbol\":\"A\"");
	assert_event_has(talk, 0, "\"value\":\"A, B\"");
	talk_free(talk);
}
END_TEST

START_TEST(quarantine_is_stamped)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at message { quarantine \"spf\" when spf == fail; }\n", false);

	ck_assert_int_eq(say_connect(talk, "192.0.2.9"), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, "bad.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "a@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_QUARANTINE);
	ck_assert_str_eq(talk->text, "spf");
	ck_assert_uint_eq(talk->edit_count, 1);
	talk_free(talk);
}
END_TEST

/* Held at mail, and what message says of it then. */
static const struct {
	const char *rules;
	enum action outcome;
	const char *text, *line;
} held[] = {
	{ "", ACTION_QUARANTINE, "spf", "\"line\":2" },
	{ "at message { accept; }\n", ACTION_QUARANTINE, "spf",
	  "\"line\":2" },
	{ "at message { quarantine \"again\"; }\n", ACTION_QUARANTINE, "spf",
	  "\"line\":2" },
	{ "at message { reject \"no\"; }\n", ACTION_REJECT, "no",
	  "\"line\":3" },
};

START_TEST(what_is_held_may_still_be_refused)
{
	char text[300];
	struct talk *talk;

	snprintf(text, sizeof(text), "policy \"t\" mode enforce;\n"
	    "at mail { quarantine \"spf\" when spf == fail; }\n%s",
	    held[_i].rules);
	talk = talk_new(zone, text, false);
	ck_assert_int_eq(say_connect(talk, "192.0.2.9"), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, "bad.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "a@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    held[_i].outcome);
	ck_assert_str_eq(talk->text, held[_i].text);
	ck_assert_uint_eq(talk->event_count, 1);
	assert_event_has(talk, 0, held[_i].line);
	talk_free(talk);
}
END_TEST

START_TEST(discard_waits_for_a_message)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at helo { discard when helo == \"bad.example\"; }\n", false);

	ck_assert_int_eq(say_connect(talk, "192.0.2.9"), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, "bad.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_DISCARD);
	ck_assert_uint_eq(talk->event_count, 1);
	assert_event_has(talk, 0, "\"kind\":\"mail\"");
	talk_free(talk);
}
END_TEST

START_TEST(discard_at_rcpt_drops_the_message)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at rcpt { discard when rcpt == \"trap@mx.example\"; }\n",
	    false);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "a@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "trap@mx.example"), ACTION_DISCARD);
	ck_assert_uint_eq(talk->event_count, 1);
	assert_event_has(talk, 0, "\"action\":\"discard\"");
	talk_free(talk);
}
END_TEST

START_TEST(discard_at_mail)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at mail { discard when helo == \"bad.example\"; }\n", false);

	ck_assert_int_eq(say_connect(talk, "192.0.2.9"), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, "bad.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_DISCARD);
	ck_assert_uint_eq(talk->event_count, 1);
	assert_event_has(talk, 0, "\"action\":\"discard\"");
	talk_free(talk);
}
END_TEST

TCase *
actions_tests(void)
{
	TCase *tc = tcase_create("actions");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, bypass_leaves_mail_alone);
	tcase_add_test(tc, accept_skips_rules_but_is_stamped);
	tcase_add_test(tc, accept_at_rcpt_speaks_for_its_recipient);
	tcase_add_loop_test(tc, any_and_all_recipients, 0, 2);
	tcase_add_test(tc, rules_of_a_listener);
	tcase_add_test(tc, symbols_are_recorded);
	tcase_add_test(tc, quarantine_is_stamped);
	tcase_add_loop_test(tc, what_is_held_may_still_be_refused, 0,
	    TEST_COUNT(held));
	tcase_add_test(tc, discard_at_mail);
	tcase_add_test(tc, discard_waits_for_a_message);
	tcase_add_test(tc, discard_at_rcpt_drops_the_message);
	return tc;
}
