#include "policy/eval.h"

/* Only a recipient's rules speak of one alone. */
static bool
surely_ends(const struct rule *rule, unsigned values)
{
	return values == TRUE_ && !rule->shadow && action_ends(rule->action) &&
	    rule->stage != STAGE_RCPT;
}

static void
ask_lists(struct eval *eval, const struct rule *rule)
{
	for (size_t i = 0; i < rule->call_count; i++) {
		struct fact result = { .state = FACT_PENDING };

		if (rule->calls[i]->function->asks_list)
			eval_ask(eval, rule->calls[i], false, &result);
	}
}

/* False: nothing of the later stages is reached. */
static bool
look_at_stage(struct eval *eval, const struct policy *policy, int stage)
{
	for (size_t i = 0; i < policy->rules[stage].count; i++) {
		const struct rule *rule = policy->rules[stage].at[i];
		unsigned values = rule->when == NULL ? TRUE_ :
		    eval_cond(eval, rule->when);

		if ((values & TRUE_) == 0)
			continue;
		ask_lists(eval, rule);
		if (surely_ends(rule, values))
			return rule->action == ACTION_QUARANTINE;
	}
	return true;
}

void
policy_ahead(const struct policy *policy, unsigned stages,
    const struct policy_env *env)
{
	struct eval eval = { .env = env, .ahead = true };
	bool asks = false;

	for (size_t i = 0; i < policy->calls.count && !asks; i++)
		asks = policy->calls.at[i]->function->asks_list;
	if (!asks)
		return;
	eval.memo = arena_alloc(env->arena,
	    policy->define_count * sizeof(*eval.memo));
	eval.looks = arena_alloc(env->arena, policy->looks.count);
	eval.calls = arena_alloc(env->arena,
	    policy->calls.count * sizeof(*eval.calls));
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		if ((stages & 1u << stage) != 0 &&
		    !look_at_stage(&eval, policy, stage))
			return;
}
