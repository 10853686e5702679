/*
 * Signals that need more than a header: answers that go elsewhere (DNS), and
 * facts that reach a policy from the settings and from MAIL.
 */
#include "talk.h"

#include <stdio.h>
#include <string.h>

#include "mail/protect.h"
#include "tests/unit/session/session_test.h"

static const char zone[] =
    "_dmarc.example.com TXT \"v=DMARC1; p=none\"\n"
    "_dmarc.example.net TXT \"v=DMARC1; p=none\"\n"
    "_dmarc.broken.example TXT SERVFAIL\n";

static const char policy[] =
    "policy \"t\" mode enforce;\n"
    "at message {\n"
    "    reject \"elsewhere\" when reply_to.elsewhere;\n"
    "    reject \"unknown\" when reply_to.elsewhere is unknown;\n"
    "    reject \"here\" when reply_to.elsewhere is set;\n"
    "}\n";

static const struct {
	const char *from, *reply_to, *answer;
} replies[] = {
	{ "a@example.com", NULL, "" },
	{ "a@example.com", "b@example.com", "here" },
	{ "a@mail.example.com", "b@news.example.com", "here" },
	{ "a@example.com", "b@EXAMPLE.com", "here" },
	{ "a@example.com", "b@example.net", "elsewhere" },
	{ "a@example.com", "b@example.com, c@example.net", "elsewhere" },
	{ "a@example.com", "b@broken.example", "unknown" },
	{ "a@example.com", "b@broken.example, c@example.net", "elsewhere" },
	{ "a@broken.example", "b@example.com", "unknown" },
	{ "a@broken.example", "b@broken.example", "here" },
	{ "a@example.com", "nobody", "" },
	{ "a@example.com, b@example.net", "c@example.org", "" },
	/* a fifth domain is not asked for */
	{ "a@example.com", "a@a.example.com, b@b.example.com, "
	  "c@c.example.com, d@d.example.com, e@example.net", "unknown" },
};

START_TEST(answers_go_elsewhere)
{
	struct talk *talk = talk_new(zone, policy, false);

	open_session(talk);
	say_mail(talk, "x@example.com");
	say_rcpt(talk, "joe@example.org");
	say_field(talk, "From", replies[_i].from);
	if (replies[_i].reply_to != NULL)
		say_field(talk, "Reply-To", replies[_i].reply_to);
	ck_assert_int_eq(say_end(talk), replies[_i].answer[0] == '\0' ?
	    ACTION_CONTINUE : ACTION_REJECT);
	ck_assert_str_eq(talk->text, replies[_i].answer);
	talk_free(talk);
}
END_TEST

START_TEST(protected_names_come_from_settings)
{
	static const char *const names[] = { "Ann Boss" };
	struct engine_options options = talk_options();
	struct protect *protect = protect_new(&(struct protect_options){
	    .names = names, .name_count = 1 });
	struct talk *talk;

	options.checks.protect = protect;
	talk = talk_with("", "policy \"t\" mode enforce;\nat message {\n"
	    "reject \"%{from.name_protected}, %{from.name}\"\n"
	    "    when from.name_protected is set and not mail.smtputf8;\n}\n",
	    options);
	open_session(talk);
	say_mail(talk, "x@example.com");
	say_rcpt(talk, "joe@example.org");
	say_field(talk, "From", "=?utf-8?Q?BOSS=2C_ann?= <x@example.com>");
	ck_assert_int_eq(say_end(talk), ACTION_REJECT);
	ck_assert_str_eq(talk->text, "Ann Boss, BOSS, ann");
	talk_free(talk);
	protect_free(protect);
}
END_TEST

/* Facts that no policy reads are not found out, and not in the event. */
START_TEST(nobody_asks)
{
	struct talk *talk = talk_new("", "policy \"t\" mode enforce;\n", false);

	open_session(talk);
	say_mail(talk, "x@example.com");
	say_rcpt(talk, "joe@example.org");
	ck_assert_int_eq(say_message(talk, "x@example.com"),
	    ACTION_CONTINUE);
	ck_assert_ptr_null(strstr(talk->events[0], "header.faults"));
	ck_assert_ptr_null(strstr(talk->events[0], "from.lookalike"));
	talk_free(talk);
}
END_TEST

static const struct {
	const char *scores, *tests, *stars;
} scores[] = {
	{ "", "none", "none" },
	{ "score A 0.9;", "A", "none" },
	{ "score A -3;", "A", "none" },
	{ "score 2.9;", "none", "**" },
	{ "score A 1; score B 1; score A 1; shadow score C 1;", "A,B",
	  "***" },
	{ "score A 1; score B 1; score C 1; score D 1; score E 1; score F 1; "
	  "score G 1; score H 1; score I 0.5;", "A,B,C,D, E,F,G,H, I",
	  "********" },
	{ "score A 1000;", "A", "**************************************"
	  "************" },
};

/* As the fields of others have them, and in the event at the end. */
START_TEST(a_score_as_text)
{
	char text[600], part[200];
	struct talk *talk;

	snprintf(text, sizeof(text), "policy \"t\" mode enforce;\n"
	    "at message { %s tag \"X-T\" \"%%{score.tests}\";\n"
	    "tag \"X-L\" \"%%{score.stars}\"; score Z 1000; }\n",
	    scores[_i].scores);
	talk = talk_new("", text, false);
	open_session(talk);
	say_mail(talk, "x@example.com");
	say_rcpt(talk, "joe@example.org");
	ck_assert_int_eq(say_message(talk, "x@example.com"),
	    ACTION_CONTINUE);
	snprintf(part, sizeof(part), "\"value\":\"%s\"", scores[_i].tests);
	assert_event_has(talk, 0, part);
	snprintf(part, sizeof(part), "\"value\":\"%s\"", scores[_i].stars);
	assert_event_has(talk, 0, part);
	assert_event_has(talk, 0, "Z\",\"score.stars\":\"**********");
	talk_free(talk);
}
END_TEST

TCase *
signals_tests(void)
{
	TCase *tc = tcase_create("signals");

	tcase_add_loop_test(tc, answers_go_elsewhere, 0,
	    TEST_COUNT(replies));
	tcase_add_test(tc, protected_names_come_from_settings);
	tcase_add_test(tc, nobody_asks);
	tcase_add_loop_test(tc, a_score_as_text, 0, TEST_COUNT(scores));
	return tc;
}
