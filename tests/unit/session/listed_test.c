/*
 * DNS lists in a session: what rules see of them, what is asked and when.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "session_test.h"
#include "talk.h"

#define POLICY	"policy \"t\" mode enforce;\n"

static const char zone[] =
    "example.com. TXT \"v=spf1 +all\"\n"
    "1.2.0.192.in-addr.arpa. PTR a.ptr.example.\n"
    "1.2.0.192.in-addr.arpa. PTR b.ptr.example.\n"
    "1.2.0.192.bl.example. A 127.0.0.4\n"
    "1.2.0.192.bl.example. A 127.0.0.11\n"
    "1.2.0.192.bl.example. TXT \"see http://bl.example/\\010192.0.2.1\"\n"
    "9.2.0.192.bl.example. A 198.51.100.1\n"
    "7.2.0.192.bl.example. * SERVFAIL\n"
    "helo.example.dbl.example. A 127.0.1.2\n"
    "b.ptr.example.dbl.example. A 127.0.1.3\n"
    "mail.example.dbl.example. A 127.0.1.4\n"
    "author.example.dbl.example. A 127.0.1.5\n"
    "example.dbl.example. A 127.0.1.99\n"
    "1.2.0.192.dbl.example. A 127.0.1.98\n"
    "broken.example.dbl.example. * SERVFAIL\n";

/* So many lookups and no more; they are counted when the resolver has them. */
static void
assert_asked(const struct talk *talk, unsigned count)
{
	for (int i = 0; i < 500 && fake_dns_queries(talk->dns) < count; i++)
		usleep(10000);
	usleep(20000);
	ck_assert_uint_eq(fake_dns_queries(talk->dns), count);
}

/* A message that is as bad as can be; true is in the text of its refusal. */
static const struct {
	const char *call, *says;
} calls[] = {
	{ "dnsbl(\"bl.example\")", "true" },
	{ "dnswl(\"bl.example\")", "true" },
	{ "dnsbl(\"bl.example\", client.ip)", "true" },
	{ "dnsbl(\"bl.example\", 127.0.0.4)", "true" },
	{ "dnsbl(\"bl.example\", 127.0.0.2/31)", "false" },
	{ "dnsbl(\"bl.example\", 127.0.0.2, 127.0.0.8/29)", "true" },
	{ "dnsbl(\"bl.example\", client.ip, 127.0.0.5)", "false" },
	{ "dnsbl(\"dbl.example\", helo)", "true" },
	{ "dnsbl(\"dbl.example\", helo, 127.0.1.3)", "false" },
	{ "dnsbl(\"dbl.example\", ptr.names)", "true" },
	{ "dnsbl(\"dbl.example\", ptr.names, 127.0.1.2)", "false" },
	{ "dnsbl(\"dbl.example\", mail.from)", "true" },
	{ "dnsbl(\"dbl.example\", from.domain)", "true" },
	{ "dnsbl(\"dbl.example\", from.domain, 127.0.1.5)", "true" },
	{ "dnsbl(\"dbl.example\", from)", "true" },
	{ "dnsbl(\"dbl.example\", rcpt)", "false" },
	{ "dnsbl(\"dbl.example\", header(\"X-Domain\"))", "true" },
	{ "dnsbl(\"dbl.example\", header(\"X-Address\"))", "false" },
	{ "dnsbl(\"dbl.example\", header(\"X-Label\"))", "false" },
	{ "dnsbl(\"dbl.example\", header(\"X-Broken\"))", "unknown" },
	{ "dnsbl(\"dbl.example\", header(\"X-None\"))", "false" },
	{ "dnsbl(\"dbl.example\", dkim.domains)", "false" },
};

