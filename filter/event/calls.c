/*
 * What functions of the policy answered, as JSON and back.
 */
#include "base/limits.h"
#include "event/calls.h"

static void
put_args(struct emit *out, const struct call_answer *answer)
{
	emit_open(out, "arguments", '[');
	for (size_t i = 0; i < answer->count; i++)
		if (answer->args[i].is_number)
			emit_number(out, NULL, answer->args[i].number);
		else
			emit_capped(out, NULL, answer->args[i].text);
	emit_close(out, ']');
}

static void
put_answer(struct emit *out, const struct call_answer *answer)
{
	const struct function *function = function_find(answer->function);

	emit_open(out, NULL, '{');
	emit_capped(out, "function", answer->function);
	put_args(out, answer);
	if (answer->rcpt.len > 0)
		emit_masked(out, "rcpt", mask_rcpt(out->mask, answer->rcpt),
		    LIMIT_EVENT_TEXT_OCTETS);
	if (str_eqz(answer->function, "header") &&
	    mask_omits_field(out->mask, answer->args[0].text))
		event_unknown(out, "answer", STR("left out (privacy)"));
	else if (answer->result.state == FACT_SET && function != NULL)
		event_value(out, "answer", &answer->result, function->result);
	else if (answer->result.state == FACT_UNKNOWN)
		event_unknown(out, "answer", answer->result.text);
	else
		emit_null(out, "answer");
	emit_close(out, '}');
}

void
event_calls(struct emit *out, const struct answers *answers, size_t count)
{
	emit_open(out, "calls", '[');
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < answers[i].list.count; k++)
			put_answer(out, &answers[i].list.at[k]);
	emit_close(out, ']');
}

/* ---- and back ---- */

static bool
read_args(struct pull *pull, struct call_answer *answer)
{
	bool ok = true;

	if (!pull_array(pull))
		return false;
	while (ok && pull_item(pull)) {
		struct answer_arg arg = { .is_number = false };

		arg.is_number = pull_type(pull) == PULL_NUMBER;
		ok = arg.is_number ? pull_number(pull, &arg.number) :
		    pull_text(pull, &arg.text);
		if (answer->count < FUNCTION_PARAMETERS_MAX)
			answer->args[answer->count] = arg;
		answer->count++;
	}
	return ok && !pull->bad;
}

static bool
read_one(struct pull *pull, struct call_answer *answer, bool *has_answer)
{
	const struct function *function;
	struct str key;

	if (!pull_object(pull))
		return false;
	while (pull_key(pull, &key)) {
		bool ok;

		function = function_find(answer->function);
		if (str_eqz(key, "function")) {
			ok = pull_text(pull, &answer->function);
		} else if (str_eqz(key, "arguments")) {
			ok = read_args(pull, answer);
		} else if (str_eqz(key, "rcpt")) {
			ok = pull_text(pull, &answer->rcpt);
		} else if (str_eqz(key, "answer") && function != NULL) {
			ok = event_value_read(pull, function->result,
			    function->words, &answer->result);
			*has_answer = answer->result.state != FACT_PENDING;
		} else {
			ok = pull_skip(pull);
		}
		if (!ok)
			return false;
	}
	return !pull->bad;
}

bool
event_calls_read(struct pull *pull, struct answers *answers)
{
	if (!pull_array(pull))
		return false;
	while (pull_item(pull)) {
		struct call_answer answer = { .count = 0 };
		bool has_answer = false;

		if (!read_one(pull, &answer, &has_answer))
			return false;
		if (has_answer && answer.count <= FUNCTION_PARAMETERS_MAX &&
		    answers->list.count < LIMIT_EVENT_ANSWERS)
			VEC_PUSH(pull->arena, &answers->list, answer);
	}
	return !pull->bad;
}
