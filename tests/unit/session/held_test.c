/*
 * What speaks of strangers is not asked of mail of ours, unless a rule waits
 * for it.
 */
#include "session_test.h"

#include <string.h>

#include "talk.h"

#define ZONE "1.2.0.192.in-addr.arpa PTR mail.example.com\n" \
    "7.0.0.127.in-addr.arpa PTR own.example.com\n" \
    "mail.example.com A 192.0.2.1\n" \
    "own.example.com A 127.0.0.7\n" \
    "mail.example.com TXT \"v=spf1 -all\"\n" \
    "example.com TXT \"v=spf1 -all\"\n" \
    "_dmarc.example.com TXT \"v=DMARC1; p=reject\"\n"
#define HEAD "policy \"p\" mode enforce;\n"
#define MONITOR "policy \"p\" mode monitor;\n"

static const struct ipnet own = { { IP_V4, { 127 } }, 8 };

/* dns: whether anything may be asked; has and not: what the event tells. */
static const struct {
	const char *policy, *shadow, *ip, *login;
	enum action action;
	bool dns;
	const char *has[3], *lacks[2];
} cases[] = {
	/* No rule asks: of a host of ours, of a login, without SMTP. */
	{ HEAD, NULL, "127.0.0.7", "", ACTION_CONTINUE, false,
	  { "\"client.ours\":true", "\"dkim\":\"none\"",
	    "mx.example; dkim=none\"" },
	  { "\"spf\":\"", "\"iprev\":\"" } },
	{ HEAD, NULL, "192.0.2.1", "ann", ACTION_CONTINUE, false,
	  { "mx.example; auth=pass; dkim=none\"", "\"client.ours\":true" },
	  { "\"dmarc\":\"", "\"name\":\"spf\"" } },
	{ HEAD, NULL, NULL, "", ACTION_CONTINUE, false,
	  { "\"client.ours\":true" }, { "\"spf\":\"", "\"dmarc\":\"" } },
	/* Of a stranger all is asked, though no rule asks. */
	{ HEAD, NULL, "192.0.2.1", "", ACTION_CONTINUE, true,
	  { "\"iprev\":\"pass\"", "\"spf\":\"fail\"",
	    "\"dmarc\":\"fail\"" }, { NULL } },
	/* Ours is let go before a rule asks; at once, or at the end. */
	{ HEAD "at mail { accept when client.ours;\n"
	    "    reject when spf == fail; }\n", NULL, "127.0.0.7", "",
	  ACTION_CONTINUE, false, { "test.policy\",\"line\":2" },
	  { "\"spf\":\"" } },
	{ HEAD "at connect { accept when client.ip in 127.0.0.0/8; }\n"
	    "at message { reject when dmarc == fail; }\n", NULL,
	  "127.0.0.7", "", ACTION_CONTINUE, false,
	  { "test.policy\",\"line\":2" }, { "\"dmarc\":\"" } },
	{ MONITOR "at mail { accept when auth.user is set; }\n"
	    "at message { reject when dmarc == fail; }\n", NULL,
	  "127.0.0.7", "ann", ACTION_CONTINUE, false,
	  { "test.policy\",\"line\":2" }, { "\"dmarc\":\"" } },
	/* A rule asks at each of the stages, and is answered. */
	{ HEAD "at connect { reject when iprev != pass; }\n", NULL,
	  "127.0.0.7", "", ACTION_CONTINUE, true,
	  { "\"iprev\":\"pass\"", "policy.iprev=127.0.0.7" },
	  { "\"spf\":\"" } },
	{ HEAD "at mail { reject when spf == fail; }\n", NULL, "127.0.0.7",
	  "", ACTION_REJECT, true, { "\"spf\":\"fail\"" },
	  { "\"iprev\":\"" } },
	{ HEAD "at message { reject when iprev == pass and spf == fail; }\n",
	  NULL, NULL, "", ACTION_CONTINUE, false,
	  { "\"iprev\":\"none\"" }, { NULL } },
	{ HEAD "at message { reject when dmarc == fail; }\n", NULL,
	  "127.0.0.7", "", ACTION_REJECT, true,
	  { "\"dmarc\":\"fail\"", "\"spf\":\"fail\"" },
	  { "\"iprev\":\"" } },
	{ MONITOR "at connect { reject when iprev == pass; }\n", NULL,
	  "127.0.0.7", "", ACTION_CONTINUE, true,
	  { "\"iprev\":\"pass\"", "\"action\":\"reject\"" },
	  { "\"spf\":\"" } },
	/* So does a function that goes by a check. */
	{ HEAD "at rcpt { tempfail when greylist(5m) == new; }\n", NULL,
	  "127.0.0.7", "", ACTION_CONTINUE, true, { "\"spf\":\"fail\"" },
	  { "\"iprev\":\"" } },
	/* The shadow policy cannot wait: what it reads is asked at once. */
	{ HEAD, HEAD "at message { reject when spf == fail; }\n",
	  "127.0.0.7", "", ACTION_CONTINUE, true,
	  { "\"spf\":\"fail\"", "-> reject" }, { "\"dmarc\":\"" } },
	/* ARC's facts can need DMARC. */
	{ HEAD "at message { accept when arc.trusted; }\n", NULL,
	  "127.0.0.7", "", ACTION_CONTINUE, true, { "\"dmarc\":\"fail\"" },
	  { NULL } },
};

