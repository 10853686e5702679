#include "tests/unit/policy/policy_test.h"

#include <string.h>

#include "base/limits.h"

static const struct {
	const char *text, *facts, *expanded;
} cases[] = {
	{ "plain", "", "plain" },
	{ "100%%", "", "100%" },
	{ "%%{spf}", "", "%{spf}" },
	{ "a \\\"b\\\" \\\\", "", "a \"b\" \\" },
	{ "%{spf}", "spf=softfail", "softfail" },
	{ "%{spf}", "", "none" },
	{ "%{spf}", "spf=?", "unknown" },
	{ "%{client.ip}", "client.ip=2001:db8::1", "2001:db8::1" },
	{ "%{client.ip}", "", "none" },
	{ "<%{from}>", "from=a@b.example", "<a@b.example>" },
	{ "<%{mail.from}>", "mail.from=''", "<>" },
	{ "%{rcpt.count} %{message.size}", "rcpt.count=3 message.size=1048576",
	  "3 1048576" },
	{ "%{dmarc.test}%{dmarc.alignment.spf}",
	  "dmarc.test=true dmarc.alignment.spf=false", "truefalse" },
	{ "%{dkim.domains}", "dkim.domains=a.example,b.example",
	  "a.example, b.example" },
	{ "%{score}", "", "1.5" },
	{ "%{policy.file}:%{policy.line}", "", "test.policy:4" },
	/* what a stranger wrote cannot leave the line or reach a terminal */
	{ "%{subject}", "subject=a\r\nb", "a??b" },
	{ "%{subject}", "subject=\x1b[31m\x7f\t", "?[31m??" },
	{ "%{subject}", "subject=gr\xc3\xbc\xc3\x9f", "gr????" },
	{ "%{subject}", "subject=%{spf}%%", "%{spf}%%" },
	{ "%{dkim.domains}", "dkim.domains=a\r\nX:y", "a??X:y" },
};

START_TEST(texts_are_expanded)
{
	struct arena *arena = arena_new();
	struct policy *policy = policy_from(arena_printf(arena,
	    "policy \"t\" mode enforce;\nat message {\nscore 1.5;\n"
	    "reject \"%s\";\n}", cases[_i].text).ptr);

	ck_assert_str_eq(outcome_of(arena, policy, STAGE_MESSAGE,
	    cases[_i].facts), arena_printf(arena,
	    "score | reject 550 5.7.1 %s @4", cases[_i].expanded).ptr);
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

static void
run_on_subject(const char *rule, size_t len, char fill,
    struct policy_rule *fired_out, struct arena *arena)
{
	struct policy *policy = policy_from(arena_printf(arena,
	    "policy \"t\" mode enforce; at message { %s }", rule).ptr);
	struct fact_set facts;
	struct policy_env env = { .facts = &facts, .arena = arena };
	struct policy_run run = { 0 };
	const struct policy_rule *last;
	enum fact_id pending;
	char *text = arena_alloc(arena, len);

	memset(text, fill, len);
	memset(&facts, 0, sizeof(facts));
	facts_text(&facts, FACT_ID_SUBJECT, str_make(text, len));
	ck_assert_int_eq(policy_eval(policy, STAGE_MESSAGE, &env, &run, &last,
	    &pending), POLICY_DECIDED);
	*fired_out = run.fired.at[0];
	policy_unref(policy);
}

START_TEST(texts_are_cut)
{
	struct arena *arena = arena_new();
	struct policy_rule rule;

	run_on_subject("reject \"%{subject}\";", 100000, 'x', &rule, arena);
	ck_assert_uint_eq(rule.text.len, LIMIT_REPLY_TEXT_OCTETS);
	run_on_subject("tag \"X-A\" \"%{subject}\";", 100000, '\n', &rule,
	    arena);
	ck_assert_uint_eq(rule.tag_value.len, LIMIT_TAG_OCTETS);
	ck_assert_uint_eq(str_chr(rule.tag_value, '\n'), LIMIT_TAG_OCTETS);
	ck_assert_uint_eq(str_chr(rule.tag_value, '?'), 0);
	run_on_subject("note \"%{subject}\";", 3, '\0', &rule, arena);
	assert_str(rule.text, "???");
	arena_free(arena);
}
END_TEST

TCase *
text_tests(void)
{
	TCase *tc = tcase_create("text");

	tcase_add_loop_test(tc, texts_are_expanded, 0, TEST_COUNT(cases));
	tcase_add_test(tc, texts_are_cut);
	return tc;
}
