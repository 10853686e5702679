/* Mail that a trusted relay hands over is judged by its real client. */
#include "tests/unit/session/session_test.h"
#include "tests/unit/session/talk.h"

#include <stdio.h>

#include "base/clock.h"

static const char zone[] =
    "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n"
    "1.2.0.192.in-addr.arpa. PTR mail.example.com.\n"
    "mail.example.com. A 192.0.2.1\n";

#define POLICY(rules)	"policy \"t\" mode enforce;\n" rules
#define RELAY		"198.51.100.7"

/* The fields of the relays, from the newest one. */
#define GOOD	" from mail.example.com (mail.example.com [192.0.2.1])\n" \
		"\tby mx2.example (Postfix) with ESMTPS id 1; Thu, 1 Jan"
#define BAD	" from bad.example (unknown [203.0.113.9])\n" \
		"\tby mx2.example (Postfix) with SMTP id 1; Thu, 1 Jan"
#define HOP	" from mx3.example (mx3.example [198.51.100.8])\n" \
		"\tby mx2.example (Postfix) with ESMTP id 1; Thu, 1 Jan"
#define OWN	" by mx2.example (Postfix, from userid 0) id 1; Thu, 1 Jan"
#define LOOP	" from localhost (localhost [127.0.0.1])\n" \
		"\tby mx2.example (Postfix) with ESMTP id 1; Thu, 1 Jan"
#define JUNK	" from nowhere by mx2.example; Thu, 1 Jan"

/* With relays, and a network of our own that one of them is in. */
static struct talk *
relay_talk(const char *zone_text, const char *policy, bool tempfail)
{
	struct engine_options options = talk_options();
	struct ipnet relays, ours[2];

	ck_assert(ipnet_parse(STR("198.51.100.0/24"), &relays));
	ck_assert(ipnet_parse(STR("198.51.100.7"), &ours[0]));
	ck_assert(ipnet_parse(STR("127.0.0.1"), &ours[1]));
	options.relays = (struct relay_list){ &relays, 1 };
	options.own_networks = ours;
	options.own_network_count = 2;
	options.tempfail_on_trouble = tempfail;
	return talk_with(zone_text, policy, options);
}

static struct talk *
relay_session(const char *policy)
{
	struct talk *talk = relay_talk(zone, policy, false);

	ck_assert_int_eq(say_connect(talk, RELAY), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, "mx2.example"), ACTION_CONTINUE);
	return talk;
}

static enum action
say_relayed(struct talk *talk, const char *const *received,
    const char *author)
{
	for (int i = 0; i < 3 && received[i] != NULL; i++)
		say_field(talk, "Received", received[i]);
	return say_message(talk, author);
}

/* What an admin writes against strangers, at each stage. */
static const char firm[] = POLICY(
    "at connect { reject \"connect\" when iprev != pass; }\n"
    "at helo { reject \"helo\" when helo == \"bad.example\"; }\n"
    "at mail { reject \"mail\" when spf == fail; }\n"
    "at rcpt { reject \"rcpt\" when client.ip in 203.0.113.0/24; }\n"
    "at message { reject \"message\" when dmarc == fail; }\n");

