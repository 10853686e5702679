#include "base/limits.h"
#include "policy/bound.h"

static struct cond *
in_words(struct bind *bind, const struct expr *expr, const struct value *left)
{
	struct cond *cond = cond_new(bind, COND_IN_WORDS, expr->place);
	bool ok = true;

	cond->left = *left;
	for (const struct term *term = expr->right; term; term = term->next) {
		enum word word;

		if (bind_word(bind, left, term, &word))
			cond->words |= 1u << word;
		else
			ok = false;
	}
	return ok ? cond : NULL;
}

/* Which entries can ever be met by a fact of this type. */
static unsigned
kinds_for(enum fact_type type)
{
	if (type == FACT_IP)
		return LIST_NETS | LIST_QUOTED_NETS;
	if (type == FACT_DOMAIN)
		return LIST_DOMAINS | LIST_SUBDOMAINS | LIST_REGEXES;
	if (type == FACT_ADDRESS)
		return LIST_DOMAINS | LIST_SUBDOMAINS | LIST_ADDRESSES |
		    LIST_USERS | LIST_AT_DOMAINS | LIST_REGEXES | LIST_TEXTS;
	return LIST_DOMAINS | LIST_ADDRESSES | LIST_USERS | LIST_TEXTS |
	    LIST_QUOTED_NETS | LIST_REGEXES;
}

static const char *
entries_for(enum fact_type type)
{
	if (type == FACT_IP)
		return "IP addresses and networks";
	if (type == FACT_DOMAIN)
		return "domains, and .example.com for subdomains";
	if (type == FACT_ADDRESS)
		return "addresses, user@, @example.com, and domains";
	return "whole texts";
}

/* The empty address of a bounce is the one odd text that is allowed. */
static bool
entry_fits(const struct value *left, const struct term *term,
    enum list_kind kind)
{
	if (left->type == FACT_ADDRESS && kind == LIST_TEXTS)
		return term->text.len == 0;
	return (kinds_for(left->type) & kind) != 0;
}

const struct list *
bind_entries(struct bind *bind, const struct term *entries,
    const struct value *left)
{
	struct list_builder *builder = list_builder_new(bind->arena,
	    bind->policy->regexes);
	bool ok = true;

	for (const struct term *term = entries; term; term = term->next) {
		enum list_kind kind;

		if (!list_add(builder, term, bind->diag, &kind))
			ok = false;
		else if (left != NULL && !entry_fits(left, term, kind)) {
			mistake(bind->diag, term->place, "%.*s (%s) can never "
			    "be %.*s; its sets hold %s", STR_ARG(left->name),
			    fact_type_name(left->type), STR_ARG(term->raw),
			    entries_for(left->type));
			ok = false;
		}
	}
	if (ok)
		return list_build(builder, bind->diag);
	list_abandon(builder);
	return NULL;
}

static bool
can_be_in_set(struct bind *bind, const struct value *left)
{
	if (left->kind == VALUE_CONST) {
		mistake(bind->diag, left->place, "a fact stands before "
		    "\"in\"; %.*s is none", STR_ARG(left->name));
		return false;
	}
	if (left->type == FACT_LIST) {
		mistake(bind->diag, left->place, "%.*s is a list itself; "
		    "write \"...\" in %.*s", STR_ARG(left->name),
		    STR_ARG(left->name));
		return false;
	}
	if (value_is_number(left) || left->type == FACT_BOOL) {
		mistake(bind->diag, left->place, "%.*s (%s) is compared with "
		    "%s, not looked up in a set", STR_ARG(left->name),
		    fact_type_name(left->type), value_is_number(left) ?
		    "< <= == >= >" : "== true");
		return false;
	}
	return true;
}

/* The same fact in the same list is looked up once a stage. */
static size_t
number_look(struct bind *bind, const struct cond *cond)
{
	struct policy *policy = bind->policy;

	if (cond->left.kind != VALUE_FACT)
		return 0;
	for (size_t i = 0; i < policy->looks.count; i++)
		if (policy->looks.at[i]->list == cond->list &&
		    policy->looks.at[i]->left.id == cond->left.id)
			return i + 1;
	if (policy->looks.count == LIMIT_POLICY_NAMES)
		return 0;
	VEC_PUSH(bind->arena, &policy->looks, cond);
	return policy->looks.count;
}

