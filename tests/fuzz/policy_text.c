/* A policy from any text: mistakes or a policy that can be evaluated. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 0: all none, 1: all unknown, 2: all pending. */
static void
fill(struct fact_set *facts, int how)
{
	memset(facts, 0, sizeof(*facts));
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

	fill(&facts, how);
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		const struct policy_rule *rule;
		enum fact_id pending;

		if (policy_eval(policy, (enum stage)stage, &env, &run, &rule,
		    &pending) == POLICY_WAIT)
			ensure(how == 2 && !facts_known(&facts, pending));
	}
	arena_free(arena);
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
	return 0;
}
