#include <string.h>

#include "base/limits.h"
#include "policy/bound.h"

struct define *
bind_find_define(struct bind *bind, struct str name)
{
	for (size_t i = 0; i < bind->defines.count; i++)
		if (str_eq(bind->defines.at[i]->name, name))
			return bind->defines.at[i];
	return NULL;
}

struct named_list *
bind_find_list(struct bind *bind, struct str name)
{
	for (size_t i = 0; i < bind->lists.count; i++)
		if (str_eq(bind->lists.at[i]->name, name))
			return bind->lists.at[i];
	return NULL;
}

bool
bind_name_is_free(struct bind *bind, const struct term *term)
{
	const struct define *define = bind_find_define(bind, term->text);
	const struct named_list *list = bind_find_list(bind, term->text);
	enum fact_id id;

	if (fact_find(term->text, &id) || str_eqz(term->text, "true") ||
	    str_eqz(term->text, "false")) {
		mistake(bind->diag, term->place, "\"%.*s\" is the name of a "
		    "fact or a word of the language; choose another",
		    STR_ARG(term->text));
		return false;
	}
	if (define != NULL || list != NULL) {
		mistake(bind->diag, term->place, "\"%.*s\" has this name "
		    "already (%s)", STR_ARG(term->text), place_from(
		    bind->arena, term->place, define != NULL ?
		    define->place : list->place));
		return false;
	}
	if (bind->defines.count + bind->lists.count == LIMIT_POLICY_NAMES) {
		mistake(bind->diag, term->place, "more than %d lists and "
		    "defines", LIMIT_POLICY_NAMES);
		return false;
	}
	return true;
}

static void
bind_title(struct bind *bind, const struct item *item)
{
	if (bind->policy->name != NULL) {
		mistake(bind->diag, item->place,
		    "a second title; the policy is \"%s\" already",
		    bind->policy->name);
		return;
	}
	bind->policy->name = arena_z(bind->arena, item->name->text);
	bind->policy->enforce = str_eqz(item->mode->text, "enforce");
	if (item->name->text.len == 0)
		mistake(bind->diag, item->name->place,
		    "the policy has an empty name");
	if (!bind->policy->enforce && !str_eqz(item->mode->text, "monitor"))
		mistake(bind->diag, item->mode->place, "the mode is enforce "
		    "or monitor, not \"%.*s\"", STR_ARG(item->mode->text));
}

struct define *
bind_new_define(struct bind *bind, struct str name, struct place place,
    const struct expr *expr, enum stage stage)
{
	struct define *define = arena_alloc(bind->arena, sizeof(*define));

	define->name = name;
	define->place = place;
	memset(&bind->reading, 0, sizeof(bind->reading));
	bind->stage = stage;
	if (expr != NULL)
		define->cond = bind_cond(bind, expr);
	define->reading = bind->reading;
	define->index = bind->defines.count;
	VEC_PUSH(bind->arena, &bind->defines, define);
	return define;
}

static void
bind_define(struct bind *bind, const struct item *item)
{
	if (bind_name_is_free(bind, item->name))
		bind_sense(bind, bind_new_define(bind, item->name->text,
		    item->place, item->expr, STAGE_MESSAGE)->cond);
}

static void
bind_stage(struct bind *bind, const struct item *item)
{
	struct str name = item->name->text;
	const struct scope *scope;
	enum stage stage;

	if (!stage_find(name, &stage)) {
		const char *names[STAGE_COUNT];

		for (int i = 0; i < STAGE_COUNT; i++)
			names[i] = stage_name((enum stage)i);
		mistake(bind->diag, item->name->place,
		    "unknown stage \"%.*s\"%s", STR_ARG(name),
		    hint_or(bind->arena, name, names, STAGE_COUNT, "; the "
		    "stages are connect, helo, mail, rcpt and message"));
		return;
	}
	scope = bind_scope(bind, item->section);
	for (const struct statement *statement = item->statements; statement;
	    statement = statement->next) {
		struct rule *rule = NULL;

		if (diag_total(bind->diag) <= LIMIT_POLICY_ERRORS)
			rule = bind_rule(bind, statement, stage, scope);
		if (rule != NULL)
			VEC_PUSH(bind->arena, &bind->policy->rules[stage],
			    rule);
	}
}

static void (*const binders[])(struct bind *, const struct item *) = {
	/* ITEM_INCLUDE: its place was taken by what it includes */
	[ITEM_POLICY] = bind_title, [ITEM_LIST] = bind_list,
	[ITEM_DEFINE] = bind_define, [ITEM_STAGE] = bind_stage,
};

static void
check_instead(struct bind *bind)
{
	for (const struct item *item = bind->instead; item; item = item->next)
		if (bind_find_list(bind, item->name->text) == NULL)
			mistake(bind->diag, item->place, "the policy has no "
			    "list \"%.*s\"", STR_ARG(item->name->text));
}

static void
number_rules(struct policy *policy)
{
	size_t number = 0;

	for (int s = 0; s < STAGE_COUNT; s++)
		for (size_t i = 0; i < policy->rules[s].count; i++)
			policy->rules[s].at[i]->number = number++;
}

void
bind_policy(struct bind *bind)
{
	for (const struct item *item = bind->items; item; item = item->next)
		if (diag_total(bind->diag) <= LIMIT_POLICY_ERRORS)
			binders[item->kind](bind, item);
	bind->policy->define_count = bind->defines.count;
	check_instead(bind);
	if (diag_count(bind->diag, DIAG_ERROR) > 0)
		return;
	number_rules(bind->policy);
	bind_doubts(bind);
}