START_TEST(what_a_list_says)
{
	char rules[400];
	struct talk *talk;

	snprintf(rules, sizeof(rules), POLICY "at message {\n"
	    "reject \"unknown\" when %s is unknown;\n"
	    "reject \"true\" when %s;\nreject \"false\" when not %s; }\n",
	    calls[_i].call, calls[_i].call, calls[_i].call);
	talk = talk_new(zone, rules, false);
	say_connect(talk, "192.0.2.1");
	say_helo(talk, "HELO.example");
	say_mail(talk, "x@mail.example");
	say_rcpt(talk, "r@mx.example");
	say_field(talk, "X-Domain", " helo.example");
	say_field(talk, "X-Address", " 192.0.2.1");
	say_field(talk, "X-Label", " example");
	say_field(talk, "X-Broken", " broken.example");
	ck_assert_int_eq(say_message(talk, " u@author.example"),
	    ACTION_REJECT);
	ck_assert_str_eq(talk->text, calls[_i].says);
	talk_free(talk);
}
END_TEST

/* A line feed of theirs does not get into our reply. */
START_TEST(a_reply_tells_what_the_list_says)
{
	struct talk *talk = talk_new(zone, POLICY
	    "define bad = dnswl(\"wl.example\") or dnsbl(\"bl.example\", "
	    "127.0.0.8/29);\n"
	    "at mail { reject \"%{dnsbl.name} %{dnsbl.zone} %{dnsbl.value}: "
	    "%{dnsbl.text}\" when bad; }\n", false);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "x@example.com"), ACTION_REJECT);
	ck_assert_str_eq(talk->text, "192.0.2.1 bl.example 127.0.0.11: "
	    "see http://bl.example/?192.0.2.1");
	talk_free(talk);
}
END_TEST

START_TEST(a_list_may_say_nothing)
{
	struct talk *talk = talk_new(zone, POLICY "at mail {\n"
	    "reject \"%{dnsbl.name}: %{dnsbl.text}\" "
	    "when dnsbl(\"dbl.example\", ptr.names); }\n", false);

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "x@example.com"), ACTION_REJECT);
	ck_assert_str_eq(talk->text, "b.ptr.example: none");
	talk_free(talk);
}
END_TEST

/*
 * Six lists are asked before the first has answered: with 30 ms of DNS that is
 * one round for all of them.  Nothing is asked twice, in whatever way rules
 * turn on it.
 */
START_TEST(all_lists_are_asked_at_once)
{
	struct talk *talk = talk_new("DELAY 60000\n"
	    "1.2.0.192.l1.example. A 127.0.0.2\n", POLICY
	    "at connect { note \"x\" when client.ip is set; }\n"
	    "at mail { reject when auth.user is not set and "
	    "(dnsbl(\"l1.example\") or dnsbl(\"l2.example\")); }\n"
	    "at message { score 1 when dnsbl(\"l3.example\");\n"
	    "score 1 when dnsbl(\"l4.example\", 127.0.0.2);\n"
	    "score 1 when dnsbl(\"l4.example\", 127.0.0.4/30);\n"
	    "score 1 when dnsbl(\"L4.example\");\n"
	    "score 1 when dnsbl(\"l5.example\") and spf != pass;\n"
	    "score -1 when dnswl(\"l6.example\") and score > 3;\n"
	    "score 1 when dnsbl(\"dbl.example\", helo); }\n", false);

	/* Reverse DNS and SPF wait until it is known whose mail it is. */
	say_connect(talk, "192.0.2.1");
	assert_asked(talk, 6);
	say_helo(talk, "helo.example");
	assert_asked(talk, 7);
	session_mail(talk->conn, &(struct session_mail){
	    .from = STR("a@example.com") }, answered, talk);
	ck_assert(!talk->done);
	assert_asked(talk, 7 + 3);
	session_expire(talk->conn);
	talk_free(talk);
}
END_TEST

