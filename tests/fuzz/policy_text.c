/*
 * A policy from any text: mistakes or a policy that can be evaluated.  And the
 * same text as the tests of one: mistakes or cases that can be run.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "policy/test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 0: all none, 1: all unknown, 2: all pending. */
static void
fill(struct arena *arena, struct fact_set *facts, int how)
{
	*facts = (struct fact_set){ .arena = arena };
	for (int id = 0; id < FACT_COUNT && how < 2; id++) {
		if (how == 0)
			facts_none(facts, (enum fact_id)id);
		else
			facts_unknown(facts, (enum fact_id)id, STR("fuzz"));
	}
}

static void
evaluate(const struct policy *policy, int how)
{
	struct arena *arena = arena_new();
	struct fact_set facts;
	struct policy_env env = { .facts = &facts, .arena = arena };
	struct policy_run run = { 0 };

	fill(arena, &facts, how);
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		const struct policy_rule *rule;
		enum fact_id pending;

		if (policy_eval(policy, (enum stage)stage, &env, &run, &rule,
		    &pending) == POLICY_WAIT)
			ensure(how == 2 && !facts_known(&facts, pending));
	}
	arena_free(arena);
}

static void
run_tests(struct str text)
{
	struct diag *diag = diag_new();
	struct policy_tests *tests = policy_tests_load_text(
	    "/nonexistent/fuzz.test", text, diag);
	struct policy *policy = policy_load_text("fuzz.policy",
	    STR("policy \"t\" mode enforce;\n"
	    "at message { reject \"%{subject}\" when spf == fail;\n"
	    "note \"%{from}\" when header(\"X-A\") matches /a+/; }"), diag);

	ensure((tests == NULL) == (diag_count(diag, DIAG_ERROR) > 0));
	for (size_t i = 0; tests != NULL && i < policy_tests_count(tests);
	    i++) {
		struct policy_test_result result;
		struct arena *arena = arena_new();

		policy_tests_run(tests, i, policy, NULL, arena, &result);
		arena_free(arena);
	}
	policy_unref(policy);
	policy_tests_free(tests);
	diag_free(diag);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag *diag = diag_new();
	struct policy *policy = policy_load_text("/nonexistent/fuzz.policy",
	    str_make(data, size), diag);

	ensure((policy == NULL) == (diag_count(diag, DIAG_ERROR) > 0));
	ensure(diag_total(diag) <= LIMIT_POLICY_ERRORS + 1);
	for (int how = 0; policy != NULL && how < 3; how++)
		evaluate(policy, how);
	policy_unref(policy);
	diag_free(diag);
	run_tests(str_make(data, size));
	return 0;
}
