/*
 * Tags of bounce addresses in a session: facts, answers, and the envelope that
 * the MTA is told to use.  Day 675 of its thousand.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session_test.h"
#include "talk.h"

static const char zone[] = "example.com. TXT \"v=spf1 +all\"\n";

static const char refusing[] = "policy \"t\" mode enforce;\n"
    "at rcpt { reject 550 5.7.1 \"tag %{bounce.tag}\"\n"
    "    when bounce.tag in { missing, expired, forged }; }\n";
static const char lenient[] = "policy \"t\" mode enforce;\n"
    "at message { tag \"X-Tag\" \"%{bounce.tag}\" when bounce.tag is set; }\n";

static const char *const domains[] = { "example.com" };
static const char *const no_tags[] = { "news@example.com" };

static struct talk *
talk_of(const char *policy, struct bounce **bounce_out)
{
	char path[] = "/tmp/envelope_test.XXXXXX";
	struct engine_options options = talk_options();
	struct diag *diag = diag_new();
	int fd = mkstemp(path);
	FILE *out = fdopen(fd, "w");

	fputs("0 0123456789abcdef\n", out);
	fclose(out);
	*bounce_out = bounce_new(&(struct bounce_options){ .keys_file = path,
	    .domains = domains, .domain_count = 1, .except_from = no_tags,
	    .except_from_count = 1, .days = 7 }, diag);
	ck_assert_ptr_nonnull(*bounce_out);
	unlink(path);
	diag_free(diag);
	options.bounce = *bounce_out;
	return talk_with(zone, policy, options);
}

/* The hashes were computed by Python's hmac module. */
static const struct {
	const char *from, *rcpt;
	enum action action;
	const char *text;
} rcpts[] = {
	{ "", "prvs=0682c65d36=u@example.com", ACTION_CONTINUE, "" },
	{ "", "prvs=0674b08bf7=u@example.com", ACTION_REJECT, "tag expired" },
	{ "", "prvs=0682abcdef=u@example.com", ACTION_REJECT, "tag forged" },
	{ "", "u@example.com", ACTION_REJECT, "tag missing" },
	{ "", "news@example.com", ACTION_CONTINUE, "" },
	{ "", "u@example.org", ACTION_CONTINUE, "" },
	{ "", "prvs=0682abcdef=u@example.org", ACTION_CONTINUE, "" },
	{ "x@example.net", "u@example.com", ACTION_CONTINUE, "" },
	{ "x@example.net", "prvs=0682abcdef=u@example.com", ACTION_REJECT,
	    "tag forged" },
};

START_TEST(a_tag_is_judged_at_rcpt)
{
	struct bounce *bounce;
	struct talk *talk = talk_of(refusing, &bounce);

	open_session(talk);
	say_mail(talk, rcpts[_i].from);
	ck_assert_int_eq(say_rcpt(talk, rcpts[_i].rcpt), rcpts[_i].action);
	ck_assert_str_eq(talk->text, rcpts[_i].text);
	talk_free(talk);
	bounce_free(bounce);
}
END_TEST

START_TEST(each_recipient_has_its_tag)
{
	struct bounce *bounce;
	struct talk *talk = talk_of(refusing, &bounce);

	open_session(talk);
	say_mail(talk, "");
	ck_assert_int_eq(say_rcpt(talk, "u@example.com"), ACTION_REJECT);
	ck_assert_int_eq(say_rcpt(talk, "prvs=0682c65d36=u@example.com"),
	    ACTION_CONTINUE);
	ck_assert_int_eq(say_message(talk, " u@example.com"),
	    ACTION_CONTINUE);
	ck_assert_uint_eq(talk->rcpt_change_count, 1);
	ck_assert_str_eq(talk->rcpt_changes[0],
	    "prvs=0682c65d36=u@example.com to u@example.com");
	ck_assert_str_eq(talk->new_from, "");
	assert_event_has(talk, 0, "\"bounce_tag\":\"missing\"");
	assert_event_has(talk, 0, "\"bounce_tag\":\"valid\"");
	assert_event_has(talk, 0, "\"bounce.tag\":\"valid\"");
	talk_free(talk);
	bounce_free(bounce);
}
END_TEST

START_TEST(what_passes_loses_its_tag)
{
	struct bounce *bounce;
	struct talk *talk = talk_of(lenient, &bounce);

	open_session(talk);
	say_mail(talk, "");
	say_rcpt(talk, "prvs=0682abcdef=u@example.com");
	say_rcpt(talk, "u2@example.com");
	say_message(talk, " u@example.com");
	ck_assert_uint_eq(talk->rcpt_change_count, 1);
	ck_assert_str_eq(talk->rcpt_changes[0],
	    "prvs=0682abcdef=u@example.com to u@example.com");
	assert_edit(talk, 1, "add X-Tag 0: forged");
	talk_free(talk);
	bounce_free(bounce);
}
END_TEST

static const struct {
	const char *user, *from, *new_from, *event;
} leaving[] = {
	{ "ann", "u@example.com", "prvs=0682c65d36=u@example.com",
	    "\"bounce_tag\":{\"from\":\"prvs=0682c65d36=u@example.com\"}" },
	{ "ann", "news@example.com", "", "\"bounce_tag\":{\"why_not\":"
	    "\"its sender is in bounce_except_from\"}" },
	{ "ann", "", "", "\"bounce_tag\":{\"why_not\":"
	    "\"it is a bounce itself\"}" },
	{ "", "u@example.com", "", "\"troubles\":[]}" },	/* a stranger */
};

START_TEST(our_mail_leaves_with_a_tag)
{
	struct bounce *bounce;
	struct talk *talk = talk_of(lenient, &bounce);
	struct session_mail mail = { .from = str_from(leaving[_i].from),
	    .auth_user = str_from(leaving[_i].user) };

	open_session(talk);
	session_mail(talk->conn, &mail, answered, talk);
	outcome(talk);
	say_rcpt(talk, "r@example.net");
	say_message(talk, " u@example.com");
	ck_assert_str_eq(talk->new_from, leaving[_i].new_from);
	ck_assert_uint_eq(talk->rcpt_change_count, 0);
	assert_event_has(talk, 0, leaving[_i].event);
	ck_assert_int_eq(strstr(talk->events[0], "\"bounce_tag\":{") != NULL,
	    leaving[_i].user[0] != '\0');
	talk_free(talk);
	bounce_free(bounce);
}
END_TEST

START_TEST(mail_that_is_refused_keeps_its_envelope)
{
	struct bounce *bounce;
	struct talk *talk = talk_of("policy \"t\" mode enforce;\n"
	    "at message { reject; }\n", &bounce);

	open_session(talk);
	say_mail(talk, "");
	say_rcpt(talk, "prvs=0682abcdef=u@example.com");
	ck_assert_int_eq(say_message(talk, " u@example.com"), ACTION_REJECT);
	ck_assert_uint_eq(talk->rcpt_change_count, 0);
	talk_free(talk);
	bounce_free(bounce);
}
END_TEST

TCase *
envelope_tests(void)
{
	TCase *tc = tcase_create("envelope");

	tcase_add_loop_test(tc, a_tag_is_judged_at_rcpt, 0, TEST_COUNT(rcpts));
	tcase_add_test(tc, each_recipient_has_its_tag);
	tcase_add_test(tc, what_passes_loses_its_tag);
	tcase_add_loop_test(tc, our_mail_leaves_with_a_tag, 0,
	    TEST_COUNT(leaving));
	tcase_add_test(tc, mail_that_is_refused_keeps_its_envelope);
	return tc;
}
