#include "policy/bound.h"

/* What "any" and "all" go over, and the type of its items. */
static bool
find_items(struct bind *bind, const char *word, const struct term *term,
    enum fact_id *id_out)
{
	enum fact_id id;

	if (str_eqz(term->text, "rcpt") && term->kind == TERM_NAME) {
		*id_out = FACT_ID_RCPT_ACCEPTED;
		return true;
	}
	if (term->kind != TERM_NAME) {
		mistake(bind->diag, term->place, "%s goes over rcpt or a fact "
		    "that is a list, not over %.*s", word,
		    STR_ARG(term->raw));
		return false;
	}
	if (!fact_find(term->text, &id)) {
		bind_unknown_name(bind, term);
		return false;
	}
	if (fact_table[id].type == FACT_LIST) {
		*id_out = id;
		return true;
	}
	mistake(bind->diag, term->place, "%s goes over rcpt or a fact that is "
	    "a list; %s is of type %s", word, fact_table[id].name,
	    fact_type_name(fact_table[id].type));
	return false;
}

static enum fact_type
item_type(enum fact_id id)
{
	enum word_set items = fact_table[id].words;

	return items == OF_DOMAINS ? FACT_DOMAIN :
	    items == OF_ADDRESSES ? FACT_ADDRESS : FACT_STRING;
}

/* The test of one item, behind any "not"; NULL: it is none. */
static const struct expr *
test_in(struct bind *bind, const char *word, const struct expr *expr)
{
	const struct expr *test = expr->children;

	while (test->kind == EXPR_NOT)
		test = test->children;
	if (test->kind == EXPR_COMPARE || test->kind == EXPR_IN ||
	    test->kind == EXPR_MATCHES)
		return test;
	mistake(bind->diag, expr->place, "%s stands before a comparison, "
	    "\"in\" or \"matches\", such as %s rcpt in { ... }", word, word);
	return NULL;
}

struct cond *
bind_any(struct bind *bind, const struct expr *expr)
{
	const char *word = expr->kind == EXPR_ANY ? "any" : "all";
	const struct expr *test = test_in(bind, word, expr);
	struct cond *cond, *inner;
	enum fact_id id;

	if (test == NULL || !find_items(bind, word, test->left, &id) ||
	    !bind_fact(bind, test->left->place, id))
		return NULL;
	bind->item = test->left;
	bind->item_type = item_type(id);
	inner = bind_cond(bind, expr->children);
	bind->item = NULL;
	if (inner == NULL)
		return NULL;
	cond = cond_new(bind, expr->kind == EXPR_ANY ? COND_ANY : COND_ALL,
	    expr->place);
	cond->left = (struct value){ .kind = VALUE_FACT, .type = FACT_LIST,
	    .id = id, .place = test->left->place, .name = test->left->raw };
	cond->children = inner;
	return cond_above(bind, cond, inner);
}