static const struct {
	const char *peer;
	const char *received[3];
	const char *author;
	enum action action;
	const char *text;
	const char *facts[3];
} mails[] = {
	{ RELAY, { GOOD }, " u@example.com", ACTION_CONTINUE, "",
	  { "\"client.ip\":\"192.0.2.1\"", "\"relay.ip\":\"" RELAY "\"",
	    "\"client.ours\":false" } },
	{ RELAY, { HOP, GOOD }, " u@example.com", ACTION_CONTINUE, "",
	  { "\"client.ip\":\"192.0.2.1\"", "\"relay.with\":\"ESMTPS\"",
	    "\"spf\":\"pass\"" } },
	{ RELAY, { BAD, GOOD }, " u@example.com", ACTION_REJECT, "connect",
	  { "\"client.ip\":\"203.0.113.9\"", "\"stage\":\"connect\"",
	    "policy.iprev=203.0.113.9" } },
	{ RELAY, { HOP, BAD, GOOD }, " u@example.com", ACTION_REJECT,
	  "connect", { "\"client.ip\":\"203.0.113.9\"" } },
	/* What the client cannot be told of is not held against it. */
	{ RELAY, { JUNK, GOOD }, " u@example.com", ACTION_CONTINUE, "",
	  { "\"client.ip\":{\"unknown\":", "\"dmarc\":\"temperror\"",
	    "the Received field names no client address" } },
	{ RELAY, { JUNK }, " u@bounces.example.com", ACTION_CONTINUE, "",
	  { "\"iprev\":{\"unknown\":", "\"dmarc\":\"temperror\"",
	    "spf=temperror reason=" } },
	/* The relay's own mail: its HELO name and address. */
	{ RELAY, { OWN, GOOD }, " root@mx2.example", ACTION_REJECT, "connect",
	  { "\"client.ip\":\"" RELAY "\"", "\"helo\":\"mx2.example\"",
	    "\"client.ours\":true" } },
	{ RELAY, { NULL }, " root@mx2.example", ACTION_CONTINUE, "",
	  { "\"client.ip\":{\"unknown\":", "\"client.ours\":false",
	    "\"troubles\":[\"the relay has added no Received field\"]" } },
	/* Its loopback is not ours. */
	{ RELAY, { LOOP, GOOD }, " u@example.com", ACTION_CONTINUE, "",
	  { "\"client.ip\":{\"unknown\":", "\"client.ours\":false" } },
	/* A stranger's fields are his own. */
	{ "192.0.2.1", { BAD }, " u@example.com", ACTION_CONTINUE, "",
	  { "\"client.ip\":\"192.0.2.1\"", "\"relay.ip\":null",
	    "\"relay.with\":null" } },
};

START_TEST(real_client_is_judged)
{
	bool direct = strcmp(mails[_i].peer, RELAY) != 0;
	struct talk *talk = relay_talk(zone, firm, false);
	const char *from = strchr(mails[_i].author, '@');

	ck_assert_int_eq(say_connect(talk, mails[_i].peer), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, direct ? "mail.example.com" :
	    "mx2.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, strcmp(from, "@example.com") == 0 ?
	    "u@example.com" : ""), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "r@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_relayed(talk, mails[_i].received,
	    mails[_i].author), mails[_i].action);
	ck_assert_str_eq(talk->text, mails[_i].text);
	ck_assert_uint_eq(talk->event_count, 1);
	for (int i = 0; i < 3 && mails[_i].facts[i] != NULL; i++)
		assert_event_has(talk, 0, mails[_i].facts[i]);
	talk_free(talk);
}
END_TEST

START_TEST(stamp_speaks_of_the_client)
{
	static const char *const received[3] = { GOOD, BAD };
	struct talk *talk = relay_session(POLICY(""));

	say_mail(talk, "u@example.com");
	ck_assert_int_eq(say_relayed(talk, received, " u@example.com"),
	    ACTION_CONTINUE);
	ck_assert_ptr_nonnull(strstr(talk->edits[0],
	    "iprev=pass (mail.example.com) policy.iprev=192.0.2.1"));
	ck_assert_ptr_nonnull(strstr(talk->edits[0],
	    "spf=pass smtp.mailfrom=u@example.com"));
	ck_assert_ptr_nonnull(strstr(talk->edits[0], "dmarc=pass"));
	talk_free(talk);
}
END_TEST

/* Each message has its own client; nothing of the last one is left over. */
START_TEST(each_message_has_its_client)
{
	static const char *const good[3] = { GOOD }, *const bad[3] = { BAD },
	    *const own[3] = { OWN };
	struct talk *talk = relay_session(POLICY(
	    "at connect { reject when client.ip == 203.0.113.9; }\n"
	    "at mail { score 1 when spf == pass; }\n"));

	for (int i = 0; i < 2; i++) {
		say_mail(talk, "u@example.com");
		ck_assert_int_eq(say_relayed(talk, bad, " u@example.com"),
		    ACTION_REJECT);
		if (i == 1)
			say_helo(talk, "again.example");
		say_mail(talk, "u@example.com");
		ck_assert_int_eq(say_relayed(talk, good, " u@example.com"),
		    ACTION_CONTINUE);
		ck_assert_ptr_null(strstr(talk->edits[0], "203.0.113.9"));
	}
	say_mail(talk, "");
	say_relayed(talk, own, " u@again.example");
	ck_assert_uint_eq(talk->event_count, 5);
	for (int i = 0; i < 4; i++)
		assert_event_has(talk, (size_t)i, i % 2 ? "\"score\":1" :
		    "\"client.ip\":\"203.0.113.9\"");
	assert_event_has(talk, 4, "\"helo\":\"again.example\"");
	assert_event_has(talk, 4, "\"score\":0");
	/* The next session comes from elsewhere. */
	ck_assert_int_eq(say_connect(talk, "203.0.113.9"), ACTION_REJECT);
	talk_free(talk);
}
END_TEST

