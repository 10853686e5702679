#include "policy/ast.h"

#include "base/limits.h"

void
build_item(struct parse *parse, struct item item)
{
	struct item *copy = arena_alloc(parse->arena, sizeof(*copy));

	*copy = item;
	copy->section = parse->section;
	if (parse->section != NULL && item.kind != ITEM_STAGE)
		mistake(parse->diag, item.place, "a section (%s) holds stages "
		    "and nothing else", place_from(parse->arena, item.place,
		    parse->section->place));
	CHAIN(parse->items, copy);
}

void
build_section(struct parse *parse, struct section section)
{
	struct section *copy;

	if (parse->section_depth++ > 0) {
		mistake(parse->diag, section.place, "a section cannot stand "
		    "inside another (%s)", place_from(parse->arena,
		    section.place, parse->section->place));
		return;
	}
	copy = arena_alloc(parse->arena, sizeof(*copy));
	*copy = section;
	parse->section = copy;
}

void
build_section_end(struct parse *parse)
{
	if (parse->section_depth > 0 && --parse->section_depth == 0)
		parse->section = NULL;
}

struct statement *
build_rule(struct parse *parse, struct statement statement)
{
	struct statement *copy = arena_alloc(parse->arena, sizeof(*copy));

	*copy = statement;
	return copy;
}

/* What is compared or calculated with must have a value. */
static struct term *
value_of(struct parse *parse, const struct expr *expr)
{
	if (expr == NULL)
		return NULL;
	if (expr->kind == EXPR_TERM)
		return expr->left;
	mistake(parse->diag, expr->place, "a condition is true or false; it "
	    "has no value for a comparison or calculation");
	return NULL;
}

struct expr *
build_test(struct parse *parse, enum expr_kind kind, struct place place,
    const struct expr *left, struct term *right)
{
	struct term *term = value_of(parse, left);

	return term == NULL ? NULL :
	    expr_new(parse, kind, place, term, right);
}

struct expr *
build_compare(struct parse *parse, struct place place,
    const struct expr *left, enum compare op, const struct expr *right)
{
	struct term *term = value_of(parse, right);
	struct expr *expr = build_test(parse, EXPR_COMPARE, place, left, term);

	if (expr == NULL || term == NULL)
		return NULL;
	expr->op = op;
	return expr;
}

struct expr *
build_in(struct parse *parse, struct place place, const struct expr *left,
    const struct expr *right)
{
	struct term *term = value_of(parse, right);
	struct expr *expr = build_test(parse, EXPR_IN, place, left, term);

	return term == NULL ? NULL : expr;
}

struct expr *
build_in_set(struct parse *parse, struct place place, const struct expr *left,
    struct term *entries)
{
	struct expr *expr = build_test(parse, EXPR_IN, place, left, entries);

	if (expr != NULL)
		expr->braces = true;
	return expr;
}

/* Binding and evaluation go as deep as terms nest. */
static bool
deepen(struct parse *parse, struct term *term, const struct term *inner)
{
	if (inner->depth >= LIMIT_POLICY_DEPTH) {
		mistake(parse->diag, inner->place, "nested too deeply; at "
		    "most %d levels", LIMIT_POLICY_DEPTH);
		return false;
	}
	if (inner->depth >= term->depth)
		term->depth = inner->depth + 1;
	return true;
}

struct term *
build_call(struct parse *parse, struct term *name, struct term_list args)
{
	name->kind = TERM_CALL;
	name->args = args.first;
	for (const struct term *arg = args.first; arg; arg = arg->next)
		if (!deepen(parse, name, arg)) {
			name->args = NULL;
			break;
		}
	return name;
}

/* The rest of a list of arguments stands before what has a mistake. */
struct term_list
build_argument(struct parse *parse, struct term_list list,
    const struct expr *expr)
{
	struct term *term = value_of(parse, expr);

	if (term != NULL)
		CHAIN(list, term);
	return list;
}

static const char *
as_written(struct parse *parse, const struct term *term, bool tight)
{
	return arena_printf(parse->arena, tight && term->args != NULL &&
	    term->kind == TERM_SUM ? "(%.*s)" : "%.*s",
	    STR_ARG(term->raw)).ptr;
}

struct expr *
build_sum(struct parse *parse, struct place place, const struct expr *left,
    char sign, const struct expr *right)
{
	struct term *a = value_of(parse, left), *b = value_of(parse, right);
	struct term *term;

	if (a == NULL || b == NULL)
		return NULL;
	term = term_new(parse, TERM_SUM, place, STR(""));
	term->sign = sign;
	term->raw = arena_printf(parse->arena, "%s %c %s",
	    as_written(parse, a, sign == '*' || sign == '/'), sign,
	    as_written(parse, b, sign != '+'));
	if (!deepen(parse, term, a) || !deepen(parse, term, b))
		return NULL;
	term->args = a;
	a->next = b;
	b->next = NULL;
	return expr_new(parse, EXPR_TERM, a->place, term, NULL);
}

struct expr *
build_minus(struct parse *parse, struct place place, const struct expr *inner)
{
	struct term *zero = term_new(parse, TERM_NUMBER, place, STR("0"));
	struct term *term = value_of(parse, inner);
	struct expr *expr;

	if (term == NULL)
		return NULL;
	expr = build_sum(parse, place, expr_new(parse, EXPR_TERM, place, zero,
	    NULL), '-', inner);
	if (expr != NULL)
		expr->left->raw = arena_printf(parse->arena, "-%s",
		    as_written(parse, term, true));
	return expr;
}

void
build_case(struct parse *parse, struct test_item item)
{
	struct test_item *copy = arena_alloc(parse->arena, sizeof(*copy));

	*copy = item;
	CHAIN(parse->cases, copy);
}

struct setting *
build_setting(struct parse *parse, const struct expr *left,
    struct term *right, bool braces)
{
	struct term *term = value_of(parse, left);
	struct setting *setting;

	if (term == NULL)
		return NULL;
	setting = arena_alloc(parse->arena, sizeof(*setting));
	*setting = (struct setting){ .place = term->place, .left = term,
	    .right = right, .braces = braces };
	return setting;
}

struct setting *
build_input(struct parse *parse, struct term *word, struct term *value)
{
	struct setting *input = arena_alloc(parse->arena, sizeof(*input));

	*input = (struct setting){ .place = word->place, .left = word,
	    .right = value };
	return input;
}

struct expectation *
build_expectation(struct parse *parse, struct expectation expectation)
{
	struct expectation *copy = arena_alloc(parse->arena, sizeof(*copy));

	*copy = expectation;
	return copy;
}
