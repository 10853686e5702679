#include "base/limits.h"
#include "policy/bound.h"

struct cond *
cond_new(struct bind *bind, enum cond_kind kind, struct place place)
{
	struct cond *cond = arena_alloc(bind->arena, sizeof(*cond));

	cond->kind = kind;
	cond->place = place;
	cond->depth = 1;
	return cond;
}

/* Evaluation goes as deep as conditions nest, through defines too. */
struct cond *
cond_above(struct bind *bind, struct cond *cond, const struct cond *inner)
{
	if (inner->depth >= LIMIT_POLICY_DEPTH) {
		mistake(bind->diag, cond->place, "nested too deeply; at most "
		    "%d levels, those of defines counted in",
		    LIMIT_POLICY_DEPTH);
		return NULL;
	}
	if (inner->depth >= cond->depth)
		cond->depth = inner->depth + 1;
	return cond;
}

struct cond *
cond_not(struct bind *bind, struct cond *inner)
{
	struct cond *cond;

	if (inner == NULL)
		return NULL;
	cond = cond_new(bind, COND_NOT, inner->place);
	cond->children = inner;
	return cond_above(bind, cond, inner);
}

static void
read_define(struct bind *bind, const struct define *define)
{
	struct reading *to = &bind->reading;
	const struct reading *from = &define->reading;

	for (size_t i = 0; i < sizeof(to->facts.at) / sizeof(to->facts.at[0]);
	    i++)
		to->facts.at[i] |= from->facts.at[i];
	for (size_t i = 0; i < from->calls.count; i++)
		bind_note_call(bind, from->calls.at[i]);
	to->blames_client |= from->blames_client;
	if (!to->has_auth && from->has_auth) {
		to->has_auth = true;
		to->auth = from->auth;
	}
	if (to->latest == NULL || from->stage > to->stage) {
		to->stage = from->stage;
		to->latest = from->latest;
	}
}

struct cond *
bind_use_define(struct bind *bind, struct place place,
    const struct define *define)
{
	struct cond *cond = cond_new(bind, COND_DEFINE, place);

	read_define(bind, define);
	cond->define = define;
	return cond_above(bind, cond, define->cond);
}

static struct cond *
bind_define_use(struct bind *bind, const struct expr *expr,
    struct define *define)
{
	struct cond *cond;

	define->used = true;
	if (define->cond == NULL)
		return NULL;
	cond = bind_use_define(bind, expr->place, define);
	if (define->reading.stage > bind->stage) {
		mistake(bind->diag, expr->place, "\"%.*s\" reads %s, which is "
		    "known from stage %s on; this is stage %s",
		    STR_ARG(define->name), define->reading.latest,
		    stage_name(define->reading.stage),
		    stage_name(bind->stage));
		return NULL;
	}
	return cond;
}

/* One that says more than none. */
static enum word
some_word(enum word_set set)
{
	int word = WORD_NONE + 1;

	while (word < WORD_COUNT - 1 && !word_in_set(set, (enum word)word))
		word++;
	return (enum word)word;
}

static void
report_not_alone(struct bind *bind, const struct value *value)
{
	if (value->kind == VALUE_CONST)
		mistake(bind->diag, value->place, "%.*s alone is no "
		    "condition", STR_ARG(value->name));
	else if (value->type == FACT_WORD)
		mistake(bind->diag, value->place, "%.*s alone is no "
		    "condition; compare it, such as %.*s == %s",
		    STR_ARG(value->name), STR_ARG(value->name),
		    word_name(some_word(value->words)));
	else
		mistake(bind->diag, value->place, "%.*s alone is no "
		    "condition; compare it, or write %.*s is set",
		    STR_ARG(value->name), STR_ARG(value->name));
}

static struct cond *
bind_term(struct bind *bind, const struct expr *expr)
{
	const struct term *term = expr->left;
	struct define *define = term->kind == TERM_NAME ?
	    bind_find_define(bind, term->text) : NULL;
	struct value value;
	enum value_found found;
	struct cond *cond;

	if (define != NULL)
		return bind_define_use(bind, expr, define);
	found = bind_value(bind, term, &value);
	if (found == VALUE_IS_NAME)
		bind_unknown_name(bind, term);
	if (found != VALUE_OK)
		return NULL;
	if (value.kind == VALUE_CONST || value.type != FACT_BOOL) {
		report_not_alone(bind, &value);
		return NULL;
	}
	cond = cond_new(bind, COND_TRUTH, expr->place);
	cond->left = value;
	return cond;
}

static struct cond *
bind_children(struct bind *bind, const struct expr *expr)
{
	struct cond *cond = cond_new(bind, expr->kind == EXPR_AND ? COND_AND :
	    COND_OR, expr->place), **end = &cond->children;
	bool ok = true;

	for (const struct expr *child = expr->children; child;
	    child = child->next) {
		*end = bind_cond(bind, child);
		if (*end == NULL || cond_above(bind, cond, *end) == NULL)
			ok = false;
		if (*end != NULL)
			end = &(*end)->next;
	}
	return ok ? cond : NULL;
}

struct cond *
bind_cond(struct bind *bind, const struct expr *expr)
{
	if (diag_total(bind->diag) > LIMIT_POLICY_ERRORS)
		return NULL;
	switch (expr->kind) {
	case EXPR_AND:
	case EXPR_OR:
		return bind_children(bind, expr);
	case EXPR_NOT:
		return cond_not(bind, bind_cond(bind, expr->children));
	case EXPR_COMPARE:
		return bind_compare(bind, expr);
	case EXPR_IN:
		return bind_in(bind, expr);
	case EXPR_MATCHES:
		return bind_matches(bind, expr);
	case EXPR_IS:
		return bind_is(bind, expr);
	case EXPR_ANY:
	case EXPR_ALL:
		return bind_any(bind, expr);
	case EXPR_TERM:
		return bind_term(bind, expr);
	}
	return NULL;
}
