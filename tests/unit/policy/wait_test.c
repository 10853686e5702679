#include "tests/unit/policy/policy_test.h"

#include <string.h>

#include "base/buf.h"

/* "wait X / not: Y": the condition waits for X, its negation for Y. */
static const struct {
	const char *expr, *facts, *truth;
} cases[] = {
	{ "spf == fail", "spf=~", "wait spf" },
	{ "spf in { fail }", "spf=~", "wait spf" },
	{ "subject matches /x/", "subject=~", "wait subject" },
	{ "auth.user is set", "auth.user=~", "wait auth.user" },
	{ "auth.user is unknown", "auth.user=~", "wait auth.user" },
	{ "dmarc.test", "dmarc.test=~", "wait dmarc.test" },
	{ "from.domain in dkim.domains", "from.domain=a dkim.domains=~",
	  "wait dkim.domains" },
	{ "mail.from == from", "mail.from=a@b from=~", "wait from" },
	{ "mail.from == from", "mail.from=~ from=~", "wait mail.from" },
	{ "rcpt.count + 1 > 2", "rcpt.count=~", "wait rcpt.count" },
	{ "1 - rcpt.count > mail.size - 4", "rcpt.count=3 mail.size=~",
	  "wait mail.size" },
	{ "any rcpt in { b.example }", "rcpt.accepted=~",
	  "wait rcpt.accepted" },
	{ "all rcpt == mail.from", "rcpt.accepted=a@b,c@d mail.from=~",
	  "wait mail.from" },
	{ "any rcpt == mail.from", "rcpt.accepted=- mail.from=~", "false" },
	{ "any rcpt != mail.from", "rcpt.accepted=a@b mail.from=~",
	  "wait mail.from" },
	/* none is unequal to whatever comes */
	{ "mail.from == from", "mail.from=- from=~", "false" },
	{ "from.domain in dkim.domains", "from.domain=- dkim.domains=~",
	  "false" },
	/* false and pending is false; true or pending is true */
	{ "spf == fail and dkim == fail", "spf=pass dkim=~", "false" },
	{ "dkim == fail and spf == fail", "spf=pass dkim=~", "false" },
	{ "spf == fail or dkim == fail", "spf=fail dkim=~", "true" },
	{ "dkim == fail or spf == fail", "spf=fail dkim=~", "true" },
	{ "spf == fail and dkim == fail", "spf=fail dkim=~", "wait dkim" },
	{ "spf == fail or dkim == fail", "spf=pass dkim=~", "wait dkim" },
	/* unknown and pending is never true, but may be false */
	{ "spf == fail and dkim == fail", "spf=? dkim=~",
	  "continue / not: wait dkim" },
	{ "spf == fail or dkim == fail", "spf=? dkim=~",
	  "wait dkim / not: continue" },
	{ "dkim == fail and spf == fail and iprev == fail",
	  "spf=? dkim=~ iprev=~", "continue / not: wait dkim" },
	/* only what can still turn the whole is waited for */
	{ "(spf == fail or dkim == fail) and dmarc == fail",
	  "spf=fail dkim=~ dmarc=~", "wait dmarc" },
	{ "(spf == fail and dkim == fail) or dmarc == fail",
	  "spf=pass dkim=~ dmarc=~", "wait dmarc" },
	{ "(spf == fail and dkim == fail) or dmarc == fail",
	  "spf=? dkim=~ dmarc=~", "wait dmarc / not: wait dkim" },
	{ "not (spf == fail or dkim == fail)", "spf=fail dkim=~", "false" },
	{ "not (spf == fail or dkim == fail)", "spf=pass dkim=~",
	  "wait dkim" },
};

START_TEST(pending_facts)
{
	struct arena *arena = arena_new();

	ck_assert_str_eq(truth_of(arena, cases[_i].expr, cases[_i].facts),
	    cases[_i].truth);
	arena_free(arena);
}
END_TEST

/* All nine pairs of and, or over true, false, unknown, plus pending. */
static const char *const values[] = { "true", "false", "?", "~" };
static const char *const names[] = { "true", "false", "unknown",
    "wait dmarc.alignment.spf" };
static const struct {
	const char *and[4], *or[4];
} kleene[] = {
	{ { "true", "false", "unknown", "wait dmarc.test" },
	  { "true", "true", "true", "true" } },
	{ { "false", "false", "false", "false" },
	  { "true", "false", "unknown", "wait dmarc.test" } },
	{ { "unknown", "false", "unknown",
	    "continue / not: wait dmarc.test" },
	  { "true", "unknown", "unknown",
	    "wait dmarc.test / not: continue" } },
	{ { "wait dmarc.alignment.spf", "false",
	    "continue / not: wait dmarc.alignment.spf",
	    "wait dmarc.alignment.spf" },
	  { "true", "wait dmarc.alignment.spf",
	    "wait dmarc.alignment.spf / not: continue",
	    "wait dmarc.alignment.spf" } },
};

