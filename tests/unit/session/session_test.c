/*
 * The session against a scripted DNS and policies written here: what the MTA
 * is told at each stage, and what the event says.
 */
#include "session_test.h"
#include "sign_test.h"
#include "talk.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"

static const char zone[] =
    "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n"
    "1.2.0.192.in-addr.arpa. PTR mail.example.com.\n"
    "mail.example.com. A 192.0.2.1\n"
    "slow.example. TXT \"v=spf1 -all\"\n";

static const char slow_zone[] =
    "DELAY 60000\n"
    "slow.example. TXT \"v=spf1 -all\"\n";

START_TEST(good_mail_is_stamped)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at message { reject when dmarc == fail; }\n", false);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "r@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	ck_assert_uint_eq(talk->edit_count, 1);
	assert_edit(talk, 0, "insert Authentication-Results 0: mx.example;");
	ck_assert_ptr_nonnull(strstr(talk->edits[0], "iprev=pass"));
	ck_assert_ptr_nonnull(strstr(talk->edits[0], "spf=pass"));
	ck_assert_ptr_nonnull(strstr(talk->edits[0], "dkim=none"));
	ck_assert_ptr_nonnull(strstr(talk->edits[0], "dmarc=pass"));
	ck_assert_uint_eq(talk->event_count, 1);
	assert_event_has(talk, 0, "\"kind\":\"message\"");
	assert_event_has(talk, 0, "\"4ABC\"");
	talk_free(talk);
}
END_TEST

/* RFC 9990 reports need the record; the next message has another, or none. */
START_TEST(the_policy_record_is_told)
{
	struct talk *talk = talk_new("_dmarc.a.example. TXT \"v=DMARC1; "
	    "p=none; rua=mailto:r@b.example\"\n"
	    "_dmarc.s.a.example. TXT \"v=DMARC1; p=none\"\n"
	    "_dmarc.s.a.example. TXT \"v=DMARC1; p=reject\"\n",
	    "policy \"t\" mode enforce;\n", false);
	static const char *const authors[] = { " u@a.example",
	    " u@s.a.example", " u@other.example" };

	open_session(talk);
	for (size_t i = 0; i < TEST_COUNT(authors); i++) {
		say_mail(talk, "u@example.com");
		say_rcpt(talk, "r@mx.example");
		if (i == 1)
			say_field(talk, "Content-Type", " multipart/report; "
			    "report-type=feedback-report");
		say_message(talk, authors[i]);
	}
	assert_event_has(talk, 0, "\"dmarc_record\":\"v=DMARC1; p=none; "
	    "rua=mailto:r@b.example\",\"dmarc_notes\":[],\"rcpts\"");
	assert_event_has(talk, 1, "\"dmarc_record\":\"v=DMARC1; p=none; "
	    "rua=mailto:r@b.example\",\"dmarc_notes\":[\"_dmarc.s.a.example "
	    "has 2 DMARC records: none counts\"],\"report\":true");
	ck_assert_ptr_null(strstr(talk->events[2], "dmarc_record"));
	talk_free(talk);
}
END_TEST

START_TEST(forged_mail_is_rejected_with_its_line)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at message {\n"
	    "  reject 550 5.7.1 \"no, %{from.domain}\" when dmarc == fail;\n"
	    "}\n", false);

	ck_assert_int_eq(say_connect(talk, "192.0.2.9"), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, "bad.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, "x@bad.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "r@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@example.com"), ACTION_REJECT);
	ck_assert_uint_eq(talk->code, 550);
	ck_assert_str_eq(talk->enhanced, "5.7.1");
	ck_assert_str_eq(talk->text, "no, example.com");
	ck_assert_uint_eq(talk->edit_count, 0);
	assert_event_has(talk, 0, "\"line\":3");
	assert_event_has(talk, 0, "\"action\":\"reject\"");
	talk_free(talk);
}
END_TEST

START_TEST(monitor_only_says_so)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode monitor;\n"
	    "at mail { reject when spf == fail; }\n"
	    "at message { tag \"X-Seen\" \"yes\"; }\n", false);

	ck_assert_int_eq(say_connect(talk, "192.0.2.9"), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, "bad.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "r@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	ck_assert_uint_eq(talk->edit_count, 1);		/* the stamp alone */
	assert_event_has(talk, 0, "\"decided\":{\"action\":\"reject\"");
	assert_event_has(talk, 0, "\"line\":2");
	talk_free(talk);
}
END_TEST