/* A rule that surely ends the session keeps the later ones from asking. */
static const struct {
	const char *rules;
	unsigned asked;		/* at connect */
} gates[] = {
	{ "at connect { bypass when client.ip in { 192.0.2.0/24 }; }\n"
	  "at mail { reject when dnsbl(\"l.example\"); }", 0 },
	{ "at connect { bypass when client.ip in { 198.51.100.0/24 }; }\n"
	  "at mail { score 1 when dnsbl(\"l.example\"); }", 1 },
	{ "at connect { accept when listener == \"smtpd\"; }\n"
	  "at mail { score 1 when dnsbl(\"l.example\"); }", 0 },
	{ "at mail { score 1 when client.ip == 192.0.2.9 and "
	  "dnsbl(\"l.example\"); }", 0 },
	{ "at mail { accept when auth.user is set;\n"
	  "score 1 when dnsbl(\"l.example\"); }", 1 },
	{ "at connect { quarantine \"x\"; score 1 when dnsbl(\"l.example\"); "
	  "}\nat mail { score 1 when dnsbl(\"m.example\"); }", 1 },
	{ "at connect { shadow accept; }\n"
	  "at mail { score 1 when dnsbl(\"l.example\"); }", 1 },
	{ "at rcpt { accept; }\n"
	  "at message { score 1 when dnsbl(\"l.example\"); }", 1 },
	{ "on listener \"other\" { at mail { score 1 when "
	  "dnsbl(\"l.example\"); } }", 0 },
	{ "at message { score 1 when rate(client.ip, 1h) > 1 and "
	  "dnsbl(\"l.example\"); }", 1 },
	{ "at message { score 1 when score > 5 and dnsbl(\"l.example\"); }",
	  1 },
	{ "at message { score 1 when header(\"X\") is set and "
	  "dnsbl(\"l.example\"); }", 1 },
	{ "at message { score 1 when dnsbl(\"l.example\", from.domain); }",
	  0 },
};

START_TEST(only_what_can_be_reached_is_asked)
{
	char rules[400];
	struct talk *talk;

	snprintf(rules, sizeof(rules), "policy \"t\" mode monitor;\n%s",
	    gates[_i].rules);
	talk = talk_new("", rules, false);
	say_connect(talk, "192.0.2.1");
	assert_asked(talk, gates[_i].asked);
	talk_free(talk);
}
END_TEST

/* One who has logged in costs no question about what comes later. */
START_TEST(a_login_ends_the_asking)
{
	struct talk *talk = talk_new("", POLICY
	    "at mail { accept when auth.user is set; }\n"
	    "at message { score 1 when dnsbl(\"l.example\", mail.from); }\n",
	    false);

	say_connect(talk, "192.0.2.1");
	say_helo(talk, "helo.example");
	session_mail(talk->conn, &(struct session_mail){
	    .from = STR("a@example.com"), .auth_user = STR("ann") },
	    answered, talk);
	outcome(talk);
	assert_asked(talk, 0);
	/* A stranger: the list, reverse DNS, and SPF of both names. */
	say_mail(talk, "a@example.com");
	assert_asked(talk, 4);
	talk_free(talk);
}
END_TEST

/* The client is asked for once, the sender for each message. */
START_TEST(once_a_connection)
{
	struct talk *talk = talk_new(zone, POLICY "at message {\n"
	    "reject \"%{dnsbl.zone}\" when dnsbl(\"dbl.example\", mail.from);"
	    "\ntag \"X-Listed\" \"yes\" when dnsbl(\"bl.example\"); }\n",
	    false);
	unsigned before;

	open_session(talk);
	say_mail(talk, "x@example.com");
	say_rcpt(talk, "r@mx.example");
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	assert_edit(talk, 1, "add X-Listed 0: yes");
	before = fake_dns_queries(talk->dns);
	say_mail(talk, "x@mail.example");
	say_rcpt(talk, "r@mx.example");
	ck_assert_int_eq(say_message(talk, " u@example.com"), ACTION_REJECT);
	ck_assert_str_eq(talk->text, "dbl.example");
	/* SPF of mail.example, the list, and DMARC of example.com. */
	ck_assert_uint_le(fake_dns_queries(talk->dns), before + 6);
	assert_event_has(talk, 0, "1.2.0.192.bl.example");
	talk_free(talk);
}
END_TEST

