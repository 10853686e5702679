#include "base/limits.h"
#include "policy/bound.h"

static pcre2_code *
compile_regex(struct bind *bind, const struct term *term)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
	    PCRE2_NEVER_BACKSLASH_C;
	pcre2_code *code;
	PCRE2_SIZE at;
	int error;

	if (str_chr(term->flags, 'i') < term->flags.len)
		options |= PCRE2_CASELESS;
	pcre2_set_max_pattern_length(context, LIMIT_REGEX_OCTETS);
	code = pcre2_compile((PCRE2_SPTR)term->text.ptr, term->text.len,
	    options, &error, &at, context);
	pcre2_compile_context_free(context);
	if (code == NULL) {
		PCRE2_UCHAR text[128];

		pcre2_get_error_message(error, text, sizeof(text));
		mistake(bind->diag, place_after(term->place, 1 + at),
		    "the regular expression is wrong here: %s",
		    (const char *)text);
		return NULL;
	}
	VEC_PUSH(bind->arena, &bind->policy->regexes, code);
	return code;
}

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
	if (bind->policy->regexes.count == LIMIT_POLICY_REGEXES) {
		mistake(bind->diag, term->place, "more than %d regular "
		    "expressions", LIMIT_POLICY_REGEXES);
		return NULL;
	}
	if (!value_is_text(&left) || left.kind == VALUE_CONST) {
		mistake(bind->diag, left.place, "\"matches\" looks at facts "
		    "that are texts; %.*s is of type %s", STR_ARG(left.name),
		    fact_type_name(left.type));
		return NULL;
	}
	if (term->flags.len > 0 && !str_eqz(term->flags, "i")) {
		mistake(bind->diag, term->place, "after a regular expression "
		    "only \"i\" (letter case does not count) may stand, not "
		    "\"%.*s\"", STR_ARG(term->flags));
		return NULL;
	}
	cond = cond_new(bind, COND_MATCHES, expr->place);
	cond->left = left;
	cond->regex = compile_regex(bind, term);
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
