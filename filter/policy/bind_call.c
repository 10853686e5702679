#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "policy/bound.h"

static void
report_unknown(struct bind *bind, const struct term *call)
{
	const char *names[FUNCTION_COUNT], *all = "; there are ";

	for (size_t i = 0; i < FUNCTION_COUNT; i++) {
		names[i] = function_table[i].name;
		all = arena_printf(bind->arena, "%s%s%s", all, i == 0 ? "" :
		    i + 1 < FUNCTION_COUNT ? ", " : " and ", names[i]).ptr;
	}
	mistake(bind->diag, call->place, "unknown function \"%.*s\"%s",
	    STR_ARG(call->text), hint_or(bind->arena, call->text, names,
	    FUNCTION_COUNT, all));
}

static bool
refuse(struct bind *bind, const struct function *function, struct place place)
{
	mistake(bind->diag, place, "%s takes %s, such as %s", function->name,
	    function->takes, function->such_as);
	return false;
}

static const char *
types_as_text(struct arena *arena, unsigned types)
{
	const char *text = "";

	for (int type = 0; type <= FACT_LIST; type++)
		if ((types & TAKES(type)) != 0)
			text = arena_printf(arena, "%s%s%s", text,
			    text[0] != '\0' ? " or " : "",
			    fact_type_name((enum fact_type)type)).ptr;
	return text;
}

/* The type of the parameter that a constant is written for. */
static bool
fit_constant(struct bind *bind, const struct function *function, size_t at,
    struct value *arg)
{
	unsigned types = function->parameters[at].types;
	struct value to = { .kind = VALUE_FACT, .type = arg->type,
	    .name = str_from(function->name) };
	const char *wrong;

	if ((types & TAKES(arg->type)) == 0) {
		if (arg->type != FACT_STRING || (types & TAKES_ANY_TEXT) == 0)
			return refuse(bind, function, arg->place);
		to.type = (types & TAKES(FACT_ADDRESS)) != 0 ? FACT_ADDRESS :
		    FACT_DOMAIN;
		if (!bind_convert(bind, &to, arg))
			return false;
		arg->type = to.type;
	}
	wrong = function->check == NULL ? NULL :
	    function->check(at, &arg->constant);
	if (wrong != NULL)
		mistake(bind->diag, arg->place, "%.*s %s", STR_ARG(arg->name),
		    wrong);
	return wrong == NULL;
}

static bool
is_one_of(const char *const *facts, const struct value *value)
{
	for (; *facts != NULL && value->kind == VALUE_FACT; facts++)
		if (strcmp(*facts, fact_table[value->id].name) == 0)
			return true;
	return false;
}

static bool
bind_argument(struct bind *bind, const struct function *function, size_t at,
    const struct term *term, struct value *out)
{
	const struct parameter *parameter = &function->parameters[at];
	enum value_found found = bind_value(bind, term, out);

	if (found == VALUE_IS_NAME && parameter->constant)
		return refuse(bind, function, term->place);
	if (found == VALUE_IS_NAME)
		bind_unknown_name(bind, term);
	if (found != VALUE_OK)
		return false;
	if (parameter->facts != NULL && !is_one_of(parameter->facts, out))
		return refuse(bind, function, term->place);
	if (out->kind == VALUE_CONST)
		return fit_constant(bind, function, at, out);
	if (parameter->constant)
		return refuse(bind, function, term->place);
	if ((parameter->types & TAKES(out->type)) != 0)
		return true;
	mistake(bind->diag, term->place, "%s takes %s here; %.*s is of type "
	    "%s", function->name, types_as_text(bind->arena,
	    parameter->types), STR_ARG(out->name), fact_type_name(out->type));
	return false;
}

bool
value_same_constant(enum fact_type type, const struct fact *a,
    const struct fact *b)
{
	if (type == FACT_IP) {
		struct ip x = fact_ip(a), y = fact_ip(b);

		return ip_equal(&x, &y);
	}
	if (type == FACT_NUMBER || type == FACT_SIZE || type == FACT_DURATION)
		return a->number == b->number;
	return str_eq_nocase(a->text, b->text);
}

bool
value_same(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind || a->type != b->type)
		return false;
	switch (a->kind) {
	case VALUE_CONST:
		return value_same_constant(a->type, &a->constant, &b->constant);
	case VALUE_FACT:
		return a->id == b->id;
	case VALUE_CALL:
		return a->call == b->call;
	case VALUE_SUM:
		return a->sign == b->sign &&
		    value_same(&a->parts[0], &b->parts[0]) &&
		    value_same(&a->parts[1], &b->parts[1]);
	case VALUE_ITEM:
		break;		/* each time another one */
	}
	return false;
}

static bool
same_nets(const struct call *a, const struct call *b)
{
	bool same = a->net_count == b->net_count;

	for (size_t i = 0; same && i < a->net_count; i++)
		same = a->nets[i].bits == b->nets[i].bits &&
		    ip_equal(&a->nets[i].ip, &b->nets[i].ip);
	return same;
}