static struct cond *
in_list(struct bind *bind, const struct expr *expr, const struct value *left,
    const struct list *list)
{
	struct cond *cond;

	if (list == NULL)
		return NULL;
	cond = cond_new(bind, COND_IN_LIST, expr->place);
	cond->left = *left;
	cond->list = list;
	cond->set = expr->braces;
	cond->look = number_look(bind, cond);
	return cond;
}

static struct cond *
in_fact(struct bind *bind, const struct expr *expr, const struct value *left,
    enum fact_id id)
{
	struct cond *cond;

	if (!bind_fact(bind, expr->right->place, id))
		return NULL;
	if (!value_is_text(left)) {
		mistake(bind->diag, left->place, "%s holds texts; %.*s is of "
		    "type %s", fact_table[id].name, STR_ARG(left->name),
		    fact_type_name(left->type));
		return NULL;
	}
	cond = cond_new(bind, COND_IN_FACT, expr->place);
	cond->left = *left;
	cond->right = (struct value){ .kind = VALUE_FACT, .type = FACT_LIST,
	    .place = expr->right->place, .id = id, .name = expr->right->raw };
	return cond;
}

static void
report_no_list(struct bind *bind, const struct term *term)
{
	VEC(const char *) names = { 0 };
	enum fact_id id;

	for (const struct item *item = bind->items; item; item = item->next) {
		if (item->kind != ITEM_LIST)
			continue;
		VEC_PUSH(bind->arena, &names,
		    arena_z(bind->arena, item->name->text));
		if (str_eq(item->name->text, term->text)) {
			mistake(bind->diag, term->place, "list \"%.*s\" is "
			    "used before it is defined (%s)",
			    STR_ARG(term->text), place_from(bind->arena,
			    term->place, item->place));
			return;
		}
	}
	if (bind_find_define(bind, term->text) != NULL)
		mistake(bind->diag, term->place, "\"%.*s\" is defined as a "
		    "condition, not a list", STR_ARG(term->text));
	else if (fact_find(term->text, &id))
		mistake(bind->diag, term->place, "%s is of type %s, not a "
		    "list; write == to compare", fact_table[id].name,
		    fact_type_name(fact_table[id].type));
	else
		mistake(bind->diag, term->place, "unknown list \"%.*s\"%s",
		    STR_ARG(term->text), nearest_hint(bind->arena, term->text,
		    names.at, names.count));
}

static struct cond *
in_named(struct bind *bind, const struct expr *expr, const struct value *left)
{
	const struct term *term = expr->right;
	struct named_list *named = bind_find_list(bind, term->text);

	if (named == NULL) {
		report_no_list(bind, term);
		return NULL;
	}
	named->used = true;
	named->wanted |= kinds_for(left->type);
	if (named->list == NULL)
		return NULL;
	if (list_count(named->list) > 0 &&
	    (list_kinds(named->list) & kinds_for(left->type)) == 0)
		doubt(bind->diag, term->place, "list \"%.*s\" holds nothing "
		    "that %.*s (%s) can be", STR_ARG(term->text),
		    STR_ARG(left->name), fact_type_name(left->type));
	return in_list(bind, expr, left, named->list);
}

struct cond *
bind_in(struct bind *bind, const struct expr *expr)
{
	const struct term *term = expr->right;
	struct value left;
	enum value_found found = bind_value(bind, expr->left, &left);
	enum fact_id id;

	if (found == VALUE_IS_NAME)
		bind_unknown_name(bind, expr->left);
	if (found != VALUE_OK)
		return NULL;
	if (!expr->braces && term->kind == TERM_NAME &&
	    fact_find(term->text, &id) && fact_table[id].type == FACT_LIST)
		return in_fact(bind, expr, &left, id);
	if (!can_be_in_set(bind, &left))
		return NULL;
	if (expr->braces && left.type == FACT_WORD)
		return in_words(bind, expr, &left);
	if (expr->braces)
		return in_list(bind, expr, &left,
		    bind_entries(bind, term, &left));
	if (left.type == FACT_WORD) {
		mistake(bind->diag, term->place, "%.*s is a word; after "
		    "\"in\" write a set of words: { ..., ... }",
		    STR_ARG(left.name));
		return NULL;
	}
	if (term->kind == TERM_NAME)
		return in_named(bind, expr, &left);
	if (term->kind == TERM_IP || term->kind == TERM_NET)
		return in_list(bind, expr, &left,
		    bind_entries(bind, term, &left));
	mistake(bind->diag, term->place, "after \"in\" stands a list or a set: "
	    "%.*s in { ... }", STR_ARG(left.name));
	return NULL;
}