/* A rule that asks nothing of the client is run in its time. */
START_TEST(other_rules_are_run_in_time)
{
	struct talk *talk = relay_session(POLICY(
	    "at connect { reject \"loop\" when relay.ip == 198.51.100.9; }\n"
	    "at mail { reject \"sender\" when mail.from == \"x@x.example\"; }\n"
	    "at rcpt { reject \"rcpt\" when rcpt == \"no@mx.example\"; }\n"));

	ck_assert_int_eq(say_mail(talk, "x@x.example"), ACTION_REJECT);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_rcpt(talk, "no@mx.example"), ACTION_REJECT);
	ck_assert_int_eq(say_rcpt(talk, "r@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	ck_assert_int_eq(say_connect(talk, "198.51.100.9"), ACTION_REJECT);
	ck_assert_str_eq(talk->text, "loop");
	talk_free(talk);
}
END_TEST

/* An accept that asks for the client comes before a later stage's reject. */
START_TEST(order_of_rules_is_kept)
{
	static const char *const good[3] = { GOOD }, *const bad[3] = { BAD };
	struct talk *talk = relay_session(POLICY(
	    "at connect { accept when client.ip == 192.0.2.1; }\n"
	    "at mail { reject \"sender\"\n"
	    "    when mail.from == \"u@example.com\"; }\n"));

	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_relayed(talk, good, " u@example.com"),
	    ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	ck_assert_int_eq(say_relayed(talk, bad, " u@example.com"),
	    ACTION_REJECT);
	ck_assert_str_eq(talk->text, "sender");
	talk_free(talk);
}
END_TEST

static const struct {
	const char *rules;
	const char *rcpts[3];
	const char *received;
	enum action action;
	const char *text, *event;
} lists[] = {
	/* All of them, one of them, none of them. */
	{ "reject \"no\" when spf == fail;", { "a@mx.example", "b@mx.example" },
	  BAD, ACTION_REJECT, "no", "\"address\":\"b@mx.example\",\"action\":"
	  "\"reject\"" },
	{ "accept when rcpt == \"abuse@mx.example\";\n"
	  "reject \"no\" when spf == fail;",
	  { "abuse@mx.example", "b@mx.example", "abuse@mx.example" },
	  BAD, ACTION_REJECT, "no", "\"address\":\"b@mx.example\",\"action\":"
	  "\"reject\"" },
	{ "accept when rcpt == \"abuse@mx.example\";\n"
	  "reject \"no\" when spf == fail;", { "abuse@mx.example" },
	  BAD, ACTION_CONTINUE, "", "\"client.ip\":\"203.0.113.9\"" },
	{ "reject \"no\" when spf == fail;", { "a@mx.example", "b@mx.example" },
	  GOOD, ACTION_CONTINUE, "", "\"client.ip\":\"192.0.2.1\"" },
	/* A lasting refusal goes before one that passes. */
	{ "tempfail \"later\" when rcpt == \"a@mx.example\" and spf == fail;\n"
	  "reject \"no\" when rcpt == \"b@mx.example\" and spf == fail;",
	  { "a@mx.example", "b@mx.example", "c@mx.example" },
	  BAD, ACTION_REJECT, "no", "\"tempfail\"" },
	{ "tempfail \"later\" when rcpt == \"a@mx.example\" and spf == fail;",
	  { "b@mx.example", "a@mx.example" },
	  BAD, ACTION_TEMPFAIL, "later", "\"tempfail\"" },
	/* Each is judged once, whenever that is. */
	{ "score 1 when rcpt == \"a@mx.example\";\n"
	  "score 10 when rcpt == \"b@mx.example\" and client.ip is set;",
	  { "a@mx.example", "b@mx.example", "a@mx.example" },
	  GOOD, ACTION_CONTINUE, "", "\"score\":12" },
	{ "discard when spf == fail;", { "a@mx.example", "b@mx.example" },
	  BAD, ACTION_DISCARD, "", "\"action\":\"discard\"" },
};

START_TEST(recipients_put_off)
{
	char policy[600];
	const char *received[3] = { lists[_i].received };
	struct talk *talk;

	snprintf(policy, sizeof(policy), "policy \"t\" mode enforce;\n"
	    "at rcpt { %s }\n", lists[_i].rules);
	talk = relay_session(policy);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_CONTINUE);
	for (int i = 0; i < 3 && lists[_i].rcpts[i] != NULL; i++)
		ck_assert_int_eq(say_rcpt(talk, lists[_i].rcpts[i]),
		    ACTION_CONTINUE);
	ck_assert_int_eq(say_relayed(talk, received, " u@example.com"),
	    lists[_i].action);
	ck_assert_str_eq(talk->text, lists[_i].text);
	ck_assert_uint_eq(talk->event_count, 1);
	assert_event_has(talk, 0, lists[_i].event);
	talk_free(talk);
}
END_TEST

