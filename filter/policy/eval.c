#include "base/limits.h"
#include "policy/eval.h"

const char *
policy_truth_name(enum policy_truth truth)
{
	static const char *const names[] = {
		[POLICY_FALSE] = "false", [POLICY_TRUE] = "true",
		[POLICY_UNKNOWN] = "unknown", [POLICY_PENDING] = "pending",
	};

	return names[truth];
}

static enum policy_truth
truth_of(unsigned values)
{
	if (values == TRUE_)
		return POLICY_TRUE;
	if (values == FALSE_)
		return POLICY_FALSE;
	return values == UNKNOWN_ ? POLICY_UNKNOWN : POLICY_PENDING;
}

static struct str
value_read(const struct eval *eval, enum fact_id id)
{
	struct fact running;

	if (fact_is_running(id)) {
		running = policy_running(eval->env->arena, &eval->run, id);
		return fact_as_text(eval->env->arena, id, &running);
	}
	if (!facts_known(eval->env->facts, id))
		return STR("pending");
	return fact_as_text(eval->env->arena, id,
	    facts_get(eval->env->facts, id));
}

/* Where nothing turned on it, it was not asked. */
static struct policy_read
call_read(const struct eval *eval, const struct call *call)
{
	const struct fact *answer = &eval->calls[call->number];
	struct arena *arena = eval->env->arena;

	struct str value = answer->state == FACT_PENDING ? STR("not asked") :
	    value_as_text(arena, call->function->result, answer);

	if (answer->state == FACT_UNKNOWN && answer->text.len > 0)
		value = arena_printf(arena, "unknown (%.*s)",
		    STR_ARG(answer->text));
	return (struct policy_read){ arena_z(arena, call->text), value };
}

static void
add_step(struct eval *eval, const struct rule *rule, unsigned values)
{
	VEC(struct policy_read) reads = { 0 };

	if (eval->trace == NULL)
		return;
	for (int id = 0; id < FACT_COUNT; id++)
		if (fact_bits_has(&rule->reads, (enum fact_id)id))
			VEC_PUSH(eval->env->arena, &reads,
			    (struct policy_read){ fact_table[id].name,
			    value_read(eval, (enum fact_id)id) });
	for (size_t i = 0; i < rule->call_count; i++)
		VEC_PUSH(eval->env->arena, &reads,
		    call_read(eval, rule->calls[i]));
	VEC_PUSH(eval->env->arena, &eval->trace->steps, (struct policy_step){
	    .rule = { rule->place.source->path, rule->place.line, rule->stage,
	    rule->action, rule->shadow }, .truth = truth_of(values),
	    .reads = reads.at, .read_count = reads.count });
}

static enum policy_status
eval_rule(struct eval *eval, const struct rule *rule, bool *fires_out,
    enum fact_id *pending_out)
{
	unsigned values = TRUE_;

	if (rule->when != NULL)
		values = eval_cond(eval, rule->when);
	add_step(eval, rule, values);
	*fires_out = values == TRUE_;
	if (!eval_settled(values) && (values & TRUE_) != 0) {
		*pending_out = eval_find_pending(eval, rule->when, TRUE_);
		return POLICY_WAIT;
	}
	if (*fires_out &&
	    (template_pending(&rule->text, eval, rule, pending_out) ||
	    template_pending(&rule->tag_value, eval, rule, pending_out)))
		return POLICY_WAIT;
	return POLICY_DECIDED;
}

static unsigned
functions_of(const struct rule *rule)
{
	unsigned bits = 0;

	for (size_t i = 0; i < rule->call_count; i++)
		bits |= 1u << (rule->calls[i]->function - function_table);
	return bits;
}

static struct policy_rule
fired_rule(const struct eval *eval, const struct rule *rule)
{
	return (struct policy_rule){
		.number = rule->number,
		.action = rule->action, .shadow = rule->shadow,
		.asks = functions_of(rule),
		.file = rule->place.source->path, .line = rule->place.line,
		.stage = rule->stage, .code = rule->code,
		.enhanced = rule->enhanced,
		.text = template_expand(&rule->text, eval, rule,
		    LIMIT_REPLY_TEXT_OCTETS),
		.score = rule->score, .symbol = rule->symbol,
		.tag = rule->tag, .tag_name = rule->tag_name,
		.tag_value = template_expand(&rule->tag_value, eval, rule,
		    LIMIT_TAG_OCTETS),
	};
}