START_TEST(truth_tables)
{
	struct arena *arena = arena_new();
	int left = _i / 4, right = _i % 4;
	const char *facts = arena_printf(arena,
	    "dmarc.alignment.spf=%s dmarc.test=%s", values[left],
	    values[right]).ptr;

	ck_assert_str_eq(truth_of(arena, "dmarc.alignment.spf", facts),
	    names[left]);
	ck_assert_str_eq(truth_of(arena, "dmarc.alignment.spf and dmarc.test",
	    facts), kleene[left].and[right]);
	ck_assert_str_eq(truth_of(arena, "dmarc.alignment.spf or dmarc.test",
	    facts), kleene[left].or[right]);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *rules, *facts, *outcome;
} waits[] = {
	/* an earlier rule that may fire holds up a later one */
	{ "at message {\naccept when spf == pass;\nreject;\n}", "spf=~",
	  "wait spf" },
	{ "at message {\nreject when dkim == fail;\n"
	  "accept when spf == pass;\n}", "spf=~ dkim=fail",
	  "reject 550 5.7.20 no DKIM signature is valid @3" },
	/* the text of a rule that fires is waited for, of no other rule */
	{ "at message {\nreject \"%{dmarc.reason}\" when spf == fail;\n}",
	  "spf=fail dmarc.reason=~", "wait dmarc.reason" },
	{ "at message {\nreject \"%{dmarc.reason}\" when spf == fail;\n}",
	  "spf=pass dmarc.reason=~", "continue" },
	{ "at message {\ntag \"X-A\" \"%{dmarc.reason}\";\n}",
	  "dmarc.reason=~", "wait dmarc.reason" },
	{ "define d = spf == fail or dkim == fail;\n"
	  "at message {\nreject \"x\" when d;\n}", "dkim=~", "wait dkim" },
};

START_TEST(rules_wait)
{
	struct arena *arena = arena_new();
	struct policy *policy = policy_from(arena_printf(arena,
	    "policy \"t\" mode enforce;\n%s\n", waits[_i].rules).ptr);

	ck_assert_str_eq(outcome_of(arena, policy, STAGE_MESSAGE,
	    waits[_i].facts), waits[_i].outcome);
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

START_TEST(waiting_changes_nothing)
{
	struct policy *policy = policy_from("policy \"t\" mode enforce;\n"
	    "at message { score 1; note \"n\"; score 2 when spf == fail; }");
	struct arena *arena = arena_new();
	struct fact_set facts;
	struct policy_env env = { .facts = &facts, .arena = arena };
	struct policy_run run = { .score = 4 };
	const struct policy_rule untouched, *rule = &untouched;
	enum fact_id pending;

	facts_from(arena, &facts, "spf=~");
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(policy_eval(policy, STAGE_MESSAGE, &env,
		    &run, &rule, &pending), POLICY_WAIT);
	ck_assert_int_eq(pending, FACT_ID_SPF);
	ck_assert_ptr_eq(rule, &untouched);
	ck_assert_uint_eq(run.fired.count, 0);
	ck_assert(run.score == 4);
	facts_word(&facts, FACT_ID_SPF, WORD_FAIL);
	ck_assert_int_eq(policy_eval(policy, STAGE_MESSAGE, &env, &run, &rule,
	    &pending), POLICY_DECIDED);
	ck_assert_uint_eq(run.fired.count, 3);
	ck_assert(run.score == 7);
	ck_assert_ptr_null(rule);
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

/* What each rule saw, up to the one that ends the stage or waits. */
static const struct {
	const char *facts, *said;
} traces[] = {
	{ "spf=fail iprev=? client.ip=192.0.2.1",
	  "4 unknown iprev=unknown; 5 true; "
	  "6 true client.ip=192.0.2.1 spf=fail score=1;" },
	{ "spf=pass dkim=~", "4 false iprev=none; 5 true; "
	  "6 false client.ip=none spf=pass score=1; 7 pending dkim=pending;" },
	{ "spf=pass dkim=pass", "4 false iprev=none; 5 true; "
	  "6 false client.ip=none spf=pass score=1; 7 false dkim=pass; "
	  "8 true;" },
};

START_TEST(rules_are_explained)
{
	struct policy *policy = policy_from("policy \"t\" mode enforce;\n"
	    "define d = client.ip is set and spf == fail and score > 0;\n"
	    "at message {\nnote \"1\" when iprev == fail;\nscore 1;\n"
	    "reject when d;\ntempfail when dkim == fail;\n"
	    "shadow reject;\n}");
	struct arena *arena = arena_new();
	struct fact_set facts;
	struct policy_env env = { .facts = &facts, .arena = arena };
	struct policy_run run = { .score = 0 };
	struct policy_trace trace = { .steps = { 0 } };
	struct buf said;

	facts_from(arena, &facts, traces[_i].facts);
	policy_explain(policy, STAGE_MESSAGE, &env, &run, &trace);
	ck_assert_uint_eq(run.fired.count, 0);
	ck_assert(run.score == 0);
	buf_init(&said, arena, 1000);
	for (size_t i = 0; i < trace.steps.count; i++) {
		const struct policy_step *step = &trace.steps.at[i];

		buf_printf(&said, "%s%u %s", i > 0 ? " " : "",
		    step->rule.line, policy_truth_name(step->truth));
		for (size_t j = 0; j < step->read_count; j++)
			buf_printf(&said, " %s=%.*s", step->reads[j].fact,
			    STR_ARG(step->reads[j].value));
		buf_addc(&said, ';');
	}
	assert_str(buf_str(&said), traces[_i].said);
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

TCase *
wait_tests(void)
{
	TCase *tc = tcase_create("wait");

	tcase_add_loop_test(tc, pending_facts, 0, TEST_COUNT(cases));
	tcase_add_loop_test(tc, truth_tables, 0, 16);
	tcase_add_loop_test(tc, rules_wait, 0, TEST_COUNT(waits));
	tcase_add_test(tc, waiting_changes_nothing);
	tcase_add_loop_test(tc, rules_are_explained, 0, TEST_COUNT(traces));
	return tc;
}
