#include <string.h>

#include "base/limits.h"
#include "policy/bound.h"

static const struct {
	const char *name;
	bool ends;
	enum action_takes takes;
} actions[ACTION_COUNT] = {
	[ACTION_CONTINUE] = { "continue", false, TAKES_TEXT },
	[ACTION_ACCEPT] = { "accept", true, TAKES_TEXT },
	[ACTION_BYPASS] = { "bypass", true, TAKES_TEXT },
	[ACTION_REJECT] = { "reject", true, TAKES_REPLY },
	[ACTION_TEMPFAIL] = { "tempfail", true, TAKES_REPLY },
	[ACTION_DISCARD] = { "discard", true, TAKES_TEXT },
	[ACTION_QUARANTINE] = { "quarantine", true, TAKES_TEXT },
	[ACTION_SCORE] = { "score", false, TAKES_SCORE },
	[ACTION_TAG] = { "tag", false, TAKES_TAG },
	[ACTION_NOTE] = { "note", false, TAKES_NOTE },
};

const char *
action_name(enum action action)
{
	return actions[action].name;
}

enum action_takes
action_takes(enum action action)
{
	return actions[action].takes;
}

bool
action_ends(enum action action)
{
	return actions[action].ends;
}

static bool
find_action(struct bind *bind, const struct term *term,
    enum action *action_out)
{
	const char *names[ACTION_COUNT];
	size_t count = 0;

	for (int i = 0; i < ACTION_COUNT; i++) {
		if (i == ACTION_CONTINUE)
			continue;
		if (str_eqz(term->text, actions[i].name)) {
			*action_out = (enum action)i;
			return true;
		}
		names[count++] = actions[i].name;
	}
	mistake(bind->diag, term->place, "unknown action \"%.*s\"%s",
	    STR_ARG(term->text), hint_or(bind->arena, term->text, names, count,
	    "; the actions are accept, bypass, reject, tempfail, discard, "
	    "quarantine, score, tag and note"));
	return false;
}

/*
 * RFC 9989 section 7.4: a published reject policy alone is no reason to
 * reject, for mailing lists and forwarders fail it honestly.
 */
static void
warn_policy_alone(struct bind *bind, const struct rule *rule)
{
	const struct fact_bits *reads = &rule->reads;

	if (rule->action != ACTION_REJECT || rule->shadow ||
	    bind->reading.calls.count > 0 ||
	    !fact_bits_has(reads, FACT_ID_DMARC) ||
	    (!fact_bits_has(reads, FACT_ID_DMARC_POLICY) &&
	    !fact_bits_has(reads, FACT_ID_DMARC_DISPOSITION)))
		return;
	for (int id = 0; id < FACT_COUNT; id++)
		if (fact_bits_has(reads, (enum fact_id)id) &&
		    strncmp(fact_table[id].name, "dmarc", 5) != 0)
			return;
	doubt(bind->diag, rule->place, "a published policy alone is no reason "
	    "to reject (RFC 9989 section 7.4); ask for a second sign, or "
	    "quarantine");
}

static void
keep_reading(struct bind *bind)
{
	struct fact_bits *reads = &bind->policy->reads;

	for (size_t i = 0; i < sizeof(reads->at) / sizeof(reads->at[0]); i++)
		reads->at[i] |= bind->reading.facts.at[i];
}

static bool
asks_for_login(const struct rule *rule)
{
	return fact_bits_has(&rule->reads, FACT_ID_AUTH_USER) ||
	    fact_bits_has(&rule->reads, FACT_ID_AUTH_METHOD);
}

/* Does a rule before it let those go that have logged in? */
static bool
logins_are_gone(const struct bind *bind, enum stage stage)
{
	for (int s = 0; s <= (int)stage; s++)
		for (size_t i = 0; i < bind->policy->rules[s].count; i++) {
			const struct rule *rule = bind->policy->rules[s].at[i];

			if ((rule->action == ACTION_ACCEPT ||
			    rule->action == ACTION_BYPASS) && !rule->shadow &&
			    asks_for_login(rule))
				return true;
		}
	return false;
}

/* A customer at home has an address that DNS lists blame, and a login. */
static void
warn_blame(struct bind *bind, const struct rule *rule)
{
	if (!rule->blames_client || rule->shadow || rule->scope != NULL ||
	    (rule->action != ACTION_REJECT &&
	    rule->action != ACTION_TEMPFAIL) || asks_for_login(rule) ||
	    logins_are_gone(bind, rule->stage))
		return;
	doubt(bind->diag, rule->place, rule->stage < STAGE_MAIL ?
	    "this refuses clients that would log in, too; ask at mail, with "
	    "auth.user is not set" :
	    "this refuses clients that have logged in, too; ask for auth.user "
	    "is not set");
}

/* Its condition is the section's and its own. */
static bool
bind_to_scope(struct bind *bind, struct rule *rule)
{
	const struct define *define = rule->scope->define;
	struct cond *both, *first;

	if (define == NULL)
		return false;
	first = bind_use_define(bind, rule->place, define);
	if (first == NULL)
		return false;
	for (size_t i = 0; i < sizeof(rule->reads.at) /
	    sizeof(rule->reads.at[0]); i++)
		rule->reads.at[i] |= define->reading.facts.at[i];
	if (rule->when == NULL) {
		rule->when = first;
		return true;
	}
	both = cond_new(bind, COND_AND, rule->place);
	both->children = first;
	/* A condition hangs in one place alone: it is this rule's. */
	first->next = (struct cond *)(uintptr_t)rule->when;
	rule->when = cond_above(bind, both, rule->when);
	return rule->when != NULL;
}

struct rule *
bind_rule(struct bind *bind, const struct statement *statement,
    enum stage stage, const struct scope *scope)
{
	struct rule *rule = arena_alloc(bind->arena, sizeof(*rule));
	bool known, ok = true;

	memset(&bind->reading, 0, sizeof(bind->reading));
	bind->stage = stage;
	rule->stage = stage;
	rule->place = statement->place;
	rule->shadow = statement->shadow;
	rule->scope = scope;
	rule->always = statement->when == NULL;
	known = find_action(bind, statement->action, &rule->action);
	if (statement->when != NULL) {
		rule->when = bind_cond(bind, statement->when);
		bind_sense(bind, rule->when);
		ok = rule->when != NULL;
		rule->reads = bind->reading.facts;
		rule->blames_client = bind->reading.blames_client;
		warn_blame(bind, rule);
	}
	if (!known)
		return NULL;
	bind->in_text = true;
	ok = bind_arguments(bind, rule, statement->args) && ok;
	bind->in_text = false;
	if (ok)
		warn_policy_alone(bind, rule);
	if (ok && scope != NULL)
		ok = bind_to_scope(bind, rule);
	rule->calls = bind->reading.calls.at;
	rule->call_count = bind->reading.calls.count;
	keep_reading(bind);
	return ok ? rule : NULL;
}
