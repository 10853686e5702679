/*
 * The shadow policy: what it would have done is in the event, and nothing of
 * it is done.
 */
#include "talk.h"
#include "tests/unit/session/session_test.h"

#include <string.h>

static const char zone[] =
    "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "forged.example. TXT \"v=spf1 -all\"\n";

static struct talk *
talk_beside(const char *policy_text, const char *shadow_text)
{
	struct engine_options options = talk_options();
	struct diag *diag = diag_new();
	struct talk *talk;

	options.shadow = policy_load_text("next.policy",
	    str_from(shadow_text), diag);
	options.shadow_file = STR("next");
	if (options.shadow == NULL)
		diag_print(diag, stderr);
	ck_assert_ptr_nonnull(options.shadow);
	diag_free(diag);
	talk = talk_with(zone, policy_text, options);
	policy_unref(options.shadow);
	return talk;
}

#define T	"policy \"t\" mode enforce;\n"
#define NONE	"\"rcpts\":[]"

/* Mail of u@forged.example to a@ and b@mx.example, which passes T. */
static const struct {
	const char *policy, *shadow, *decided, *end;
	enum action action;
} messages[] = {
	{ T "", T "", "\"decided\":{\"action\":\"accept\"",
	  NONE ",\"differs\":false,\"differences\":[]}", ACTION_CONTINUE },
	{ T "", T "at message { reject when spf == fail; }",
	  "\"verdict\":{\"action\":\"reject\",\"code\":550,"
	  "\"enhanced\":\"5.7.23\",", NONE ",\"differs\":true,"
	  "\"differences\":[\"verdict\"]}", ACTION_CONTINUE },
	{ T "at message { reject when spf == fail; }",
	  T "at message { reject 554 5.7.1 \"no\" when spf == fail; }",
	  "\"decided\":{\"action\":\"reject\",\"code\":554,",
	  "\"differences\":[]}", ACTION_REJECT },
	{ T "at message { reject when spf == fail; }", T "",
	  "\"decided\":{\"action\":\"accept\"",
	  "\"differences\":[\"verdict\"]}", ACTION_REJECT },
	{ T "", "policy \"s\" mode monitor; at mail { reject; }",
	  "\"mode\":\"monitor\",\"verdict\":{\"action\":\"accept\",\"code\":"
	  "null,\"enhanced\":null,\"text\":null,\"file\":null,\"line\":null},"
	  "\"decided\":{\"action\":\"reject\"",
	  "\"differences\":[\"verdict\"]}", ACTION_CONTINUE },
	{ T "at mail { score 1; }", T "at mail { score 2.5; }",
	  "\"score\":2.5", "\"differences\":[\"score\"]}", ACTION_CONTINUE },
	{ T "", T "at message { tag \"X-A\" \"b\"; }",
	  "\"decided\":{\"action\":\"accept\"",
	  "\"differences\":[\"tags\"]}", ACTION_CONTINUE },
	{ T "at message { tag \"X-A\" \"b\"; }",
	  T "at message { note \"x\"; tag \"X-A\" \"b\"; }",
	  "\"decided\":{\"action\":\"accept\"", "\"differences\":[]}",
	  ACTION_CONTINUE },
	{ T "at message { tag \"X-A\" \"b\"; }",
	  T "at message { tag \"X-A\" \"c\"; }",
	  "\"decided\":{\"action\":\"accept\"", "\"differences\":[\"tags\"]}",
	  ACTION_CONTINUE },
	{ T "", T "at rcpt { reject 550 5.1.1 \"no\" when rcpt == "
	  "\"b@mx.example\"; }", "\"decided\":{\"action\":\"accept\"",
	  "\"rcpts\":[{\"address\":\"b@mx.example\",\"action\":\"reject\","
	  "\"code\":550,\"enhanced\":\"5.1.1\",\"text\":\"no\",\"file\":"
	  "\"next.policy\",\"line\":2}],\"differs\":true,"
	  "\"differences\":[\"rcpts\"]}", ACTION_CONTINUE },
	{ T "at rcpt { reject when rcpt == \"b@mx.example\"; }", T "",
	  "\"decided\":{\"action\":\"accept\"",
	  "\"rcpts\":[{\"address\":\"b@mx.example\",\"action\":\"accept\"}],"
	  "\"differs\":true,\"differences\":[\"rcpts\"]}",
	  ACTION_CONTINUE },
	{ T "", T "at rcpt { reject when rcpt != \"\"; }",
	  "\"decided\":{\"action\":\"reject\"",
	  "\"differences\":[\"verdict\",\"rcpts\"]}", ACTION_CONTINUE },
	{ T "", T "on listener \"smtpd\" { at mail { reject; } }",
	  "\"decided\":{\"action\":\"reject\"",
	  "\"differences\":[\"verdict\"]}", ACTION_CONTINUE },
	{ T "", T "on listener \"submission\" { at mail { reject; } }",
	  "\"decided\":{\"action\":\"accept\"", "\"differences\":[]}",
	  ACTION_CONTINUE },
	{ T "", T "at message { reject when header(\"X-A\") == \"b\" and "
	  "message.size > 10; }", "\"decided\":{\"action\":\"reject\"",
	  "\"differences\":[\"verdict\"]}", ACTION_CONTINUE },
	{ T "at message { quarantine \"h\"; }",
	  T "at connect { quarantine \"h\"; }",
	  "\"decided\":{\"action\":\"quarantine\"", "\"differences\":[]}",
	  ACTION_QUARANTINE },
};