static enum action
mail_of(struct talk *talk, const char *login)
{
	const struct session_mail mail = { .from = STR("u@example.com"),
	    .auth_user = str_from(login) };

	session_mail(talk->conn, &mail, answered, talk);
	return outcome(talk);
}

static struct policy *
policy_of(const char *text)
{
	struct diag *diag = diag_new();
	struct policy *policy = policy_load_text("next.policy",
	    str_from(text), diag);

	ck_assert_ptr_nonnull(policy);
	diag_free(diag);
	return policy;
}

static struct talk *
open_talk(const char *policy, const char *shadow_text)
{
	struct engine_options options = talk_options();
	struct talk *talk;

	options.own_networks = &own;
	options.own_network_count = 1;
	if (shadow_text != NULL) {
		options.shadow = policy_of(shadow_text);
		options.shadow_file = STR("next.policy");
	}
	talk = talk_with(ZONE, policy, options);
	policy_unref(options.shadow);
	return talk;
}

static void
check_event(const struct talk *talk, const char *part, bool there)
{
	const char *event = talk->events[talk->event_count - 1];

	/* The verdict of a shadow policy is words of the log. */
	if (part == NULL || strncmp(part, "->", 2) == 0)
		return;
	ck_assert_msg((strstr(event, part) != NULL) == there, "%s %s in %s",
	    there ? "no" : "a", part, event);
}

START_TEST(strangers_questions)
{
	struct talk *talk = open_talk(cases[_i].policy, cases[_i].shadow);
	enum action action = say_connect(talk, cases[_i].ip);

	if (action == ACTION_CONTINUE)
		action = say_helo(talk, "mail.example.com");
	if (action == ACTION_CONTINUE)
		action = mail_of(talk, cases[_i].login);
	if (action == ACTION_CONTINUE)
		action = say_rcpt(talk, "r@else.example");
	if (action == ACTION_CONTINUE)
		action = say_message(talk, " u@example.com");
	ck_assert_int_eq(action, cases[_i].action);
	ck_assert_msg((fake_dns_queries(talk->dns) > 0) == cases[_i].dns,
	    "%u questions", fake_dns_queries(talk->dns));
	ck_assert_uint_eq(talk->event_count, 1);
	for (size_t i = 0; i < TEST_COUNT(cases[_i].has); i++)
		check_event(talk, cases[_i].has[i], true);
	for (size_t i = 0; i < TEST_COUNT(cases[_i].lacks); i++)
		check_event(talk, cases[_i].lacks[i], false);
	talk_free(talk);
}
END_TEST

/* On one connection first a login's mail, then a stranger's, then again. */
START_TEST(each_message_by_itself)
{
	struct talk *talk = open_talk(HEAD, NULL);

	say_connect(talk, "192.0.2.1");
	say_helo(talk, "mail.example.com");
	for (int i = 0; i < 3; i++) {
		mail_of(talk, i == 1 ? "" : "ann");
		say_rcpt(talk, "r@else.example");
		say_message(talk, " u@example.com");
		ck_assert_uint_eq(talk->event_count, i + 1u);
		check_event(talk, "\"spf\":\"fail\"", i == 1);
		/* What was found out about the connection lasts. */
		check_event(talk, "\"iprev\":\"pass\"", i >= 1);
		check_event(talk, "policy.iprev", i == 1);
	}
	talk_free(talk);
}
END_TEST

/* A rule waits for what was held, and the MTA does not wait so long. */
START_TEST(what_was_held_can_be_late)
{
	struct engine_options options = talk_options();
	struct talk *talk;

	options.own_networks = &own;
	options.own_network_count = 1;
	talk = talk_with("DELAY 60000\n",
	    HEAD "at connect { reject when iprev == temperror; }\n", options);
	session_connect(talk->conn, &(struct session_client){
	    .ip = own.ip }, answered, talk);
	ck_assert(!talk->done);
	session_expire(talk->conn);
	ck_assert_int_eq(outcome(talk), ACTION_REJECT);
	talk_free(talk);
}
END_TEST

TCase *
held_tests(void)
{
	TCase *tc = tcase_create("held");

	tcase_add_loop_test(tc, strangers_questions, 0, TEST_COUNT(cases));
	tcase_add_test(tc, each_message_by_itself);
	tcase_add_test(tc, what_was_held_can_be_late);
	return tc;
}