START_TEST(monitor_judges_the_client_too)
{
	static const char *const bad[3] = { BAD };
	struct talk *talk = relay_session("policy \"t\" mode monitor;\n"
	    "at mail { reject \"no\" when spf == fail; }\n");

	say_mail(talk, "u@example.com");
	ck_assert_int_eq(say_rcpt(talk, "r@mx.example"), ACTION_CONTINUE);
	ck_assert_int_eq(say_relayed(talk, bad, " u@example.com"),
	    ACTION_CONTINUE);
	assert_event_has(talk, 0, "\"decided\":{\"action\":\"reject\"");
	assert_event_has(talk, 0, "\"spf\":\"fail\"");
	talk_free(talk);
}
END_TEST

/* A session may end, or be ended, before the client is known. */
START_TEST(the_end_can_come_before_the_client)
{
	static const char *const bad[3] = { BAD };
	struct talk *talk = relay_session(firm);

	for (int i = 0; i < _i; i++) {
		session_expire(talk->conn);
		switch (i) {
		case 0:
			say_mail(talk, "u@example.com");
			break;
		case 1:
			say_rcpt(talk, "r@mx.example");
			break;
		case 2:
			say_field(talk, "Received", BAD);
			break;
		default:
			session_eoh(talk->conn);
			session_abort(talk->conn);
			say_mail(talk, "u@example.com");
			say_rcpt(talk, "r@mx.example");
			ck_assert_int_eq(say_relayed(talk, bad,
			    " u@example.com"), ACTION_REJECT);
		}
	}
	talk_free(talk);
}
END_TEST

/* Waiting for DNS ends in time behind a relay too. */
START_TEST(slow_dns_behind_a_relay)
{
	static const char *const received[3] = { BAD };
	static const char slow[] = "DELAY 60000\n"
	    "slow.example. TXT \"v=spf1 -all\"\n";
	struct talk *talk = relay_talk(slow, POLICY(
	    "at mail { reject when spf == fail; }\n"), _i == 1);

	ck_assert_int_eq(say_connect(talk, RELAY), ACTION_CONTINUE);
	say_mail(talk, "u@slow.example");
	say_rcpt(talk, "r@mx.example");
	for (int i = 0; i < 3 && received[i] != NULL; i++)
		say_field(talk, "Received", received[i]);
	say_field(talk, "From", " u@slow.example");
	session_eom(talk->conn, answered, talk);
	ck_assert(!talk->done);
	session_expire(talk->conn);
	ck_assert_int_eq(outcome(talk), _i == 0 ? ACTION_CONTINUE :
	    ACTION_TEMPFAIL);
	assert_event_has(talk, 0, "\"client.ip\":\"203.0.113.9\"");
	assert_event_has(talk, 0, "\"spf\":\"temperror\"");
	talk_free(talk);
}
END_TEST

TCase *
relay_cases(void)
{
	TCase *tc = tcase_create("relay");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, real_client_is_judged, 0, TEST_COUNT(mails));
	tcase_add_test(tc, stamp_speaks_of_the_client);
	tcase_add_test(tc, each_message_has_its_client);
	tcase_add_test(tc, other_rules_are_run_in_time);
	tcase_add_test(tc, order_of_rules_is_kept);
	tcase_add_loop_test(tc, recipients_put_off, 0, TEST_COUNT(lists));
	tcase_add_test(tc, monitor_judges_the_client_too);
	tcase_add_loop_test(tc, the_end_can_come_before_the_client, 0, 5);
	tcase_add_loop_test(tc, slow_dns_behind_a_relay, 0, 2);
	return tc;
}
