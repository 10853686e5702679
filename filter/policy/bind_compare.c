#include "policy/bound.h"

/* A name beside something that is no word: say how it is meant. */
static void
report_name(struct bind *bind, const struct term *term,
    const struct value *other)
{
	if (other == NULL || !value_is_text(other) ||
	    diag_nearest(term->text, (const char *[]){ "true", "false" }, 2)) {
		bind_unknown_name(bind, term);
		return;
	}
	mistake(bind->diag, term->place, "unknown fact \"%.*s\"; a text is "
	    "written in double quotes", STR_ARG(term->text));
}

/* One of both sides is a name that is no fact: a word of the other side? */
static bool
settle_word(struct bind *bind, const struct term *name,
    const struct value *fact, struct value *out)
{
	if (fact->kind == VALUE_CONST || fact->type != FACT_WORD) {
		report_name(bind, name, fact);
		return false;
	}
	out->type = FACT_WORD;
	return bind_word(bind, fact, name, &out->constant.word);
}

static enum compare
mirror(enum compare op)
{
	static const enum compare mirrored[] = {
		[COMPARE_EQ] = COMPARE_EQ, [COMPARE_NE] = COMPARE_NE,
		[COMPARE_LT] = COMPARE_GT, [COMPARE_LE] = COMPARE_GE,
		[COMPARE_GT] = COMPARE_LT, [COMPARE_GE] = COMPARE_LE,
	};

	return mirrored[op];
}

static bool
facts_compare(struct bind *bind, const struct value *a, const struct value *b)
{
	bool same = a->type == b->type;

	if (value_is_number(a) && value_is_number(b))
		same = same || (a->type != FACT_DURATION &&
		    b->type != FACT_DURATION);
	if (value_is_text(a) && value_is_text(b))
		same = same || a->type == FACT_STRING ||
		    b->type == FACT_STRING;
	if (a->type == FACT_WORD && same)
		same = a->words == b->words;
	if (a->type == FACT_LIST || !same)
		mistake(bind->diag, b->place, "%.*s (%s) does not compare with "
		    "%.*s (%s)", STR_ARG(a->name), fact_type_name(a->type),
		    STR_ARG(b->name), fact_type_name(b->type));
	return a->type != FACT_LIST && same;
}

/* Both sides are known as values; the fact is left. */
static struct cond *
compare_values(struct bind *bind, const struct expr *expr, enum compare op,
    struct value *left, struct value *right)
{
	struct cond *cond;

	if (left->kind == VALUE_CONST) {
		mistake(bind->diag, left->place, "neither side is a fact: "
		    "this is always the same");
		return NULL;
	}
	if (right->kind == VALUE_CONST ?
	    right->type != FACT_WORD && !bind_convert(bind, left, right) :
	    !facts_compare(bind, left, right))
		return NULL;
	if (op != COMPARE_EQ && op != COMPARE_NE && !value_is_number(left)) {
		mistake(bind->diag, expr->place, "only numbers, sizes and "
		    "durations have an order; %.*s is of type %s",
		    STR_ARG(left->name), fact_type_name(left->type));
		return NULL;
	}
	cond = cond_new(bind, COND_COMPARE, expr->place);
	cond->op = op == COMPARE_NE ? COMPARE_EQ : op;
	cond->left = *left;
	cond->right = *right;
	return op == COMPARE_NE ? cond_not(bind, cond) : cond;
}

struct cond *
bind_compare(struct bind *bind, const struct expr *expr)
{
	struct value left, right;
	enum value_found l = bind_value(bind, expr->left, &left);
	enum value_found r = bind_value(bind, expr->right, &right);

	if (l == VALUE_WRONG || r == VALUE_WRONG)
		return NULL;
	if (l == VALUE_IS_NAME) {
		if (r == VALUE_IS_NAME) {
			bind_unknown_name(bind, expr->left);
			return NULL;
		}
		if (!settle_word(bind, expr->left, &right, &left))
			return NULL;
	} else if (r == VALUE_IS_NAME &&
	    !settle_word(bind, expr->right, &left, &right))
		return NULL;
	if (left.kind == VALUE_CONST)
		return compare_values(bind, expr, mirror(expr->op), &right,
		    &left);
	return compare_values(bind, expr, expr->op, &left, &right);
}