/* A symbol is listed once, however often it is scored. */
static void
add_score(struct eval *eval, const struct rule *rule)
{
	struct policy_run *run = &eval->run;

	run->score += rule->score;
	eval->epoch++;
	if (rule->symbol.len == 0)
		return;
	for (size_t i = 0; i < run->symbols.count; i++)
		if (str_eq(run->symbols.at[i], rule->symbol))
			return;
	VEC_PUSH(eval->env->arena, &run->symbols, rule->symbol);
}

/*
 * What the rules behind one that waits ask of functions, so that they are
 * answered together.  Nothing comes of the rules.
 */
static void
ask_ahead(struct eval *eval, const struct policy *policy, enum stage stage,
    size_t from)
{
	eval->trace = NULL;
	for (size_t i = from; policy->calls.count > 0 &&
	    i < policy->rules[stage].count; i++)
		if (policy->rules[stage].at[i]->when != NULL)
			eval_cond(eval, policy->rules[stage].at[i]->when);
}

static enum policy_status
run_stage(const struct policy *policy, enum stage stage,
    const struct policy_env *env, struct policy_trace *trace,
    struct policy_run *run, const struct policy_rule **rule_out,
    enum fact_id *pending_out)
{
	struct eval eval = { .env = env, .run = *run, .trace = trace };
	struct policy_run *next = &eval.run;
	const struct rule *end = NULL;
	bool fires;

	if (!run->ended) {
		eval.memo = arena_alloc(env->arena,
		    policy->define_count * sizeof(*eval.memo));
		eval.looks = arena_alloc(env->arena, policy->looks.count);
		eval.calls = arena_alloc(env->arena,
		    policy->calls.count * sizeof(*eval.calls));
	}
	for (size_t i = 0; !run->ended && end == NULL &&
	    i < policy->rules[stage].count; i++) {
		const struct rule *rule = policy->rules[stage].at[i];

		if (eval_rule(&eval, rule, &fires, pending_out) ==
		    POLICY_WAIT) {
			ask_ahead(&eval, policy, stage, i + 1);
			return POLICY_WAIT;
		}
		if (!fires)
			continue;
		if (!rule->shadow && rule->action == ACTION_SCORE)
			add_score(&eval, rule);
		VEC_PUSH(env->arena, &next->fired, fired_rule(&eval, rule));
		if (!rule->shadow && action_ends(rule->action))
			end = rule;
	}
	*rule_out = NULL;
	if (end != NULL) {
		struct policy_rule *last = arena_alloc(env->arena,
		    sizeof(*last));

		*last = next->fired.at[next->fired.count - 1];
		*rule_out = last;
		next->ended = end->action == ACTION_ACCEPT ||
		    end->action == ACTION_BYPASS;
	}
	if (!run->ended)
		*run = *next;
	return POLICY_DECIDED;
}

enum policy_status
policy_eval(const struct policy *policy, enum stage stage,
    const struct policy_env *env, struct policy_run *run,
    const struct policy_rule **rule_out, enum fact_id *pending_out)
{
	return run_stage(policy, stage, env, NULL, run, rule_out, pending_out);
}

void
policy_decide(const struct policy_rule *rule,
    const struct policy_rule **decided_by, bool *ends)
{
	const struct policy_rule *held = *decided_by;

	if (rule == NULL)
		return;
	*ends = rule->action != ACTION_QUARANTINE;
	if (held == NULL || held->action != ACTION_QUARANTINE ||
	    (rule->action != ACTION_ACCEPT &&
	    rule->action != ACTION_QUARANTINE))
		*decided_by = rule;
}

void
policy_explain(const struct policy *policy, enum stage stage,
    const struct policy_env *env, const struct policy_run *run,
    struct policy_trace *trace)
{
	struct policy_run copy = *run;
	const struct policy_rule *rule;
	enum fact_id pending;

	/* A push would write behind the end of the run's own array. */
	copy.fired.size = copy.fired.count;
	copy.symbols.size = copy.symbols.count;
	run_stage(policy, stage, env, trace, &copy, &rule, &pending);
}
