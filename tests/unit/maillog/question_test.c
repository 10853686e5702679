/*
 * What is asked of outcomes, and what goes together.
 */
#include "maillog/question.h"

#include <stdio.h>
#include <string.h>

#include "maillog/list.h"
#include "tests/unit/maillog/maillog_test.h"

#define SECOND	INT64_C(1000000)

/* "is=held|status=sent"; false: one of them is none. */
static bool
read_question(struct outcome_question *question, const char *words)
{
	static const struct {
		const char *name;
		enum outcome_ask ask;
	} asks[] = {
		{ "is", OUTCOME_ASK_IS }, { "status", OUTCOME_ASK_STATUS },
		{ "domain", OUTCOME_ASK_DOMAIN },
		{ "reason", OUTCOME_ASK_REASON },
		{ "code", OUTCOME_ASK_CODE },
		{ "enhanced", OUTCOME_ASK_ENHANCED },
		{ "took", OUTCOME_ASK_TOOK }, { "from", OUTCOME_ASK_FROM },
		{ "to", OUTCOME_ASK_TO },
	};
	struct str rest = str_from(words), word, name;
	bool ok = true;

	*question = (struct outcome_question){ .is = 0 };
	while (rest.len > 0 && str_next(&rest, '|', &word)) {
		size_t i = 0;

		ck_assert(str_next(&word, '=', &name));
		while (!str_eqz(name, asks[i].name))
			i++;
		ok = outcome_question_add(question, asks[i].ask, word) && ok;
	}
	return ok;
}

/* ---- what is a question ---- */

static const struct {
	const char	*words;
	bool		good;
} read_cases[] = {
	{ "is=held", true }, { "is=Own-Bounce", true }, { "is=", false },
	{ "is=green", false }, { "status=untried", true },
	{ "status=passed on", false }, { "status=", false },
	{ "domain=(local)", true }, { "domain=", false },
	{ "reason=", true }, { "reason=<*>: no", true },
	{ "code=550", true }, { "code=none", true }, { "code=5", false },
	{ "code=600", false }, { "code=55x", false }, { "code=", false },
	{ "enhanced=5.1.1", true }, { "enhanced=", false },
	{ "took=1s", true }, { "took=0", true }, { "took=250us", true },
	{ "took=2h", true }, { "took=", false }, { "took=1", false },
	{ "took=outgoing:5m", true }, { "took=in-queue:1ms", true },
	{ "took=spf:1s", false }, { "took=:1s", false },
	{ "took=outgoing:", false }, { "took=99999999999d", false },
	{ "from=<>", true }, { "from=", false }, { "to=.example", true },
};

START_TEST(what_is_a_question)
{
	struct outcome_question question;

	ck_assert_msg(read_question(&question, read_cases[_i].words) ==
	    read_cases[_i].good, "%s", read_cases[_i].words);
}
END_TEST

static const struct {
	const char	*words, *wrong;		/* a part of what is said */
} together[] = {
	{ "", NULL }, { "is=held|is=accepted|from=a@b", NULL },
	{ "is=put-off|is=outgoing|status=sent|took=1s", NULL },
	{ "is=event|is=unseen-event", NULL },
	{ "is=held|is=put-off", "some are of messages" },
	{ "is=held|is=event", "some are of messages" },
	{ "is=held|status=sent", "the other options are of recipients" },
	{ "is=event|domain=a", "the other options are of recipients" },
	{ "is=event|to=a", "ask assay log" },
	{ "is=unknown-line", NULL },
	{ "is=unknown-line|from=a", "lines have no --from" },
	{ "is=unknown-line|is=event", "some are of messages" },
};

START_TEST(what_goes_together)
{
	struct outcome_question question;
	const char *wrong;

	ck_assert(read_question(&question, together[_i].words));
	wrong = outcome_question_wrong(&question);
	if (together[_i].wrong == NULL)
		ck_assert_ptr_null(wrong);
	else
		ck_assert_ptr_nonnull(strstr(wrong, together[_i].wrong));
	if (_i > 0)
		return;
	question.tried_since_us = 1;
	ck_assert_ptr_null(outcome_question_wrong(&question));
	question.is = OUTCOME_BIT(OUTCOME_HELD);
	ck_assert_ptr_nonnull(outcome_question_wrong(&question));
}
END_TEST

