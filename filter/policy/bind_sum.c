#include <math.h>

#include "policy/bound.h"

/* What a sum of these types is of; FACT_LIST: they make none. */
static enum fact_type
sum_type(char sign, enum fact_type a, enum fact_type b)
{
	if (a == FACT_NUMBER && b == FACT_NUMBER)
		return FACT_NUMBER;
	if (sign == '*')
		return a == FACT_NUMBER ? b : b == FACT_NUMBER ? a : FACT_LIST;
	if (sign == '/' && a == b)
		return FACT_NUMBER;
	if (sign == '/')
		return b == FACT_NUMBER ? a : FACT_LIST;
	/* A plain number is octets too, as it is in a comparison. */
	if (a == b || (a == FACT_SIZE && b == FACT_NUMBER))
		return a;
	return a == FACT_NUMBER && b == FACT_SIZE ? b : FACT_LIST;
}

double
sum_of(char sign, double a, double b)
{
	switch (sign) {
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	}
	return a / b;
}

static bool
bind_part(struct bind *bind, const struct term *term, char sign,
    struct value *out)
{
	enum value_found found = bind_value(bind, term, out);

	if (found == VALUE_IS_NAME)
		bind_unknown_name(bind, term);
	if (found != VALUE_OK)
		return false;
	if (value_is_number(out))
		return true;
	mistake(bind->diag, term->place, "\"%c\" is for numbers, sizes and "
	    "durations; %.*s is of type %s", sign, STR_ARG(out->name),
	    fact_type_name(out->type));
	return false;
}

static enum value_found
fold(struct bind *bind, const struct term *term, struct value *out)
{
	double number = sum_of(term->sign, out->parts[0].constant.number,
	    out->parts[1].constant.number);

	if (!isfinite(number)) {
		mistake(bind->diag, term->place, "%.*s is no number",
		    STR_ARG(term->raw));
		return VALUE_WRONG;
	}
	out->kind = VALUE_CONST;
	out->constant.number = number;
	return VALUE_OK;
}

enum value_found
bind_sum(struct bind *bind, const struct term *term, struct value *out)
{
	const struct term *left = term->args, *right = left->next;
	struct value *parts = arena_alloc(bind->arena, 2 * sizeof(*parts));
	bool ok = bind_part(bind, left, term->sign, &parts[0]);

	ok = bind_part(bind, right, term->sign, &parts[1]) && ok;
	if (!ok)
		return VALUE_WRONG;
	out->kind = VALUE_SUM;
	out->sign = term->sign;
	out->parts = parts;
	out->type = sum_type(term->sign, parts[0].type, parts[1].type);
	if (out->type == FACT_LIST) {
		mistake(bind->diag, term->place, "%.*s (%s) and %.*s (%s) do "
		    "not go together with \"%c\"", STR_ARG(parts[0].name),
		    fact_type_name(parts[0].type), STR_ARG(parts[1].name),
		    fact_type_name(parts[1].type), term->sign);
		return VALUE_WRONG;
	}
	if (parts[0].kind == VALUE_CONST && parts[1].kind == VALUE_CONST)
		return fold(bind, term, out);
	return VALUE_OK;
}
