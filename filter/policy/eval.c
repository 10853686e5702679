#include <math.h>

#include "base/limits.h"
#include "policy/bound.h"

/*
 * The values that a condition can still have, as a set of bits.  What is known
 * has one bit; a fact on its way leaves several.  A rule fires on TRUE alone,
 * and is worth waiting for while TRUE is one of several.
 */
enum { FALSE_ = 1, TRUE_ = 2, UNKNOWN_ = 4, ANY = FALSE_ | TRUE_ | UNKNOWN_ };

struct memo {
	unsigned	values;		/* 0: not evaluated */
	unsigned	epoch;
};

struct eval {
	const struct policy_env	*env;
	double			 score;
	unsigned		 epoch;		/* changes with the score */
	struct memo		*memo;		/* one a define */
	struct fact		*calls;		/* of functions; pending: not
						 * made, or on its way */
	struct policy_trace	*trace;		/* or NULL */
	struct fact		 item;		/* that any or all looks at */
};

static unsigned eval_cond(struct eval *eval, const struct cond *cond);

static bool
settled(unsigned values)
{
	return (values & (values - 1)) == 0;
}

static unsigned
truth(bool is)
{
	return is ? TRUE_ : FALSE_;
}

static unsigned
eval_not(unsigned v)
{
	return (v & UNKNOWN_) | ((v & TRUE_) != 0 ? FALSE_ : 0) |
	    ((v & FALSE_) != 0 ? TRUE_ : 0);
}

/* Kleene's "and" over all pairs of values that a and b can have. */
static unsigned
eval_and(unsigned a, unsigned b)
{
	unsigned both = a & b, either = a | b, out = both & TRUE_;

	out |= either & FALSE_;
	if (((a & UNKNOWN_) != 0 && (b & (TRUE_ | UNKNOWN_)) != 0) ||
	    ((b & UNKNOWN_) != 0 && (a & (TRUE_ | UNKNOWN_)) != 0))
		out |= UNKNOWN_;
	return out;
}

static struct fact value_now(const struct eval *eval,
    const struct value *value);

/* Of values that are not all there; what is none outweighs the others. */
static enum fact_state
worse(enum fact_state a, enum fact_state b)
{
	if (a == FACT_NONE || b == FACT_NONE)
		return FACT_NONE;
	if (a == FACT_PENDING || b == FACT_PENDING)
		return FACT_PENDING;
	return a == FACT_SET ? b : a;
}

/* Nothing is a number of a division by 0. */
static struct fact
sum_now(const struct eval *eval, const struct value *value)
{
	struct fact a = value_now(eval, &value->parts[0]);
	struct fact b = value_now(eval, &value->parts[1]);
	struct fact sum = { .state = worse(a.state, b.state) };

	if (sum.state == FACT_SET) {
		sum.number = sum_of(value->sign, a.number, b.number);
		if (!isfinite(sum.number))
			sum.state = FACT_UNKNOWN;
	}
	return sum;
}

/* The arguments; false: one has no value, so the call's state is its. */
static bool
arguments_now(const struct eval *eval, const struct call *call,
    struct fact *args, enum fact_state *state_out)
{
	enum fact_state worst = FACT_SET;

	for (size_t i = 0; i < call->function->count; i++) {
		args[i] = value_now(eval, &call->args[i]);
		worst = worse(worst, args[i].state);
	}
	*state_out = worst;
	return worst == FACT_SET;
}

/* Rules ask the same again and again: each call is made once a stage. */
static struct fact
call_now(const struct eval *eval, const struct call *call)
{
	struct fact *result = &eval->calls[call->number];
	struct fact args[FUNCTION_PARAMETERS_MAX];

	if (result->state != FACT_PENDING)
		return *result;
	if (arguments_now(eval, call, args, &result->state))
		call->function->hook(eval->env, &(struct policy_call){
		    .function = call->function->name, .number = call->number,
		    .args = args, .count = call->function->count }, result);
	return *result;
}

/* The fact or answer as it is now.  No result is the word "none". */
static struct fact
value_now(const struct eval *eval, const struct value *value)
{
	const struct policy_env *env = eval->env;
	struct fact fact = { .state = FACT_UNKNOWN };

	switch (value->kind) {
	case VALUE_CONST:
		return value->constant;
	case VALUE_FACT:
		fact = *facts_get(env->facts, value->id);
		if (value->id == FACT_ID_SCORE) {
			fact.state = FACT_SET;
			fact.number = eval->score;
		}
		break;
	case VALUE_CALL:
		fact = call_now(eval, value->call);
		break;
	case VALUE_SUM:
		return sum_now(eval, value);
	case VALUE_ITEM:
		return eval->item;
	}
	if (value->type == FACT_WORD && fact.state == FACT_NONE) {
		fact.state = FACT_SET;
		fact.word = WORD_NONE;
	}
	return fact;
}