static const struct call *
find_call(const struct policy *policy, const struct call *wanted)
{
	for (size_t i = 0; i < policy->calls.count; i++) {
		const struct call *call = policy->calls.at[i];
		bool same = call->function == wanted->function;

		same = same && call->arg_count == wanted->arg_count &&
		    same_nets(call, wanted);
		for (size_t n = 0; same && n < call->arg_count; n++)
			same = value_same(&call->args[n], &wanted->args[n]);
		if (same)
			return call;
	}
	return NULL;
}

struct str
bind_call_text(struct arena *arena, const struct term *call)
{
	struct buf out;

	buf_init(&out, arena, LIMIT_POLICY_OCTETS);
	buf_add(&out, call->text);
	for (const struct term *arg = call->args; arg; arg = arg->next) {
		buf_addz(&out, arg == call->args ? "(" : ", ");
		buf_add(&out, arg->kind == TERM_CALL ?
		    bind_call_text(arena, arg) : arg->raw);
	}
	buf_addz(&out, call->args == NULL ? "()" : ")");
	return buf_str(&out);
}

static const struct call *
call_of(struct bind *bind, const struct call *wanted, const struct term *term)
{
	struct policy *policy = bind->policy;
	const struct call *known = find_call(policy, wanted);
	struct call *call;

	if (known != NULL)
		return known;
	if (policy->calls.count == LIMIT_POLICY_NAMES) {
		mistake(bind->diag, term->place, "more than %d calls of "
		    "functions", LIMIT_POLICY_NAMES);
		return NULL;
	}
	call = arena_alloc(bind->arena, sizeof(*call));
	*call = *wanted;
	call->number = policy->calls.count;
	call->text = bind_call_text(bind->arena, term);
	call->args = arena_alloc(bind->arena,
	    wanted->arg_count * sizeof(*call->args));
	for (size_t i = 0; i < wanted->arg_count; i++)
		call->args[i] = wanted->args[i];
	VEC_PUSH(bind->arena, &policy->calls, call);
	return call;
}

void
bind_note_call(struct bind *bind, const struct call *call)
{
	for (size_t i = 0; i < bind->reading.calls.count; i++)
		if (bind->reading.calls.at[i] == call)
			return;
	VEC_PUSH(bind->arena, &bind->reading.calls, call);
}

static bool
is_value(const struct function *function, const struct term *term)
{
	return function->check_value != NULL && term != NULL &&
	    (term->kind == TERM_IP || term->kind == TERM_NET);
}

/* The parameters of its row; false: there are not enough. */
static bool
bind_parameters(struct bind *bind, struct call *call, const struct term *term,
    const struct term **rest_out, bool *ok)
{
	const struct function *function = call->function;
	const struct term *arg = term->args;

	while (call->arg_count < function->count && arg != NULL &&
	    !is_value(function, arg)) {
		size_t at = call->arg_count++;

		*ok = bind_argument(bind, function, at, arg,
		    &call->args[at]) && *ok;
		arg = arg->next;
	}
	*rest_out = arg;
	return call->arg_count + function->spare >= function->count ||
	    refuse(bind, function, arg != NULL ? arg->place : term->place);
}

/* What stands behind them. */
static bool
bind_values(struct bind *bind, struct call *call, const struct term *arg)
{
	const struct function *function = call->function;
	VEC(struct ipnet) nets = { 0 };
	const char *wrong;
	bool ok = true;

	for (; arg != NULL; arg = arg->next) {
		if (!is_value(function, arg))
			return refuse(bind, function, arg->place);
		wrong = function->check_value(&arg->net);
		if (wrong != NULL)
			mistake(bind->diag, arg->place, "%.*s %s",
			    STR_ARG(arg->raw), wrong);
		ok = ok && wrong == NULL;
		VEC_PUSH(bind->arena, &nets, arg->net);
	}
	call->nets = nets.at;
	call->net_count = nets.count;
	return ok;
}

/* The client, unless a fact that is no address says whom it asks for. */
static bool
blames_client(const struct call *call)
{
	size_t last = call->function->count - 1;

	return call->function->blames_client &&
	    (call->arg_count <= last || call->args[last].type == FACT_IP);
}

enum value_found
bind_call(struct bind *bind, const struct term *term, struct value *out)
{
	const struct function *function = function_find(term->text);
	struct value args[FUNCTION_PARAMETERS_MAX];
	struct call call = { .function = function, .args = args };
	const struct term *rest;
	bool ok = true;

	if (function == NULL) {
		report_unknown(bind, term);
		return VALUE_WRONG;
	}
	if (function->hook == NULL)
		mistake(bind->diag, term->place, "%s() is not in this version",
		    function->name);
	if (!bind_parameters(bind, &call, term, &rest, &ok))
		return VALUE_WRONG;
	ok = bind_values(bind, &call, rest) && ok;
	bind->reading.blames_client |= ok && blames_client(&call);
	if (!ok || !bind_known(bind, term->place, function->name,
	    function->stage))
		return VALUE_WRONG;
	out->kind = VALUE_CALL;
	out->type = function->result;
	out->words = function->words;
	out->call = call_of(bind, &call, term);
	if (out->call != NULL)
		bind_note_call(bind, out->call);
	return out->call == NULL ? VALUE_WRONG : VALUE_OK;
}