/* ---- what is true of what ---- */

static const struct maillog_rcpt rcpts[] = {
	{ .address = STR_INIT("Bob@Sub.example.net"),
	  .result = MAILLOG_RESULT_SENT, .deferrals = 1, .remote = true,
	  .last_us = 100 * SECOND, .has_delay = true,
	  .delay_us = 60 * SECOND, .has_delays = true,
	  .delays_us = { 1, 2, 3 * SECOND, 4 } },
	{ .address = STR_INIT("root"), .result = MAILLOG_RESULT_PASSED,
	  .last_us = 100 * SECOND, .deferrals = 1 },
	{ .address = STR_INIT("eve@example.org"),
	  .result = MAILLOG_RESULT_DROPPED, .last_us = 100 * SECOND },
};

static const struct {
	const char	*words;
	const char	*found;		/* of the outcomes below */
} holds_cases[] = {
	{ "", "sent dropped untried" },
	{ "status=sent", "sent" }, { "status=discarded", "dropped" },
	{ "status=untried", "untried" }, { "is=put-off", "sent passed" },
	{ "is=put-off|status=sent", "sent" }, { "is=outgoing", "sent" },
	{ "domain=sub.EXAMPLE.net", "sent" }, { "domain=example.net", "" },
	{ "reason=later *", "sent" }, { "reason=later", "" },
	{ "code=450", "sent" }, { "code=none", "" }, { "code=451", "" },
	{ "enhanced=none", "sent" }, { "enhanced=4.7.1", "" },
	{ "took=60s", "sent" }, { "took=61s", "" },
	{ "took=outgoing:1s", "sent" }, { "took=other:1s", "" },
	{ "took=connecting:3s", "sent" }, { "took=connecting:4s", "" },
	{ "from=<>", "untried" },
	{ "from=ann@EXAMPLE.com", "sent dropped" },
	{ "from=example.com|to=.example.net", "sent" },
	{ "to=bob@sub.example.net", "sent" }, { "to=example.net", "" },
	{ "is=accepted", "message" }, { "is=held", "" },
	{ "is=accepted|to=eve@example.org", "message" },
	{ "is=accepted|to=root", "" }, { "is=bounce", "message" },
	{ "is=unanswering", "late" }, { "is=unanswering|is=bounce", "late" },
	{ "is=unknown-line", "line" },
	{ "is=event", "event" }, { "is=unseen-event", "event" },
};

START_TEST(what_holds)
{
	struct maillog_message message = { .sender = STR(
	    "ann@example.com") }, bounce = { .queued = true };
	struct maillog_reason reason = { .code = 450,
	    .text = STR("later *") };
	const struct accepted_mail mail = { .queue_id = "A" };
	struct maillog_rcpt first = rcpts[2];
	const unsigned bits = OUTCOME_BIT(OUTCOME_ACCEPTED) |
	    OUTCOME_BIT(OUTCOME_BOUNCE);
	const struct { const char *name; struct outcome outcome; } all[] = {
		{ "sent", { .rcpt = &rcpts[0], .message = &message,
		    .is = OUTCOME_BIT(OUTCOME_PUT_OFF) |
		    OUTCOME_BIT(OUTCOME_OUTGOING), .reason = &reason,
		    .domain = STR("sub.example.net") } },
		{ "passed", { .rcpt = &rcpts[1], .message = &message,
		    .is = OUTCOME_BIT(OUTCOME_PUT_OFF) |
		    OUTCOME_BIT(OUTCOME_OTHER), .domain = STR("(local)") } },
		{ "dropped", { .rcpt = &rcpts[2], .message = &message,
		    .is = OUTCOME_BIT(OUTCOME_OTHER) } },
		{ "untried", { .message = &bounce, .untried = 3 } },
		{ "message", { .level = OUTCOME_MESSAGE, .is = bits,
		    .message = &message } },
		{ "late", { .level = OUTCOME_MESSAGE, .late = true,
		    .is = bits | OUTCOME_BIT(OUTCOME_UNANSWERING),
		    .message = &bounce } },
		{ "line", { .level = OUTCOME_OF_LINE, .line = STR("x"),
		    .is = OUTCOME_BIT(OUTCOME_UNKNOWN_LINE) } },
		{ "event", { .level = OUTCOME_OF_EVENT, .event = &mail,
		    .is = OUTCOME_BIT(OUTCOME_EVENT) |
		    OUTCOME_BIT(OUTCOME_UNSEEN) } },
	};
	struct outcome_question question;
	char found[100] = "";

	message.rcpts.at = &first;
	message.rcpts.count = 1;
	ck_assert(read_question(&question, holds_cases[_i].words));
	for (int i = 0; i < TEST_COUNT(all); i++)
		if (outcome_question_holds(&question, &all[i].outcome))
			snprintf(found + strlen(found), sizeof(found) -
			    strlen(found), "%s%s", found[0] == '\0' ? "" :
			    " ", all[i].name);
	ck_assert_str_eq(found, holds_cases[_i].found);
}
END_TEST

