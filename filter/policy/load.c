#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "policy/bound.h"

static struct policy *
policy_new(void)
{
	struct policy *policy = xcalloc(1, sizeof(*policy));

	policy->arena = arena_new();
	atomic_init(&policy->refs, 1);
	return policy;
}

struct policy *
policy_ref(struct policy *policy)
{
	atomic_fetch_add(&policy->refs, 1);
	return policy;
}

void
policy_unref(struct policy *policy)
{
	if (policy == NULL || atomic_fetch_sub(&policy->refs, 1) > 1)
		return;
	for (size_t i = 0; i < policy->regexes.count; i++)
		pcre2_code_free(policy->regexes.at[i]);
	arena_free(policy->arena);
	free(policy);
}

struct order {
	const struct diag_item	*item;
	size_t			 file, at;	/* file 0 is the policy's own */
};

static int
by_position(const void *x, const void *y)
{
	const struct order *a = x, *b = y;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->item->line != b->item->line)
		return a->item->line < b->item->line ? -1 : 1;
	if (a->item->column != b->item->column)
		return a->item->column < b->item->column ? -1 : 1;
	return a->at < b->at ? -1 : 1;
}

/*
 * The parser's mistakes come before the binder's; an admin reads a file from
 * its top.  Other files stand behind the policy's, as they were met.
 */
static void
hand_over(const struct diag *from, const char *path, struct arena *arena,
    struct diag *to)
{
	size_t total = diag_total(from), sorted = total;
	struct order *order = arena_alloc(arena, total * sizeof(*order));

	if (sorted > LIMIT_POLICY_ERRORS)
		sorted = LIMIT_POLICY_ERRORS;	/* then "too many" */
	for (size_t i = 0; i < total; i++) {
		order[i] = (struct order){ diag_at(from, i), i + 1, i };
		if (strcmp(order[i].item->file, path) == 0)
			order[i].file = 0;
		for (size_t j = 0; j < i && order[i].file > 0; j++)
			if (strcmp(order[j].item->file,
			    order[i].item->file) == 0) {
				order[i].file = order[j].file;
				break;
			}
	}
	qsort(order, sorted, sizeof(*order), by_position);
	for (size_t i = 0; i < total; i++) {
		const struct diag_item *item = order[i].item;

		diag_add(to, item->level, item->file, item->line, item->column,
		    str_from(item->source), "%s", item->text);
	}
}

static bool
compile(struct policy *policy, const struct source *source,
    struct diag *diag)
{
	struct parse parse = { .arena = policy->arena, .diag = diag,
	    .source = source };
	struct bind bind = { .policy = policy, .arena = policy->arena,
	    .diag = diag };

	parse_policy(&parse);
	bind.items = parse.items.first;
	bind_policy(&bind);
	if (policy->name == NULL && diag_count(diag, DIAG_ERROR) == 0)
		mistake(diag, (struct place){ source, 0, 0 }, "no title; a "
		    "policy begins with policy \"NAME\" mode enforce; or "
		    "mode monitor;");
	return diag_count(diag, DIAG_ERROR) == 0;
}

static struct policy *
load(struct policy *policy, const struct source *source, struct diag *diag)
{
	struct diag *own = diag_new();
	bool ok = compile(policy, source, own);

	hand_over(own, source->path, policy->arena, diag);
	diag_free(own);
	if (ok)
		return policy;
	policy_unref(policy);
	return NULL;
}

struct policy *
policy_load_text(const char *path, struct str text, struct diag *diag)
{
	struct policy *policy = policy_new();

	if (text.len > LIMIT_POLICY_OCTETS) {
		diag_add(diag, DIAG_ERROR, path, 0, 0, STR_NONE,
		    "longer than a policy may be (%d octets)",
		    LIMIT_POLICY_OCTETS);
		policy_unref(policy);
		return NULL;
	}
	return load(policy, source_new(policy->arena, path, text), diag);
}

struct policy *
policy_load(const char *path, struct diag *diag)
{
	struct policy *policy = policy_new();
	struct source *source;

	if (!source_read(policy->arena, path, LIMIT_POLICY_OCTETS, &source)) {
		diag_add(diag, DIAG_ERROR, path, 0, 0, STR_NONE,
		    "cannot read it: %s", strerror(errno));
		policy_unref(policy);
		return NULL;
	}
	return load(policy, source, diag);
}

const char *
policy_name(const struct policy *policy)
{
	return policy->name;
}

bool
policy_enforces(const struct policy *policy)
{
	return policy->enforce;
}

bool
policy_can_act(const struct policy *policy, enum stage stage)
{
	if (!policy->enforce)
		return false;
	if (stage == STAGE_RCPT)
		return policy->rules[stage].count > 0;
	for (size_t i = 0; i < policy->rules[stage].count; i++) {
		const struct rule *rule = policy->rules[stage].at[i];

		if (!rule->shadow && action_ends(rule->action))
			return true;
	}
	return false;
}

bool
policy_reads(const struct policy *policy, enum fact_id id)
{
	return fact_bits_has(&policy->reads, id);
}
