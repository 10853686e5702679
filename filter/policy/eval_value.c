#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "policy/eval.h"

/* After each fourth a blank, where a line can be folded. */
static struct str
tests_of(struct arena *arena, const struct policy_run *run)
{
	struct buf buf;

	buf_init(&buf, arena, LIMIT_TAG_OCTETS);
	for (size_t i = 0; i < run->symbols.count; i++) {
		if (i > 0)
			buf_addz(&buf, i % 4 == 0 ? ", " : ",");
		buf_add(&buf, run->symbols.at[i]);
	}
	return buf_str(&buf);
}

static struct str
stars_of(const struct policy_run *run)
{
	static const struct str stars = STR_INIT("*************************"
	    "*************************");

	return str_slice(stars, 0, run->score < 1 ? 0 :
	    run->score >= (double)stars.len ? stars.len : (size_t)run->score);
}

static struct fact
text_fact(struct str text)
{
	return (struct fact){ .state = text.len > 0 ? FACT_SET : FACT_NONE,
	    .text = text };
}

struct fact
policy_running(struct arena *arena, const struct policy_run *run,
    enum fact_id id)
{
	struct fact fact = { .state = FACT_SET };

	if (id == FACT_ID_SCORE_TESTS)
		return text_fact(tests_of(arena, run));
	if (id == FACT_ID_SCORE_STARS)
		return text_fact(stars_of(run));
	if (id == FACT_ID_SCORE) {
		fact.number = run->score;
	} else {
		fact.list.at = run->symbols.at;
		fact.list.count = run->symbols.count;
	}
	return fact;
}

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
	struct fact a = eval_value(eval, &value->parts[0]);
	struct fact b = eval_value(eval, &value->parts[1]);
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

	for (size_t i = 0; i < call->arg_count; i++) {
		args[i] = eval_value(eval, &call->args[i]);
		worst = worse(worst, args[i].state);
	}
	*state_out = worst;
	return worst == FACT_SET;
}

/* name and text: the call's own, or those of what asks more of the same. */
static void
ask_as(const struct eval *eval, const struct call *call, const char *name,
    struct str text, bool peek, struct fact *result)
{
	struct fact args[FUNCTION_PARAMETERS_MAX];
	enum fact_type types[FUNCTION_PARAMETERS_MAX];
	struct str names[FUNCTION_PARAMETERS_MAX];
	enum fact_state state;

	for (size_t i = 0; i < call->arg_count; i++) {
		types[i] = call->args[i].type;
		names[i] = call->args[i].kind == VALUE_CALL ?
		    call->args[i].call->text : call->args[i].name;
	}
	*result = (struct fact){ .state = FACT_PENDING };
	if (!arguments_now(eval, call, args, &state))
		result->state = state;
	else
		call->function->hook(eval->env, &(struct policy_call){
		    .function = name, .text = text,
		    .number = call->number, .args = args, .types = types,
		    .names = names, .count = call->arg_count,
		    .nets = call->nets,
		    .net_count = call->net_count, .peek = peek,
		    .facts = eval->env->facts }, result);
}

void
eval_ask(const struct eval *eval, const struct call *call, bool peek,
    struct fact *result)
{
	ask_as(eval, call, call->function->name, call->text, peek, result);
}

/* Rules ask the same again and again: each call is made once a stage. */
static struct fact
call_now(const struct eval *eval, const struct call *call)
{
	struct fact *result = &eval->calls[call->number];

	if (result->state == FACT_PENDING &&
	    (!eval->ahead || call->function->asks_list))
		eval_ask(eval, call, eval->ahead, result);
	return *result;
}

/* "dnsbl.text("bl.example")" */
static struct str
text_as(const struct eval *eval, const struct call *call, const char *name)
{
	struct str args = str_skip(call->text, str_chr(call->text, '('));

	return arena_printf(eval->env->arena, "%s%.*s", name, STR_ARG(args));
}

struct fact
eval_of_list(const struct eval *eval, const struct rule *rule,
    const char *what)
{
	struct fact result = { .state = FACT_NONE };

	for (size_t i = 0; i < rule->call_count; i++) {
		const struct call *call = rule->calls[i];
		struct fact answer;

		if (!call->function->asks_list)
			continue;
		answer = call_now(eval, call);
		if (answer.state != FACT_SET || !answer.truth)
			continue;
		if (strcmp(what, "dnsbl.zone") == 0)
			return call->args[0].constant;
		ask_as(eval, call, what, text_as(eval, call, what), false,
		    &result);
		break;
	}
	return result;
}

struct fact
eval_value(const struct eval *eval, const struct value *value)
{
	const struct policy_env *env = eval->env;
	struct fact fact = { .state = FACT_UNKNOWN };

	switch (value->kind) {
	case VALUE_CONST:
		return value->constant;
	case VALUE_FACT:
		if (!fact_is_running(value->id))
			fact = *facts_get(env->facts, value->id);
		else if (eval->ahead)
			fact.state = FACT_PENDING;
		else
			fact = policy_running(env->arena, &eval->run,
			    value->id);
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

bool
eval_is_pending(const struct eval *eval, const struct value *value,
    enum fact_id *id_out)
{
	const struct call *call = value->call;

	if (value->kind == VALUE_CONST || value->kind == VALUE_ITEM ||
	    eval_value(eval, value).state != FACT_PENDING)
		return false;
	*id_out = value->id;
	if (value->kind == VALUE_FACT)
		return true;
	if (value->kind == VALUE_SUM)
		return eval_is_pending(eval, &value->parts[0], id_out) ||
		    eval_is_pending(eval, &value->parts[1], id_out);
	for (size_t i = 0; i < call->arg_count; i++)
		if (eval_is_pending(eval, &call->args[i], id_out))
			return true;
	*id_out = FACT_COUNT;
	return true;
}