START_TEST(one_recipient_of_two_is_refused)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at rcpt {\n"
	    "  reject 550 5.1.1 \"not here\" when rcpt == \"b@mx.example\";\n"
	    "}\n", false);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "a@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "b@mx.example"), ACTION_REJECT);
	ck_assert_str_eq(talk->text, "not here");
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	ck_assert_uint_eq(talk->event_count, 1);
	assert_event_has(talk, 0, "b@mx.example");
	talk_free(talk);
}
END_TEST

START_TEST(what_the_mta_refuses_meets_no_rule)
{
	struct talk *talk = talk_new(zone, _i == 0 ?
	    "policy \"t\" mode enforce;\n"
	    "at rcpt { reject when rcpt == \"b@mx.example\"; }\n"
	    "at message { reject when rcpt == \"b@mx.example\"; }\n" :
	    "policy \"t\" mode monitor;\nat rcpt { reject; }\n", false);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	session_rcpt_refused(talk->conn, STR("b@mx.example"));
	session_abort(talk->conn);
	ck_assert_uint_eq(talk->event_count, 0);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	session_rcpt_refused(talk->conn, STR("b@mx.example"));
	if (_i == 0)
		say_rcpt(talk, "a@mx.example");
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	assert_event_has(talk, 0, "{\"address\":\"b@mx.example\","
	    "\"action\":\"reject\"}");
	assert_event_has(talk, 0, "\"rules\":[]");
	talk_free(talk);
}
END_TEST

/* The address of one past the cap must outlive the call that brought it. */
START_TEST(recipients_past_the_cap_are_counted)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at rcpt { reject when rcpt == \"last@mx.example\"; }\n",
	    false);
	char *last = strdup("last@mx.example");
	bool all = true;

	open_session(talk);
	say_mail(talk, "u@example.com");
	for (int i = 0; i < LIMIT_RECIPIENTS; i++)
		all = all && say_rcpt(talk, "a@mx.example") ==
		    ACTION_CONTINUE;
	ck_assert(all);
	say_rcpt(talk, last);
	free(last);
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	assert_event_has(talk, 0, "\"rcpt.count\":10001");
	assert_event_has(talk, 0, "more recipients than are kept");
	talk_free(talk);
}
END_TEST

START_TEST(a_refused_recipient_leaves_an_event)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at rcpt { reject; }\n", false);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "a@mx.example"), ACTION_REJECT);
	session_abort(talk->conn);
	ck_assert_uint_eq(talk->event_count, 1);
	assert_event_has(talk, 0, "\"kind\":\"rcpt\"");
	session_abort(talk->conn);
	ck_assert_uint_eq(talk->event_count, 1);
	talk_free(talk);
}
END_TEST

START_TEST(reject_at_mail_waits_for_spf)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at mail { reject when spf == fail; }\n", false);

	ck_assert_int_eq(say_connect(talk, "192.0.2.9"), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, "bad.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_REJECT);
	ck_assert_uint_eq(talk->code, 550);
	ck_assert_str_eq(talk->enhanced, "5.7.23");
	assert_event_has(talk, 0, "\"kind\":\"mail\"");
	/* The next message on the connection is judged afresh. */
	session_abort(talk->conn);
	ck_assert_int_eq(say_mail(talk, "u@other.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "a@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@other.example"),
	    ACTION_CONTINUE);
	ck_assert_uint_eq(talk->event_count, 2);
	talk_free(talk);
}
END_TEST

START_TEST(reject_at_connect_lasts)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at connect { reject when client.ip in 192.0.2.0/24; }\n", false);

	ck_assert_int_eq(say_connect(talk, "192.0.2.9"), ACTION_REJECT);
	ck_assert_int_eq(say_helo(talk, "bad.example"), ACTION_REJECT);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_REJECT);
	ck_assert_uint_eq(talk->event_count, 1);
	assert_event_has(talk, 0, "\"kind\":\"connect\"");
	talk_free(talk);
}
END_TEST

START_TEST(helo_again_is_judged_afresh)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at helo { reject when helo == \"bad.example\"; }\n", false);

	ck_assert_int_eq(say_connect(talk, "192.0.2.1"), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, "bad.example"), ACTION_REJECT);
	ck_assert_int_eq(say_helo(talk, "good.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	talk_free(talk);
}
END_TEST

START_TEST(forged_stamps_are_removed)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at message { reject when dmarc == temperror; }\n", false);
	char big[5000];

	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	open_session(talk);
	say_mail(talk, "u@example.com");
	say_field(talk, "Authentication-Results", " MX.example; spf=pass");
	say_field(talk, "Authentication-Results", " other.example; spf=pass");
	say_field(talk, "From", " u@example.com");
	say_field(talk, "X-Big", big);		/* past the cap of 4096 */
	say_field(talk, "authentication-results", " mx.example; spf=pass");
	ck_assert_int_eq(say_end(talk), ACTION_CONTINUE);
	assert_edit(talk, 0, "delete Authentication-Results 3:");
	assert_edit(talk, 1, "delete Authentication-Results 1:");
	assert_edit(talk, 2, "insert Authentication-Results 0:");
	ck_assert_uint_eq(talk->edit_count, 3);
	assert_event_has(talk, 0, "the header is larger");
	talk_free(talk);
}
END_TEST