START_TEST(tries_have_a_time)
{
	static const struct {
		int64_t since, until;
		int	found;
	} cases[] = {
		{ 100, 101, 1 }, { 99, 100, 0 }, { 101, 0, 0 }, { 100, 0, 1 },
		{ 0, 100, 0 }, { 0, 101, 1 },
	};
	struct maillog_message message = { .mta = MAILLOG_POSTFIX };

	for (int i = 0; i < TEST_COUNT(cases); i++) {
		struct outcome_question question = {
		    .tried_since_us = cases[i].since * SECOND,
		    .tried_until_us = cases[i].until * SECOND };
		int found = 0;

		/* What was passed on or dropped is in no column. */
		for (int k = 0; k < TEST_COUNT(rcpts); k++)
			found += outcome_question_holds(&question,
			    &(struct outcome){ .message = &message,
			    .rcpt = &rcpts[k] });
		ck_assert_int_eq(found, cases[i].found);
	}
}
END_TEST

/* ---- lines ---- */

START_TEST(lines_are_safe)
{
	struct maillog_message message = { .sender = STR("\x1b[2J\t@x"),
	    .queued = true, .queue_id = STR("4XQ"), .first_us = SECOND,
	    .host = STR("mx1") };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	outcome_list(out, &(struct outcome){ .level = OUTCOME_MESSAGE,
	    .is = OUTCOME_BIT(OUTCOME_ACCEPTED), .message = &message },
	    OUTCOME_PLAIN);
	message.sender = STR_NONE;
	outcome_list(out, &(struct outcome){ .message = &message,
	    .untried = 3 }, OUTCOME_PLAIN);
	outcome_list(out, &(struct outcome){ .message = &message,
	    .is = OUTCOME_BIT(OUTCOME_OTHER), .rcpt = &rcpts[0] },
	    OUTCOME_PLAIN);
	fclose(out);
	ck_assert_str_eq(text,
	    "1970-01-01 00:00:01\tmx1\t4XQ\taccepted\t?[2J @x\t-\t-\t-\t-\n"
	    "1970-01-01 00:00:01\tmx1\t4XQ\tuntried\t<>\t(3 of them)"
	    "\t-\t-\t-\n"
	    "1970-01-01 00:00:01\tmx1\t4XQ\tsent\t<>\tBob@Sub.example.net"
	    "\t60.0 s\t-\t-\n");
	free(text);
}
END_TEST

TCase *
question_cases(void)
{
	TCase *tcase = tcase_create("questions");

	tcase_add_loop_test(tcase, what_is_a_question, 0,
	    TEST_COUNT(read_cases));
	tcase_add_loop_test(tcase, what_goes_together, 0,
	    TEST_COUNT(together));
	tcase_add_loop_test(tcase, what_holds, 0, TEST_COUNT(holds_cases));
	tcase_add_test(tcase, tries_have_a_time);
	tcase_add_test(tcase, lines_are_safe);
	return tcase;
}
