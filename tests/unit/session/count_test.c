/*
 * What sessions add to the metrics.  libcheck runs each test in a process of
 * its own, so all begin at 0.
 */
#include <string.h>

#include "base/limits.h"
#include "event/event.h"
#include "metrics/text.h"
#include "session/connection.h"
#include "session_test.h"
#include "talk.h"

static const char zone[] =
    "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "bad.example. TXT \"v=spf1 -all\"\n";

static const char rules[] = "policy \"t\" mode enforce;\n"
    "at mail { reject \"no\" when mail.from == \"d@out.example\"; }\n"
    "at rcpt {\n"
    "reject \"no\" when rcpt == \"no@example.org\";\n"
    "}\n"
    "at message {\n"
    "score 2 \"a\" when spf == fail;\n"
    "shadow reject \"s\" when spf == fail;\n"
    "quarantine \"q\" when score > 1;\n"
    "}\n";

static bool
has_line(const char *line)
{
	struct arena *arena = arena_new();
	struct buf buf;
	bool has;

	buf_init(&buf, arena, LIMIT_METRICS_OCTETS);
	ck_assert(metrics_text(&buf));
	buf_addc(&buf, '\0');
	has = strstr(buf.ptr, arena_printf(arena, "\n%s\n", line).ptr) != NULL;
	arena_free(arena);
	return has;
}

static void
assert_lines(const char *const *lines)
{
	for (; *lines != NULL; lines++)
		ck_assert_msg(has_line(*lines), "not there: %s", *lines);
}

static void
say_one(struct talk *talk, const char *from, const char *rcpt)
{
	say_mail(talk, from);
	if (talk->action == ACTION_REJECT)
		return;
	say_rcpt(talk, "yes@example.org");
	if (rcpt != NULL)
		say_rcpt(talk, rcpt);
	say_message(talk, from);
}

START_TEST(messages_are_counted)
{
	static const char *const lines[] = {
		"assay_messages_total{stage=\"message\",verdict=\"accept\"} 2",
		"assay_messages_total{stage=\"message\","
		"verdict=\"quarantine\"} 1",
		"assay_messages_total{stage=\"mail\",verdict=\"reject\"} 1",
		"assay_messages_total{stage=\"rcpt\",verdict=\"reject\"} 0",
		"assay_answers_total{stage=\"connect\",verdict=\"continue\"} "
		"1",
		"assay_answers_total{stage=\"helo\",verdict=\"continue\"} 1",
		"assay_answers_total{stage=\"mail\",verdict=\"continue\"} 3",
		"assay_answers_total{stage=\"mail\",verdict=\"reject\"} 1",
		"assay_answers_total{stage=\"rcpt\",verdict=\"continue\"} 3",
		"assay_answers_total{stage=\"rcpt\",verdict=\"reject\"} 1",
		"assay_answers_total{stage=\"message\","
		"verdict=\"continue\"} 2",
		"assay_answers_total{stage=\"message\","
		"verdict=\"quarantine\"} 1",
		"assay_answer_duration_seconds_count{stage=\"rcpt\"} 4",
		"assay_message_duration_seconds_count 3",
		"assay_message_size_bytes_count 3",
		"assay_message_size_bytes_bucket{le=\"1024\"} 3",
		"assay_messages_late_total 0",
		"assay_not_enforced_total{verdict=\"reject\"} 0",
		NULL };
	static const char *const fired[] = {
		"assay_rule_fires_total{rule=\"test.policy:2\","
		"action=\"reject\",stage=\"mail\",shadow=\"no\"} 1",
		"assay_rule_fires_total{rule=\"test.policy:4\","
		"action=\"reject\",stage=\"rcpt\",shadow=\"no\"} 1",
		"assay_rule_fires_total{rule=\"test.policy:7\","
		"action=\"score\",stage=\"message\",shadow=\"no\"} 1",
		"assay_rule_fires_total{rule=\"test.policy:8\","
		"action=\"reject\",stage=\"message\",shadow=\"yes\"} 1",
		"assay_rule_fires_total{rule=\"test.policy:9\","
		"action=\"quarantine\",stage=\"message\",shadow=\"no\"} 1",
		NULL };
	static const char *const results[] = {
		"assay_authentication_results_total{method=\"spf\","
		"result=\"pass\"} 2",
		"assay_authentication_results_total{method=\"spf\","
		"result=\"fail\"} 1",
		"assay_authentication_results_total{method=\"dkim\","
		"result=\"none\"} 3",
		"assay_check_duration_seconds_count{check=\"spf\"} 4",
		"assay_check_duration_seconds_count{check=\"iprev\"} 1",
		"assay_checks_unfinished_total{check=\"spf\"} 0",
		NULL };
	struct talk *talk = talk_new(zone, rules, false);

	open_session(talk);
	say_one(talk, "a@example.com", NULL);
	say_one(talk, "b@example.com", "no@example.org");
	say_one(talk, "c@bad.example", NULL);
	say_one(talk, "d@out.example", NULL);
	assert_lines(lines);
	assert_lines(fired);
	assert_lines(results);
	talk_free(talk);
	/* Its rules are gone with it. */
	ck_assert(!has_line(fired[0]));
}
END_TEST

