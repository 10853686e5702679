#include "policy/bound.h"

struct cond *
bind_matches(struct bind *bind, const struct expr *expr)
{
	const struct term *term = expr->right;
	struct value left;
	enum value_found found = bind_value(bind, expr->left, &left);
	struct cond *cond;

	if (found == VALUE_IS_NAME)
		bind_unknown_name(bind, expr->left);
	if (found != VALUE_OK)
		return NULL;
	if (!value_is_text(&left) || left.kind == VALUE_CONST) {
		mistake(bind->diag, left.place, "\"matches\" looks at facts "
		    "that are texts; %.*s is of type %s", STR_ARG(left.name),
		    fact_type_name(left.type));
		return NULL;
	}
	cond = cond_new(bind, COND_MATCHES, expr->place);
	cond->left = left;
	cond->regex = regex_compile(bind->policy->regexes, term, bind->diag);
	return cond->regex == NULL ? NULL : cond;
}

struct cond *
bind_is(struct bind *bind, const struct expr *expr)
{
	bool set = str_eqz(expr->right->text, "set");
	struct value left;
	enum value_found found = bind_value(bind, expr->left, &left);
	struct cond *cond;

	if (found == VALUE_IS_NAME)
		bind_unknown_name(bind, expr->left);
	if (!set && !str_eqz(expr->right->text, "unknown")) {
		mistake(bind->diag, expr->right->place, "\"is\" asks only "
		    "\"is set\" and \"is unknown\"; write == to compare");
		return NULL;
	}
	if (found != VALUE_OK)
		return NULL;
	if (left.kind == VALUE_CONST) {
		mistake(bind->diag, left.place, "only a fact can be set or "
		    "unknown; %.*s is none", STR_ARG(left.name));
		return NULL;
	}
	cond = cond_new(bind, set ? COND_IS_SET : COND_IS_UNKNOWN,
	    expr->place);
	cond->left = left;
	return cond;
}