/* From fields past the header's cap: nobody hides there, alone or not. */
static const struct {
	const char *before, *after[3];
	const char *found;
} hidden[] = {
	{ NULL, { "u@example.com" }, "no, example.com 1 fail" },
	{ "x@bad.example", { "u@example.com" }, "no, none 2 permerror" },
	{ NULL, { "u@example.com", "x@bad.example" }, "no, none 2 permerror" },
	{ "x@bad.example", { "a@b.example", "c@d.example", "e@f.example" },
	  "no, none 3 permerror" },
};

START_TEST(no_author_hides_past_the_cap)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at message { reject \"no, %{from.domain} %{from.count} "
	    "%{dmarc}\" when dmarc in { fail, permerror }; }\n", false);
	char big[5000];

	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	open_session(talk);
	say_mail(talk, "x@bad.example");
	if (hidden[_i].before != NULL)
		say_field(talk, "From", hidden[_i].before);
	say_field(talk, "X-Big", big);
	for (int i = 0; i < 3 && hidden[_i].after[i] != NULL; i++)
		say_field(talk, i == 0 ? "From" : "fROM ",
		    hidden[_i].after[i]);
	ck_assert_int_eq(say_end(talk), ACTION_REJECT);
	ck_assert_str_eq(talk->text, hidden[_i].found);
	talk_free(talk);
}
END_TEST

START_TEST(a_wait_can_be_ended)
{
	struct talk *talk = talk_new(slow_zone, "policy \"t\" mode enforce;\n"
	    "at message { reject when spf == fail; }\n", _i == 1);

	ck_assert_int_eq(say_connect(talk, NULL), ACTION_CONTINUE);
	say_connect(talk, "192.0.2.9");
	say_helo(talk, "bad.example");
	say_mail(talk, "u@slow.example");
	say_rcpt(talk, "a@mx.example");
	say_field(talk, "From", " u@slow.example");
	session_eoh(talk->conn);
	session_eom(talk->conn, answered, talk);
	ck_assert(!strand_wait(talk->strand, &talk->done, clock_ms() + 50));
	session_expire(talk->conn);
	ck_assert(talk->done);
	ck_assert_int_eq(talk->action, _i == 1 ? ACTION_TEMPFAIL :
	    ACTION_CONTINUE);
	assert_event_has(talk, 0, "\"spf\":\"temperror\"");
	assert_event_has(talk, 0, "checks did not finish in time");
	talk_free(talk);
}
END_TEST

/* SPF that was ended early could have passed: DMARC does not say fail. */
START_TEST(an_early_end_of_spf_is_no_dmarc_fail)
{
	struct talk *talk = talk_new(
	    "_dmarc.slow.example TXT \"v=DMARC1; p=reject\"\n"
	    "DELAY 60000\nslow.example TXT \"v=spf1 -all\"\n",
	    "policy \"t\" mode enforce;\n"
	    "at mail { reject when spf == fail; }\n"
	    "at message { reject \"%{dmarc}\" when dmarc in "
	    "{ pass, fail, temperror }; }\n", false);
	struct session_mail mail = { .from = STR("u@slow.example") };

	say_connect(talk, "192.0.2.1");
	say_helo(talk, "mail.example.com");
	session_mail(talk->conn, &mail, answered, talk);
	ck_assert(!strand_wait(talk->strand, &talk->done, clock_ms() + 50));
	session_expire(talk->conn);
	ck_assert_int_eq(outcome(talk), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@slow.example"),
	    ACTION_REJECT);
	ck_assert_str_eq(talk->text, "temperror");
	talk_free(talk);
}
END_TEST

START_TEST(the_end_can_come_at_any_stage)
{
	struct talk *talk = talk_new(slow_zone, "policy \"t\" mode enforce;\n"
	    "at message { reject when spf == fail; }\n", false);

	for (int stage = 0; stage <= _i; stage++) {
		if (stage == 0)
			say_connect(talk, "192.0.2.9");
		if (stage == 1)
			say_helo(talk, "slow.example");
		if (stage == 2)
			say_mail(talk, "u@slow.example");
		if (stage == 3)
			say_rcpt(talk, "a@mx.example");
		if (stage == 4)
			say_field(talk, "From", " u@slow.example");
		if (stage == 5)
			session_eoh(talk->conn);
		if (stage == 6)
			session_eom(talk->conn, answered, talk);
	}
	ck_assert(!talk->done || _i < 6);
	talk_free(talk);		/* ASan and the resolver see leaks */
}
END_TEST

