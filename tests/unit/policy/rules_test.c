#include "tests/unit/policy/policy_test.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"

/* Rules that build on one another, and how a stage ends. */
static const struct {
	const char *rules, *facts, *outcome;
	enum stage stage;
} stages[] = {
	{ "at mail {\nreject when spf == fail;\naccept;\n}", "spf=fail",
	  "reject 550 5.7.23 SPF does not allow this client to send for the "
	  "domain @3", STAGE_MAIL },
	{ "at mail {\nreject when spf == fail;\naccept;\n}", "spf=pass",
	  "accept @4", STAGE_MAIL },
	{ "at mail {\nreject when spf == fail;\naccept;\n}", "spf=fail",
	  "continue", STAGE_RCPT },
	{ "at message {\nscore 2;\nscore 3.5 when score == 2;\n"
	  "quarantine when score == 5.5;\n}", "",
	  "score score | quarantine @5", STAGE_MESSAGE },
	{ "at message {\nscore 2;\nscore -2;\n"
	  "quarantine when score == 0;\n}", "",
	  "score score | quarantine @5", STAGE_MESSAGE },
	{ "define high = score >= 5;\nat message {\nnote \"1\" when high;\n"
	  "score 5;\ndiscard when high;\n}", "",
	  "score | discard @6", STAGE_MESSAGE },
	{ "at message {\nshadow score 9;\nshadow reject;\n"
	  "accept when score == 0;\n}", "",
	  "shadow score shadow reject | accept @5", STAGE_MESSAGE },
	{ "at message {\nnote \"a\";\n}\nat message {\nbypass;\n}", "",
	  "note | bypass @6", STAGE_MESSAGE },
	{ "define a = spf == fail;\ndefine b = a or dkim == fail;\n"
	  "at message {\nreject when b;\n}", "dkim=fail",
	  "reject 550 5.7.23 SPF does not allow this client to send for the "
	  "domain @5", STAGE_MESSAGE },
	/* what a rule reads first gives the reply its defaults */
	{ "at message {\nreject when spf_helo == fail;\n}", "spf_helo=fail",
	  "reject 550 5.7.23 SPF does not allow this client to use the HELO "
	  "name @3", STAGE_MESSAGE },
	{ "at message {\nreject when dkim != pass;\n}", "",
	  "reject 550 5.7.20 no DKIM signature is valid @3", STAGE_MESSAGE },
	{ "at message {\nreject \"x\" when dmarc.policy == reject;\n}",
	  "dmarc.policy=reject", "reject 550 5.7.1 x @3", STAGE_MESSAGE },
	{ "at message {\nreject \"x\" when iprev != pass and spf == fail;\n}",
	  "spf=fail", "reject 550 5.7.25 x @3", STAGE_MESSAGE },
	{ "at message {\nreject;\n}", "",
	  "reject 550 5.7.1 refused by the policy of this site @3",
	  STAGE_MESSAGE },
	{ "at message {\ntempfail;\n}", "",
	  "tempfail 451 4.7.1 try again later @3", STAGE_MESSAGE },
	{ "at message {\ntempfail when spf == temperror;\n}",
	  "spf=temperror", "tempfail 451 4.4.3 try again later @3",
	  STAGE_MESSAGE },
	{ "at message {\nreject 554 \"x\";\n}", "",
	  "reject 554 5.7.1 x @3", STAGE_MESSAGE },
	{ "at message {\nreject 5.6.0 \"x\";\n}", "",
	  "reject 550 5.6.0 x @3", STAGE_MESSAGE },
	{ "at message {\ntempfail 421 4.3.2;\n}", "",
	  "tempfail 421 4.3.2 try again later @3", STAGE_MESSAGE },
	/* symbols of scores */
	{ "at message {\nscore A 1;\nscore B 2 \"b\";\nscore A 1;\n"
	  "reject \"%{score} %{score.symbols}\" when any score.symbols == "
	  "\"b\" and score == 4;\n}", "",
	  "score score score | reject 550 5.7.1 4 A, B @6", STAGE_MESSAGE },
	{ "define a = \"A\" in score.symbols;\nat message {\n"
	  "accept when a;\nshadow score A 1;\naccept when a;\nscore A 0;\n"
	  "accept when a;\n}", "", "shadow score score | accept @8",
	  STAGE_MESSAGE },
	{ "at message {\naccept when score.symbols is set;\n"
	  "reject \"<%{score.symbols}>\";\n}", "",
	  "reject 550 5.7.1 <> @4", STAGE_MESSAGE },
	{ "at mail {\ntag add \"X-A\" \"1\";\ntag remove \"X-B\";\n"
	  "tag replace \"X-C\" \"\xc3\xbc %{mail.from}\";\n"
	  "tag subject \"[x]\";\n}", "", "tag tag tag tag | continue",
	  STAGE_MAIL },
	/* sections */
	{ "on listener \"a\" {\nat mail { accept; }\n}\n"
	  "at mail { discard; }", "listener=A", "accept @3", STAGE_MAIL },
	{ "on listener \"a\" {\nat mail { accept; }\n}\n"
	  "at mail { discard; }", "listener=b", "discard @5", STAGE_MAIL },
	{ "on listener \"a\" {\nat mail { accept; }\n}\n"
	  "at mail { discard; }", "listener=-", "discard @5", STAGE_MAIL },
	{ "on listener in { \"a\", \"b\" } {\nat mail { accept when spf == "
	  "fail; }\n}", "listener=b spf=fail", "accept @3", STAGE_MAIL },
	{ "on listener in { \"a\", \"b\" } {\nat mail { accept when spf == "
	  "fail; }\n}", "listener=b spf=pass", "continue", STAGE_MAIL },
	{ "on listener in { \"a\", \"b\" } {\nat mail { accept when spf == "
	  "fail; }\n}", "listener=c spf=fail", "continue", STAGE_MAIL },
	{ "on listener in { \"a\", \"b\" } {\nat mail { accept when spf == "
	  "fail; }\n}", "listener=c spf=~", "continue", STAGE_MAIL },
	{ "on listener in { \"a\", \"b\" } {\nat mail { accept when spf == "
	  "fail; }\n}", "listener=b spf=~", "wait spf", STAGE_MAIL },
	{ "on port in { 465, 587 } {\nat mail { accept; }\n}",
	  "listener.port=587", "accept @3", STAGE_MAIL },
	{ "on port in { 465, 587 } {\nat mail { accept; }\n}",
	  "listener.port=25", "continue", STAGE_MAIL },
	{ "on socket \"[2001:db8::1]:587\" {\nat mail { accept; }\n}",
	  "listener.address=2001:db8::1 listener.port=587", "accept @3",
	  STAGE_MAIL },
	{ "on socket \"[2001:db8::1]:587\" {\nat mail { accept; }\n}",
	  "listener.address=2001:db8::2 listener.port=587", "continue",
	  STAGE_MAIL },
	{ "on socket \"192.0.2.1:25\" {\nat mail { accept; }\n}",
	  "listener.address=192.0.2.1 listener.port=587", "continue",
	  STAGE_MAIL },
	/* every action */
	{ "at connect {\ndiscard \"x\";\n}", "", "discard x @3",
	  STAGE_CONNECT },
	{ "at connect {\nquarantine \"x %{client.ip}\";\n}", "",
	  "quarantine x none @3", STAGE_CONNECT },
	{ "at helo {\nbypass \"x\";\n}", "", "bypass x @3", STAGE_HELO },
};