START_TEST(what_is_not_enforced_is_counted)
{
	static const char *const lines[] = {
		"assay_messages_total{stage=\"message\",verdict=\"accept\"} 1",
		"assay_messages_total{stage=\"message\",verdict=\"reject\"} 0",
		"assay_not_enforced_total{verdict=\"reject\"} 1",
		NULL };
	struct talk *talk = talk_new(zone, "policy \"t\" mode monitor;\n"
	    "at message { reject \"no\" when spf == fail; }\n", false);

	open_session(talk);
	say_one(talk, "c@bad.example", NULL);
	assert_lines(lines);
	talk_free(talk);
}
END_TEST

/* Labels by number are those of the enums. */
START_TEST(words_are_those_of_the_enums)
{
	struct talk *talk = talk_new("", "policy \"t\" mode monitor;\n",
	    false);

	for (unsigned i = 0; i < STAGE_COUNT; i++)
		ck_assert_str_eq(metric_word(LABEL_STAGE, i),
		    stage_name((enum stage)i));
	for (unsigned i = 0; i <= ACTION_QUARANTINE; i++)
		ck_assert_str_eq(metric_word(LABEL_VERDICT, i),
		    action_name((enum action)i));
	for (unsigned i = 0; i + 1 < LABEL_SIZE_RESULT; i++)
		ck_assert_str_eq(metric_word(LABEL_RESULT, i),
		    word_name((enum word)i));
	for (unsigned i = 0; i <= DNS_TIMEOUT; i++)
		ck_assert(str_eqz_nocase(str_from(metric_word(LABEL_ANSWER,
		    i)), dns_status_name((enum dns_status)i)));
	for (unsigned i = 0; i < CHECK_COUNT; i++) {
		ck_assert_str_eq(metric_word(LABEL_CHECK, i),
		    check_table[i].name);
		ck_assert_str_eq(metric_word(LABEL_WAIT, i),
		    check_table[i].name);
	}
	for (unsigned i = 0; i < EVENT_WAIT_COUNT; i++)
		ck_assert_str_eq(metric_word(LABEL_WAIT, CHECK_COUNT + i),
		    event_wait_name((enum event_wait)i));
	ck_assert_int_eq(STORE_KINDS, LABEL_SIZE_STORE_OP);
	ck_assert_int_eq(1 << LABEL_SIZE_DIFFERENCE,
	    EVENT_SHADOW_TAGS << 1);
	talk_free(talk);
}
END_TEST

TCase *
count_tests(void)
{
	TCase *tests = tcase_create("count");

	tcase_add_test(tests, messages_are_counted);
	tcase_add_test(tests, what_is_not_enforced_is_counted);
	tcase_add_test(tests, words_are_those_of_the_enums);
	return tests;
}