START_TEST(it_is_told_and_not_done)
{
	struct talk *talk = talk_beside(messages[_i].policy,
	    messages[_i].shadow);

	ck_assert_int_eq(say_connect(talk, "192.0.2.1"), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, "mail.example.com"),
	    ACTION_CONTINUE);
	ck_assert_int_eq(say_mail(talk, "u@forged.example"),
	    ACTION_CONTINUE);
	say_rcpt(talk, "a@mx.example");
	say_rcpt(talk, "b@mx.example");
	say_field(talk, "X-A", " b");
	ck_assert_int_eq(say_message(talk, " u@forged.example"),
	    messages[_i].action);
	assert_event_has(talk, 0, "\"shadow_policy\":{\"file\":\"next\"");
	assert_event_has(talk, 0, messages[_i].decided);
	assert_event_has(talk, 0, messages[_i].end);
	talk_free(talk);
}
END_TEST

/* What the running policy ends early the shadow policy sees as far as that. */
START_TEST(it_goes_as_far_as_the_running_one)
{
	struct talk *talk = talk_beside(T "at mail { reject; }",
	    T "at message { reject; }");

	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@example.com"), ACTION_REJECT);
	assert_event_has(talk, 0, "\"decided\":{\"action\":\"accept\"");
	assert_event_has(talk, 0, "\"differences\":[\"verdict\"]");
	talk_free(talk);
}
END_TEST

/* Nobody waits for it: what is on its way when the answer is given counts as
 * unknown. */
START_TEST(it_waits_for_nothing)
{
	struct engine_options options = talk_options();
	struct diag *diag = diag_new();
	struct talk *talk;

	options.shadow = policy_load_text("next.policy", STR(T
	    "at mail { reject when spf == pass; note \"u\" when spf is "
	    "unknown; tempfail when spf is unknown; }"), diag);
	ck_assert_ptr_nonnull(options.shadow);
	diag_free(diag);
	talk = talk_with("slow.example. TXT DELAY=4s \"v=spf1 +all\"\n",
	    T "at mail { reject; }", options);
	policy_unref(options.shadow);
	open_session(talk);
	ck_assert_int_eq(say_mail(talk, "u@slow.example"), ACTION_REJECT);
	assert_event_has(talk, 0, "\"decided\":{\"action\":\"tempfail\"");
	talk_free(talk);
}
END_TEST

START_TEST(none_is_not_mentioned)
{
	struct talk *talk = talk_new(zone, T, false);

	open_session(talk);
	say_mail(talk, "u@example.com");
	say_message(talk, " u@example.com");
	ck_assert_ptr_null(strstr(talk->events[0], "shadow_policy"));
	talk_free(talk);
}
END_TEST

TCase *
shadow_tests(void)
{
	TCase *tc = tcase_create("shadow");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, it_is_told_and_not_done, 0,
	    TEST_COUNT(messages));
	tcase_add_test(tc, it_goes_as_far_as_the_running_one);
	tcase_add_test(tc, it_waits_for_nothing);
	tcase_add_test(tc, none_is_not_mentioned);
	return tc;
}
