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
	policy->regexes = regex_pool_new(policy->arena);
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
	regex_pool_free(policy->regexes);
	arena_free(policy->arena);
	free(policy);
}

static bool
compile(struct policy *policy, const struct source *source,
    const struct item *instead, struct diag *diag)
{
	struct parse parse = { .arena = policy->arena, .diag = diag,
	    .source = source, .checksum = &policy->checksum };
	struct bind bind = { .policy = policy, .arena = policy->arena,
	    .diag = diag, .instead = instead };

	parse_policy(&parse);
	bind.items = parse.items.first;
	bind_policy(&bind);
	if (policy->name == NULL && diag_count(diag, DIAG_ERROR) == 0)
		mistake(diag, (struct place){ source, 0, 0, 0 }, "no title; a "
		    "policy begins with policy \"NAME\" mode enforce; or "
		    "mode monitor;");
	return diag_count(diag, DIAG_ERROR) == 0;
}

static struct policy *
load(struct policy *policy, const struct source *source,
    const struct item *instead, struct diag *diag)
{
	struct diag *own = diag_new();
	bool ok = compile(policy, source, instead, own);

	mistakes_hand_over(own, source->path, policy->arena, diag);
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
	return load(policy, source_new(policy->arena, path, text), NULL, diag);
}

struct policy *
policy_load_with(const char *path, const struct item *instead,
    struct diag *diag)
{
	struct policy *policy = policy_new();
	struct source *source = source_load(policy->arena, path,
	    LIMIT_POLICY_OCTETS, diag);

	if (source != NULL)
		return load(policy, source, instead, diag);
	policy_unref(policy);
	return NULL;
}

struct policy *
policy_load(const char *path, struct diag *diag)
{
	return policy_load_with(path, NULL, diag);
}

const char *
policy_name(const struct policy *policy)
{
	return policy->name;
}

uint64_t
policy_checksum(const struct policy *policy)
{
	return policy->checksum;
}

bool
policy_enforces(const struct policy *policy)
{
	return policy->enforce;
}

static bool
is_told_at(const struct rule *rule, enum stage stage)
{
	return !rule->shadow && action_ends(rule->action) &&
	    rule->action != ACTION_ACCEPT &&
	    (rule->action != ACTION_QUARANTINE || stage == STAGE_MESSAGE);
}

bool
policy_can_act(const struct policy *policy, enum stage stage)
{
	if (!policy->enforce)
		return false;
	if (stage == STAGE_RCPT)
		return policy->rules[stage].count > 0;
	for (size_t i = 0; i < policy->rules[stage].count; i++)
		if (is_told_at(policy->rules[stage].at[i], stage))
			return true;
	return false;
}

bool
policy_reads(const struct policy *policy, enum fact_id id)
{
	return fact_bits_has(&policy->reads, id);
}

const char *
policy_call_name(const struct policy *policy, size_t number)
{
	return number < policy->calls.count ?
	    policy->calls.at[number]->function->name : NULL;
}

static enum stage
stage_of(const struct call *call)
{
	if (call->arg_count < 2)
		return STAGE_CONNECT;
	return call->args[1].kind == VALUE_FACT ?
	    fact_table[call->args[1].id].stage : STAGE_MESSAGE;
}

/* A text, or a list of texts, may be an address. */
bool
policy_list_at(const struct policy *policy, size_t number,
    struct policy_list *list_out)
{
	const struct call *call;
	enum fact_type type = FACT_IP;

	if (number >= policy->calls.count)
		return false;
	call = policy->calls.at[number];
	if (!call->function->asks_list)
		return false;
	if (call->arg_count > 1)
		type = call->args[1].type;
	*list_out = (struct policy_list){ .stage = stage_of(call),
		.zone = call->args[0].constant.text,
		.addresses = type == FACT_IP || (type == FACT_LIST &&
		    call->args[1].words == NO_WORDS),
		.domains = type != FACT_IP };
	return true;
}

bool
policy_reads_list_texts(const struct policy *policy)
{
	return policy->reads_list_texts;
}

size_t
policy_rule_count(const struct policy *policy)
{
	size_t count = 0;

	for (int s = 0; s < STAGE_COUNT; s++)
		count += policy->rules[s].count;
	return count;
}

struct policy_rule_place
policy_rule_place(const struct policy *policy, size_t number)
{
	const struct rule *rule;
	int s = 0;

	ensure(number < policy_rule_count(policy));
	while (number >= policy->rules[s].count)
		number -= policy->rules[s++].count;
	rule = policy->rules[s].at[number];
	return (struct policy_rule_place){ rule->place.source->path,
	    rule->place.line, rule->stage, rule->action, rule->shadow };
}