START_TEST(a_list_that_is_not_believed_is_unknown)
{
	static const char rules[] = POLICY "at connect {\n"
	    "reject \"unknown\" when dnsbl(\"bl.example\") is unknown; }\n";
	struct resolver *tested = fake_dns_new("");
	struct engine_options options = talk_options();
	struct talk *talk;

	options.lists = lists_new(&(struct lists_options){ .dns = tested,
	    .timeout_ms = 5000 });
	lists_add(options.lists, STR("bl.example"), LISTS_OF_ADDRESSES, false);
	talk = talk_with(zone, rules, options);
	ck_assert_int_eq(say_connect(talk, "192.0.2.1"), ACTION_REJECT);
	ck_assert_str_eq(talk->text, "unknown");
	talk_free(talk);
	lists_free(options.lists);
	resolver_free(tested);
}
END_TEST

/* Behind a relay the client is asked for when it is known, not the relay. */
START_TEST(the_client_behind_a_relay)
{
	struct engine_options options = talk_options();
	struct ipnet relay;
	struct talk *talk;

	ck_assert(ipnet_parse(STR("198.51.100.7"), &relay));
	options.relays = (struct relay_list){ &relay, 1 };
	talk = talk_with("7.100.51.198.bl.example. A 127.0.0.2\n"
	    "9.2.0.192.bl.example. A 127.0.0.2\n", POLICY
	    "at connect { reject \"%{dnsbl.name}\" "
	    "when dnsbl(\"bl.example\"); }\n", options);
	ck_assert_int_eq(say_connect(talk, "198.51.100.7"), ACTION_CONTINUE);
	say_helo(talk, "mx2.example");
	say_mail(talk, "x@example.com");
	ck_assert_int_eq(say_rcpt(talk, "r@mx.example"), ACTION_CONTINUE);
	say_field(talk, "Received", " from a.example (unknown [192.0.2.9])\n"
	    "\tby mx2.example (Postfix) with ESMTP id 1; Thu, 1 Jan");
	ck_assert_int_eq(say_message(talk, " u@example.com"), ACTION_REJECT);
	ck_assert_str_eq(talk->text, "192.0.2.9");
	say_mail(talk, "x@example.com");
	say_rcpt(talk, "r@mx.example");
	say_field(talk, "Received", " from b.example (unknown [192.0.2.2])\n"
	    "\tby mx2.example (Postfix) with ESMTP id 1; Thu, 1 Jan");
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	talk_free(talk);
}
END_TEST

/* The domains of the text, asked at once when the message has ended. */
START_TEST(what_a_text_links_to)
{
	struct talk *talk = talk_new("spam.example.dbl.example. A 127.0.1.2\n"
	    "66.2.0.192.bl.example. A 127.0.0.2\n"
	    "host.good.example.dbl.example. A 127.0.1.2\n", POLICY
	    "at message { reject \"%{dnsbl.name}\" "
	    "when dnsbl(\"dbl.example\", uri.domains);\n"
	    "reject \"address %{dnsbl.name}\" "
	    "when dnsbl(\"bl.example\", uri.addresses); }\n", false);
	static const struct {
		const char *type, *body, *text;
	} mails[] = {
		{ " text/plain", "http://host.good.example/", "" },
		{ " text/plain", "http://a.spam.example:80/x", "spam.example" },
		{ " text/html", "<a href='//&#98;.spam.example'>",
		  "spam.example" },
		{ " text/plain", "http://u@3221226050/", "address 192.0.2.66" },
		{ " image/png", "http://a.spam.example/", "" },
	};

	open_session(talk);
	for (size_t i = 0; i < 5; i++) {
		say_mail(talk, "x@example.com");
		say_rcpt(talk, "r@mx.example");
		say_field(talk, "From", " u@example.com");
		say_field(talk, "Content-Type", mails[i].type);
		session_eoh(talk->conn);
		session_body(talk->conn, str_from(mails[i].body));
		say_end(talk);
		ck_assert_str_eq(talk->text, mails[i].text);
	}
	talk_free(talk);
}
END_TEST