/*
 * False: the answer is in *out, for none is unequal to everything, also to
 * what is not known yet.
 */
static bool
comparable(const struct fact *a, const struct fact *b, unsigned *out)
{
	if (a->state == FACT_NONE || b->state == FACT_NONE)
		*out = FALSE_;
	else if (a->state == FACT_PENDING || b->state == FACT_PENDING)
		*out = ANY;
	else if (a->state == FACT_UNKNOWN || b->state == FACT_UNKNOWN)
		*out = UNKNOWN_;
	else
		return true;
	return false;
}

static struct str
canonical(const struct eval *eval, enum fact_type type, struct str text)
{
	if (type == FACT_DOMAIN)
		return text_canonical_domain(eval->env->arena, text);
	if (type == FACT_ADDRESS)
		return text_canonical_address(eval->env->arena, text);
	return text;
}

static bool
in_order(enum compare op, double a, double b)
{
	switch (op) {
	case COMPARE_EQ:
		return a == b;
	case COMPARE_NE:
		return a != b;
	case COMPARE_LT:
		return a < b;
	case COMPARE_LE:
		return a <= b;
	case COMPARE_GT:
		return a > b;
	case COMPARE_GE:
		return a >= b;
	}
	return false;
}

static unsigned
eval_compare(struct eval *eval, const struct cond *cond)
{
	struct fact a = value_now(eval, &cond->left);
	struct fact b = value_now(eval, &cond->right);
	unsigned out;

	if (!comparable(&a, &b, &out))
		return out;
	switch (cond->left.type) {
	case FACT_IP:
		return truth(ip_equal(&a.ip, &b.ip));
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		return truth(str_eq_nocase(
		    canonical(eval, cond->left.type, a.text),
		    canonical(eval, cond->right.type, b.text)));
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
		return truth(in_order(cond->op, a.number, b.number));
	case FACT_BOOL:
		return truth(a.truth == b.truth);
	case FACT_WORD:
		return truth(a.word == b.word);
	case FACT_LIST:
		break;
	}
	return UNKNOWN_;
}

static unsigned
truth_of_answer(enum list_answer answer)
{
	static const unsigned values[] = {
		[LIST_NO] = FALSE_, [LIST_YES] = TRUE_,
		[LIST_UNKNOWN] = UNKNOWN_,
	};

	return values[answer];
}

static unsigned
eval_in_list(struct eval *eval, const struct cond *cond)
{
	struct fact a = value_now(eval, &cond->left);
	unsigned out;

	if (!comparable(&a, &a, &out))
		return out;
	switch (cond->left.type) {
	case FACT_IP:
		return truth(list_has_ip(cond->list, &a.ip));
	case FACT_DOMAIN:
		return truth_of_answer(list_has_domain(cond->list,
		    canonical(eval, FACT_DOMAIN, a.text)));
	case FACT_ADDRESS:
		return truth_of_answer(list_has_address(cond->list,
		    canonical(eval, FACT_ADDRESS, a.text)));
	case FACT_STRING:
		return truth_of_answer(list_has_text(cond->list, a.text));
	case FACT_WORD:
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
	case FACT_BOOL:
	case FACT_LIST:
		break;
	}
	return UNKNOWN_;
}

static unsigned
eval_in_words(struct eval *eval, const struct cond *cond)
{
	struct fact a = value_now(eval, &cond->left);
	unsigned out;

	if (!comparable(&a, &a, &out))
		return out;
	return truth((cond->words >> a.word & 1) != 0);
}

static unsigned
eval_in_fact(struct eval *eval, const struct cond *cond)
{
	struct fact a = value_now(eval, &cond->left);
	struct fact b = value_now(eval, &cond->right);
	struct str text;
	unsigned out;

	if (!comparable(&a, &b, &out))
		return out;
	text = canonical(eval, cond->left.type, a.text);
	for (size_t i = 0; i < b.list.count; i++)
		if (str_eq_nocase(text, b.list.at[i]))
			return TRUE_;
	return FALSE_;
}

/* The value of "does it match": what has come to its limits says nothing. */
static unsigned
eval_matches(struct eval *eval, const struct cond *cond)
{
	static const unsigned values[] = {
		[REGEX_NO] = FALSE_, [REGEX_YES] = TRUE_,
		[REGEX_UNKNOWN] = UNKNOWN_,
	};
	struct fact a = value_now(eval, &cond->left);
	unsigned out;

	if (!comparable(&a, &a, &out))
		return out;
	return values[regex_match(cond->regex, a.text)];
}