START_TEST(rules_in_order)
{
	struct arena *arena = arena_new();
	struct policy *policy = policy_from(arena_printf(arena,
	    "policy \"t\" mode enforce;\n%s\n", stages[_i].rules).ptr);

	ck_assert_str_eq(outcome_of(arena, policy, stages[_i].stage,
	    stages[_i].facts), stages[_i].outcome);
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

START_TEST(a_run_goes_through_the_stages)
{
	struct policy *policy = policy_from("policy \"t\" mode monitor;\n"
	    "at connect { score 1 \"c\"; }\nat mail { score 2; }\n"
	    "at rcpt { tag \"X-A\" \"%{rcpt.count}\"; accept; }\n");
	struct arena *arena = arena_new();
	struct fact_set facts;
	struct policy_env env = { .facts = &facts, .arena = arena };
	struct policy_run run = { 0 };
	const struct policy_rule *rule;
	enum fact_id pending;

	facts_from(arena, &facts, "");
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		ck_assert_int_eq(policy_eval(policy, (enum stage)stage, &env,
		    &run, &rule, &pending), POLICY_DECIDED);
	ck_assert(run.ended);
	ck_assert_ptr_null(rule);		/* the last stage did not run */
	ck_assert(run.score == 3);
	ck_assert_uint_eq(run.fired.count, 4);
	assert_str(run.fired.at[0].text, "c");
	ck_assert_int_eq(run.fired.at[0].stage, STAGE_CONNECT);
	assert_str(run.fired.at[2].tag_name, "X-A");
	assert_str(run.fired.at[2].tag_value, "none");
	ck_assert_int_eq(run.fired.at[3].action, ACTION_ACCEPT);
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

START_TEST(a_policy_tells_what_it_needs)
{
	struct policy *policy = policy_from("policy \"t\" mode enforce;\n"
	    "define d = dkim == fail;\n"
	    "at connect { shadow reject when iprev == fail; }\n"
	    "at helo { score 1; }\n"
	    "at mail { tempfail \"%{spf.reason}\" when spf == temperror; }\n"
	    "at rcpt { note \"x\"; }\n"
	    "at message { tag \"X-A\" \"%{from}\" when d; }");

	ck_assert_str_eq(policy_name(policy), "t");
	ck_assert(policy_enforces(policy));
	ck_assert(!policy_can_act(policy, STAGE_CONNECT));
	ck_assert(!policy_can_act(policy, STAGE_HELO));
	ck_assert(policy_can_act(policy, STAGE_MAIL));
	ck_assert(policy_can_act(policy, STAGE_RCPT));
	ck_assert(!policy_can_act(policy, STAGE_MESSAGE));
	ck_assert(policy_reads(policy, FACT_ID_SPF));
	ck_assert(policy_reads(policy, FACT_ID_SPF_REASON));
	ck_assert(policy_reads(policy, FACT_ID_DKIM));
	ck_assert(policy_reads(policy, FACT_ID_FROM));
	ck_assert(policy_reads(policy, FACT_ID_IPREV));
	ck_assert(!policy_reads(policy, FACT_ID_DMARC));
	ck_assert(!policy_reads(policy, FACT_ID_RCPT));
	policy_unref(policy);
}
END_TEST

/* Which listener it is, is known only after what is asked for is agreed. */
START_TEST(sections_act_wherever_one_does)
{
	struct policy *policy = policy_from("policy \"t\" mode enforce;\n"
	    "on listener \"a\" { at mail { reject when spf == fail; } }\n"
	    "on port 25 { at helo { reject; } }\n");

	ck_assert(!policy_can_act(policy, STAGE_CONNECT));
	ck_assert(policy_can_act(policy, STAGE_HELO));
	ck_assert(policy_can_act(policy, STAGE_MAIL));
	ck_assert(!policy_can_act(policy, STAGE_RCPT));
	ck_assert(policy_reads(policy, FACT_ID_LISTENER));
	ck_assert(policy_reads(policy, FACT_ID_LISTENER_PORT));
	policy_unref(policy);
}
END_TEST

/* What the MTA is not told of it need not wait for. */
START_TEST(an_accept_is_not_told)
{
	struct policy *policy = policy_from("policy \"t\" mode enforce;\n"
	    "at connect { accept when client.ip in 127.0.0.0/8; }\n"
	    "at helo { bypass when helo == \"own.example\"; }\n"
	    "at mail { quarantine when spf == fail; }\n"
	    "at message { quarantine when spf == fail; }\n");

	ck_assert(!policy_can_act(policy, STAGE_CONNECT));
	ck_assert(policy_can_act(policy, STAGE_HELO));
	ck_assert(!policy_can_act(policy, STAGE_MAIL));
	ck_assert(policy_can_act(policy, STAGE_MESSAGE));
	policy_unref(policy);
}
END_TEST

START_TEST(a_monitor_policy_never_acts)
{
	struct policy *policy = policy_from("policy \"t\" mode monitor;\n"
	    "at mail { reject; }\nat rcpt { reject; }\n");
	struct arena *arena = arena_new();

	ck_assert(!policy_enforces(policy));
	ck_assert(!policy_can_act(policy, STAGE_MAIL));
	ck_assert(!policy_can_act(policy, STAGE_RCPT));
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_MAIL, ""),
	    "reject 550 5.7.1 refused by the policy of this site @2");
	policy_unref(policy_ref(policy));
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

/* 200 levels of defines that each use the last one twice: 2^200 if careless. */
START_TEST(defines_are_evaluated_once)
{
	struct arena *arena = arena_new();
	struct str text = arena_printf(arena, "policy \"t\" mode enforce;\n"
	    "define d0 = score > 5 or spf == fail;\n");
	uint64_t start = clock_ms();
	struct policy *policy;

	for (int i = 1; i < 60; i++)
		text = arena_printf(arena, "%.*sdefine d%d = d%d or d%d;\n",
		    STR_ARG(text), i, i - 1, i - 1);
	text = arena_printf(arena, "%.*sat message { reject when d59; }",
	    STR_ARG(text));
	policy = policy_from(text.ptr);
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_MESSAGE, ""),
	    "continue");
	ck_assert_uint_lt(clock_ms() - start, 20000);
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

TCase *
rules_tests(void)
{
	TCase *tc = tcase_create("rules");

	tcase_add_loop_test(tc, rules_in_order, 0, TEST_COUNT(stages));
	tcase_add_test(tc, a_run_goes_through_the_stages);
	tcase_add_test(tc, a_policy_tells_what_it_needs);
	tcase_add_test(tc, sections_act_wherever_one_does);
	tcase_add_test(tc, an_accept_is_not_told);
	tcase_add_test(tc, a_monitor_policy_never_acts);
	tcase_add_test(tc, defines_are_evaluated_once);
	return tc;
}