/* As much as is looked at, and more. */
static const struct {
	size_t domains, octets;		/* before the last one */
	bool last;
	const char *text;
} long_texts[] = {
	{ 49, 0, true, "last" }, { 50, 0, true, "cut" },
	{ 50, 0, false, "" },
	{ 0, LIMIT_URI_OCTETS - 21, true, "last" },
	{ 0, LIMIT_URI_OCTETS - 10, true, "cut" },
	{ 0, LIMIT_URI_OCTETS, true, "cut" },
	{ 0, LIMIT_URI_OCTETS - 100, false, "" },
};

START_TEST(how_much_of_a_text)
{
	static char body[LIMIT_URI_OCTETS + 1000];
	struct talk *talk = talk_new("last.example.dbl.example. A 127.0.1.2\n",
	    POLICY "at message { reject \"last\" "
	    "when dnsbl(\"dbl.example\", uri.domains);\n"
	    "reject \"cut\" when uri.cut; }\n", false);
	size_t len = 0;

	for (size_t i = 0; i < long_texts[_i].domains; i++)
		len += (size_t)sprintf(body + len, "http://d%zu.example ", i);
	for (; len < long_texts[_i].octets; len++)
		body[len] = len % 60 == 59 ? '\n' : ' ';
	if (long_texts[_i].last)
		len += (size_t)sprintf(body + len, "http://last.example/\n");
	open_session(talk);
	say_mail(talk, "x@example.com");
	say_rcpt(talk, "r@mx.example");
	say_field(talk, "From", " u@example.com");
	session_eoh(talk->conn);
	session_body(talk->conn, str_make(body, len));
	say_end(talk);
	ck_assert_str_eq(talk->text, long_texts[_i].text);
	talk_free(talk);
}
END_TEST

/* One client with a wrong answer: for the next one the list is off. */
START_TEST(a_wrong_answer_is_an_alarm)
{
	struct resolver *none = fake_dns_new("");
	struct engine_options options = talk_options();
	struct list_counts counts;
	struct talk *talk;

	options.lists = lists_new(&(struct lists_options){ .dns = none,
	    .timeout_ms = 5000 });
	lists_add(options.lists, STR("bl.example"), LISTS_OF_ADDRESSES, true);
	talk = talk_with(zone, POLICY "at connect {\n"
	    "reject \"unknown\" when dnsbl(\"bl.example\") is unknown;\n"
	    "reject \"listed\" when dnsbl(\"bl.example\"); }\n", options);
	say_connect(talk, "192.0.2.1");
	ck_assert_str_eq(talk->text, "listed");
	say_connect(talk, "192.0.2.9");
	ck_assert_str_eq(talk->text, "unknown");
	say_connect(talk, "192.0.2.1");
	ck_assert_str_eq(talk->text, "unknown");
	ck_assert(lists_counts(options.lists, 0, &counts));
	ck_assert(counts.off);
	ck_assert_uint_eq(counts.wrong, 1);
	talk_free(talk);
	lists_free(options.lists);
	resolver_free(none);
}
END_TEST

TCase *
listed_tests(void)
{
	TCase *tc = tcase_create("listed");

	tcase_add_loop_test(tc, what_a_list_says, 0, TEST_COUNT(calls));
	tcase_add_test(tc, a_reply_tells_what_the_list_says);
	tcase_add_test(tc, a_list_may_say_nothing);
	tcase_add_test(tc, all_lists_are_asked_at_once);
	tcase_add_loop_test(tc, only_what_can_be_reached_is_asked, 0,
	    TEST_COUNT(gates));
	tcase_add_test(tc, a_login_ends_the_asking);
	tcase_add_test(tc, once_a_connection);
	tcase_add_test(tc, a_list_that_is_not_believed_is_unknown);
	tcase_add_test(tc, the_client_behind_a_relay);
	tcase_add_test(tc, what_a_text_links_to);
	tcase_add_loop_test(tc, how_much_of_a_text, 0,
	    TEST_COUNT(long_texts));
	tcase_add_test(tc, a_wrong_answer_is_an_alarm);
	return tc;
}