static unsigned
eval_is_set(struct eval *eval, const struct cond *cond)
{
	struct fact a = value_now(eval, &cond->left);

	if (a.state == FACT_PENDING)
		return TRUE_ | FALSE_;
	if (a.state == FACT_SET && cond->left.type == FACT_WORD)
		return truth(a.word != WORD_NONE);
	if (a.state == FACT_SET && cond->left.type == FACT_LIST)
		return truth(a.list.count > 0);
	return truth(a.state == FACT_SET);
}

static unsigned
eval_is_unknown(struct eval *eval, const struct cond *cond)
{
	struct fact a = value_now(eval, &cond->left);

	if (a.state == FACT_PENDING)
		return TRUE_ | FALSE_;
	return truth(a.state == FACT_UNKNOWN);
}

static unsigned
eval_truth(struct eval *eval, const struct cond *cond)
{
	struct fact a = value_now(eval, &cond->left);
	unsigned out;

	if (!comparable(&a, &a, &out))
		return out;
	return truth(a.truth);
}

/* Once a stage, and again where it reads a score that has changed. */
static unsigned
eval_define(struct eval *eval, const struct cond *cond)
{
	const struct define *define = cond->define;
	struct memo *memo = &eval->memo[define->index];

	if (memo->values == 0 || (memo->epoch != eval->epoch &&
	    fact_bits_has(&define->reading.facts, FACT_ID_SCORE))) {
		memo->values = eval_cond(eval, define->cond);
		memo->epoch = eval->epoch;
	}
	return memo->values;
}

/* Of no items neither "any" nor "all" is true: nothing has been shown. */
static unsigned
eval_items(struct eval *eval, const struct cond *cond)
{
	struct fact list = value_now(eval, &cond->left);
	bool any = cond->kind == COND_ANY;
	unsigned out = TRUE_;

	if (!comparable(&list, &list, &out))
		return out;
	out = TRUE_;
	for (size_t i = 0; i < list.list.count && out != FALSE_; i++) {
		unsigned v;

		eval->item = (struct fact){ .state = FACT_SET,
		    .text = list.list.at[i] };
		v = eval_cond(eval, cond->children);
		out = eval_and(out, any ? eval_not(v) : v);
	}
	if (list.list.count == 0)
		return FALSE_;
	return any ? eval_not(out) : out;
}

static unsigned
eval_children(struct eval *eval, const struct cond *cond)
{
	bool or = cond->kind == COND_OR;
	unsigned out = TRUE_;

	for (const struct cond *child = cond->children;
	    child != NULL && out != FALSE_; child = child->next) {
		unsigned v = eval_cond(eval, child);

		out = eval_and(out, or ? eval_not(v) : v);
	}
	return or ? eval_not(out) : out;
}

static unsigned
eval_cond(struct eval *eval, const struct cond *cond)
{
	switch (cond->kind) {
	case COND_AND:
	case COND_OR:
		return eval_children(eval, cond);
	case COND_NOT:
		return eval_not(eval_cond(eval, cond->children));
	case COND_COMPARE:
		return eval_compare(eval, cond);
	case COND_IN_LIST:
		return eval_in_list(eval, cond);
	case COND_IN_WORDS:
		return eval_in_words(eval, cond);
	case COND_IN_FACT:
		return eval_in_fact(eval, cond);
	case COND_MATCHES:
		return eval_matches(eval, cond);
	case COND_IS_SET:
		return eval_is_set(eval, cond);
	case COND_IS_UNKNOWN:
		return eval_is_unknown(eval, cond);
	case COND_TRUTH:
		return eval_truth(eval, cond);
	case COND_ANY:
	case COND_ALL:
		return eval_items(eval, cond);
	case COND_DEFINE:
		return eval_define(eval, cond);
	}
	return UNKNOWN_;
}

/* What a value waits for: a fact, or FACT_COUNT for a function's answer. */
static bool
is_pending(const struct eval *eval, const struct value *value,
    enum fact_id *id_out)
{
	const struct call *call = value->call;

	if (value->kind == VALUE_CONST || value->kind == VALUE_ITEM ||
	    value_now(eval, value).state != FACT_PENDING)
		return false;
	*id_out = value->id;
	if (value->kind == VALUE_FACT)
		return true;
	if (value->kind == VALUE_SUM)
		return is_pending(eval, &value->parts[0], id_out) ||
		    is_pending(eval, &value->parts[1], id_out);
	for (size_t i = 0; i < call->function->count; i++)
		if (is_pending(eval, &call->args[i], id_out))
			return true;
	*id_out = FACT_COUNT;
	return true;
}

