#include "policy/answers.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"

static const struct str comma = STR_INIT(", ");

static struct str
list_text(struct arena *arena, const struct fact *fact)
{
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	for (size_t i = 0; i < fact->list.count; i++) {
		buf_add(&buf, i > 0 ? comma : STR_NONE);
		buf_add(&buf, fact->list.at[i]);
	}
	return buf_str(&buf);
}

/* "values 127.0.0.2, 127.0.0.8/29": behind the arguments, as one of them. */
static struct str
values_text(struct arena *arena, const struct policy_call *call)
{
	char text[IP_TEXT_MAX];
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	buf_addz(&buf, "values ");
	for (size_t i = 0; i < call->net_count; i++) {
		buf_add(&buf, i > 0 ? comma : STR_NONE);
		buf_add(&buf, ip_format(&call->nets[i].ip, text));
		if (call->nets[i].bits < ip_width(&call->nets[i].ip))
			buf_printf(&buf, "/%u", call->nets[i].bits);
	}
	return buf_str(&buf);
}

static size_t
count_of(const struct policy_call *call)
{
	return call->count + (call->net_count > 0 ? 1 : 0);
}

static struct answer_arg
arg_of(struct arena *arena, const struct policy_call *call, size_t i)
{
	const struct fact *fact = &call->args[i];
	char text[IP_TEXT_MAX];

	switch (call->types[i]) {
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
		return (struct answer_arg){ true, fact->number, STR_NONE };
	case FACT_IP:
		return (struct answer_arg){ .text = arena_copy(arena,
		    fact_ip_text(fact, text)) };
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		return (struct answer_arg){ .text = fact->text };
	case FACT_LIST:
		return (struct answer_arg){ .text = list_text(arena, fact) };
	/* No function takes these. */
	case FACT_BOOL:
	case FACT_WORD:
		break;
	}
	return (struct answer_arg){ .text = STR_NONE };
}

static struct str
rcpt_of(const struct policy_call *call)
{
	const struct function *function =
	    function_find(str_from(call->function));
	const struct fact *rcpt = facts_get(call->facts, FACT_ID_RCPT);

	return function != NULL && function->of_rcpt &&
	    rcpt->state == FACT_SET ? rcpt->text : STR_NONE;
}

/* Is this next?  Then go behind it. */
static bool
take(struct str *rest, struct str piece)
{
	bool is = str_eq(str_slice(*rest, 0, piece.len), piece);

	if (is)
		*rest = str_skip(*rest, piece.len);
	return is;
}

/* As list_text() has it. */
static bool
same_list(struct str rest, const struct fact *fact)
{
	for (size_t i = 0; i < fact->list.count; i++)
		if ((i > 0 && !take(&rest, comma)) ||
		    !take(&rest, fact->list.at[i]))
			return false;
	return rest.len == 0;
}

/* As values_text() has it. */
static bool
same_values(struct str rest, const struct policy_call *call)
{
	char text[IP_TEXT_MAX], bits[8];

	if (!take(&rest, STR("values ")))
		return false;
	for (size_t i = 0; i < call->net_count; i++) {
		const struct ipnet *net = &call->nets[i];

		snprintf(bits, sizeof(bits), "/%u", net->bits);
		if ((i > 0 && !take(&rest, comma)) ||
		    !take(&rest, ip_format(&net->ip, text)) ||
		    (net->bits < ip_width(&net->ip) &&
		    !take(&rest, str_from(bits))))
			return false;
	}
	return rest.len == 0;
}

static bool
same_arg(const struct answer_arg *arg, const struct policy_call *call,
    size_t i)
{
	const struct fact *fact = &call->args[i];
	char text[IP_TEXT_MAX];

	switch (call->types[i]) {
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
		return arg->is_number && arg->number == fact->number;
	case FACT_IP:
		return !arg->is_number && str_eq(arg->text,
		    fact_ip_text(fact, text));
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		return !arg->is_number && str_eq(arg->text, fact->text);
	case FACT_LIST:
		return !arg->is_number && same_list(arg->text, fact);
	case FACT_BOOL:
	case FACT_WORD:
		break;
	}
	return false;
}

static const struct call_answer *
find(const struct answers *answers, const struct policy_call *call)
{
	struct str rcpt = answers->list.count == 0 ? STR_NONE : rcpt_of(call);

	for (size_t i = 0; i < answers->list.count; i++) {
		const struct call_answer *answer = &answers->list.at[i];
		bool same = str_eqz(answer->function, call->function) &&
		    answer->count == count_of(call) &&
		    str_eq(answer->rcpt, rcpt);

		for (size_t k = 0; same && k < call->count; k++)
			same = same_arg(&answer->args[k], call, k);
		if (same && call->net_count > 0)
			same = same_values(answer->args[call->count].text,
			    call);
		if (same)
			return answer;
	}
	return NULL;
}

bool
answers_find(const struct answers *answers, const struct policy_call *call,
    struct fact *result)
{
	const struct call_answer *answer = find(answers, call);

	if (answer != NULL)
		*result = answer->result;
	return answer != NULL;
}

/* A text, or the reason of what is unknown. */
static bool
has_text(const struct policy_call *call, const struct fact *result)
{
	const struct function *function =
	    function_find(str_from(call->function));

	return result->state == FACT_UNKNOWN || (function != NULL &&
	    function->result == FACT_STRING && result->state == FACT_SET);
}

void
answers_add(struct arena *arena, struct answers *answers,
    const struct policy_call *call, const struct fact *result)
{
	struct call_answer answer = { .function = str_from(call->function),
	    .count = count_of(call), .result = *result };

	if (result->state == FACT_PENDING ||
	    answers->list.count == LIMIT_EVENT_ANSWERS ||
	    find(answers, call) != NULL)
		return;
	answer.rcpt = arena_copy(arena, rcpt_of(call));
	for (size_t i = 0; i < call->count; i++) {
		answer.args[i] = arg_of(arena, call, i);
		answer.args[i].text = arena_copy(arena, answer.args[i].text);
	}
	if (call->net_count > 0)
		answer.args[call->count].text = values_text(arena, call);
	if (has_text(call, result))
		answer.result.text = arena_copy(arena, result->text);
	VEC_PUSH(arena, &answers->list, answer);
}

void
answers_add_header(struct arena *arena, struct answers *answers,
    struct str name, const struct str *value)
{
	const struct fact arg = { .state = FACT_SET, .text = name };
	const enum fact_type type = FACT_STRING;
	static const struct fact_set none;
	struct fact result = { .state = FACT_NONE };

	if (value != NULL && value->len > LIMIT_EVENT_TEXT_OCTETS)
		result = (struct fact){ .state = FACT_UNKNOWN,
		    .text = STR("longer than is recorded") };
	else if (value != NULL)
		result = (struct fact){ .state = FACT_SET, .text = *value };
	answers_add(arena, answers, &(struct policy_call){
	    .function = "header", .args = &arg, .types = &type, .count = 1,
	    .facts = &none }, &result);
}