static const struct {
	const char *ip, *user, *ours;
} senders[] = {
	{ "198.51.100.7", "", "\"client.ours\":false" },
	{ "198.51.100.7", "ann", "\"client.ours\":true" },
	{ "192.0.2.1", "", "\"client.ours\":true" },
	{ "192.0.3.1", "", "\"client.ours\":false" },
	{ "2001:db8::7", "", "\"client.ours\":true" },
	{ NULL, "", "\"client.ours\":true" },		/* not SMTP */
};

START_TEST(whose_mail_is_ours)
{
	struct ipnet networks[2];
	struct engine_options options = talk_options();
	struct session_mail mail = { .from = STR("u@example.com"),
	    .auth_user = str_from(senders[_i].user) };
	struct talk *talk;

	ck_assert(ipnet_parse(STR("192.0.2.0/24"), &networks[0]));
	ck_assert(ipnet_parse(STR("2001:db8::/32"), &networks[1]));
	options.own_networks = networks;
	options.own_network_count = 2;
	talk = talk_with(zone, "policy \"t\" mode enforce;\n", options);
	say_connect(talk, senders[_i].ip);
	session_mail(talk->conn, &mail, answered, talk);
	ck_assert_int_eq(outcome(talk), ACTION_CONTINUE);
	say_message(talk, " u@example.com");
	assert_event_has(talk, 0, senders[_i].ours);
	talk_free(talk);
}
END_TEST

START_TEST(odd_orders_do_no_harm)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n"
	    "at message { reject when dmarc == fail; }\n", false);

	/* No connect, no HELO, no MAIL: straight to a message. */
	ck_assert_int_eq(say_message(talk, " u@other.example"),
	    ACTION_CONTINUE);
	/* And a second end without a new MAIL. */
	ck_assert_int_eq(say_end(talk), ACTION_CONTINUE);
	session_abort(talk->conn);
	session_abort(talk->conn);
	open_session(talk);
	ck_assert_int_eq(say_mail(talk, ""), ACTION_CONTINUE);
	ck_assert_int_eq(say_end(talk), ACTION_CONTINUE);
	ck_assert_uint_eq(talk->event_count, 3);
	talk_free(talk);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("session");
	TCase *tc = tcase_create("session");

	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, actions_tests());
	suite_add_tcase(suite, asks_tests());
	suite_add_tcase(suite, privacy_tests());
	suite_add_tcase(suite, greylist_tests());
	suite_add_tcase(suite, failure_note_tests());
	suite_add_tcase(suite, held_tests());
	suite_add_tcase(suite, listed_tests());
	suite_add_tcase(suite, reputation_tests());
	suite_add_tcase(suite, count_tests());
	suite_add_tcase(suite, envelope_tests());
	suite_add_tcase(suite, relay_cases());
	suite_add_tcase(suite, seal_tests());
	suite_add_tcase(suite, sender_tests());
	suite_add_tcase(suite, shadow_tests());
	suite_add_tcase(suite, signals_tests());
	suite_add_tcase(suite, slow_tests());
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, good_mail_is_stamped);
	tcase_add_test(tc, the_policy_record_is_told);
	tcase_add_test(tc, forged_mail_is_rejected_with_its_line);
	tcase_add_test(tc, monitor_only_says_so);
	tcase_add_test(tc, one_recipient_of_two_is_refused);
	tcase_add_loop_test(tc, what_the_mta_refuses_meets_no_rule, 0, 2);
	tcase_add_test(tc, recipients_past_the_cap_are_counted);
	tcase_add_test(tc, a_refused_recipient_leaves_an_event);
	tcase_add_test(tc, reject_at_mail_waits_for_spf);
	tcase_add_test(tc, reject_at_connect_lasts);
	tcase_add_test(tc, helo_again_is_judged_afresh);
	tcase_add_test(tc, forged_stamps_are_removed);
	tcase_add_loop_test(tc, no_author_hides_past_the_cap, 0,
	    sizeof(hidden) / sizeof(hidden[0]));
	tcase_add_loop_test(tc, a_wait_can_be_ended, 0, 2);
	tcase_add_test(tc, an_early_end_of_spf_is_no_dmarc_fail);
	tcase_add_loop_test(tc, the_end_can_come_at_any_stage, 0, 7);
	tcase_add_loop_test(tc, whose_mail_is_ours, 0, TEST_COUNT(senders));
	tcase_add_test(tc, odd_orders_do_no_harm);
	add_sign_tests(tc);
	return run_suite(suite);
}