/*
 * The pending fact that can still make the condition become want (TRUE_ or
 * FALSE_); the condition is not settled and want is one of its values.
 */
static enum fact_id
find_pending(struct eval *eval, const struct cond *cond, unsigned want)
{
	enum fact_id id = FACT_COUNT;

	if (cond->kind == COND_NOT)
		return find_pending(eval, cond->children, eval_not(want));
	if (cond->kind == COND_DEFINE)
		return find_pending(eval, cond->define->cond, want);
	if (cond->kind == COND_ANY || cond->kind == COND_ALL) {
		if (is_pending(eval, &cond->left, &id))
			return id;
		cond = cond->children;
		while (cond->kind == COND_NOT)
			cond = cond->children;
	}
	for (const struct cond *child = cond->children; child != NULL;
	    child = child->next) {
		unsigned v = eval_cond(eval, child);

		if (!settled(v) && (v & want) != 0)
			return find_pending(eval, child, want);
	}
	if (!is_pending(eval, &cond->left, &id))
		is_pending(eval, &cond->right, &id);
	return id;
}

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
	struct fact score = { .state = FACT_SET, .number = eval->score };

	if (id == FACT_ID_SCORE)
		return fact_as_text(eval->env->arena, id, &score);
	if (!facts_known(eval->env->facts, id))
		return STR("pending");
	return fact_as_text(eval->env->arena, id,
	    facts_get(eval->env->facts, id));
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
	if (!settled(values) && (values & TRUE_) != 0) {
		*pending_out = find_pending(eval, rule->when, TRUE_);
		return POLICY_WAIT;
	}
	if (*fires_out && (template_pending(&rule->text, eval->env,
	    pending_out) || template_pending(&rule->tag_value, eval->env,
	    pending_out)))
		return POLICY_WAIT;
	return POLICY_DECIDED;
}

static struct policy_rule
fired_rule(const struct eval *eval, const struct rule *rule)
{
	return (struct policy_rule){
		.number = rule->number,
		.action = rule->action, .shadow = rule->shadow,
		.file = rule->place.source->path, .line = rule->place.line,
		.stage = rule->stage, .code = rule->code,
		.enhanced = rule->enhanced,
		.text = template_expand(&rule->text, eval->env, eval->score,
		    LIMIT_REPLY_TEXT_OCTETS),
		.score = rule->score, .tag_name = rule->tag_name,
		.tag_value = template_expand(&rule->tag_value, eval->env,
		    eval->score, LIMIT_TAG_OCTETS),
	};
}

static enum policy_status
run_stage(const struct policy *policy, enum stage stage,
    const struct policy_env *env, struct policy_trace *trace,
    struct policy_run *run, const struct policy_rule **rule_out,
    enum fact_id *pending_out)
{
	struct eval eval = { .env = env, .score = run->score,
	    .trace = trace };
	struct policy_run next = *run;
	const struct rule *end = NULL;
	bool fires;

	if (!run->ended) {
		eval.memo = arena_alloc(env->arena,
		    policy->define_count * sizeof(*eval.memo));
		eval.calls = arena_alloc(env->arena,
		    policy->calls.count * sizeof(*eval.calls));
	}
	for (size_t i = 0; !run->ended && end == NULL &&
	    i < policy->rules[stage].count; i++) {
		const struct rule *rule = policy->rules[stage].at[i];

		if (eval_rule(&eval, rule, &fires, pending_out) ==
		    POLICY_WAIT)
			return POLICY_WAIT;
		if (!fires)
			continue;
		if (!rule->shadow && rule->action == ACTION_SCORE) {
			eval.score += rule->score;
			eval.epoch++;
		}
		VEC_PUSH(env->arena, &next.fired, fired_rule(&eval, rule));
		if (!rule->shadow && action_ends(rule->action))
			end = rule;
	}
	next.score = eval.score;
	*rule_out = NULL;
	if (end != NULL) {
		struct policy_rule *last = arena_alloc(env->arena,
		    sizeof(*last));

		*last = next.fired.at[next.fired.count - 1];
		*rule_out = last;
		next.ended = end->action == ACTION_ACCEPT ||
		    end->action == ACTION_BYPASS;
	}
	if (!run->ended)
		*run = next;
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
policy_explain(const struct policy *policy, enum stage stage,
    const struct policy_env *env, const struct policy_run *run,
    struct policy_trace *trace)
{
	struct policy_run copy = *run;
	const struct policy_rule *rule;
	enum fact_id pending;

	/* A push would write behind the end of the run's own array. */
	copy.fired.size = copy.fired.count;
	run_stage(policy, stage, env, trace, &copy, &rule, &pending);
}
