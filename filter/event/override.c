#include "event/override.h"

#include "base/buf.h"
#include "base/limits.h"

static const char *const names[] = {
	[OVERRIDE_POLICY_TEST_MODE] = "policy_test_mode",
	[OVERRIDE_TRUSTED_FORWARDER] = "trusted_forwarder",
	[OVERRIDE_MAILING_LIST] = "mailing_list",
	[OVERRIDE_LOCAL_POLICY] = "local_policy",
};

const char *
override_name(enum override_type type)
{
	return names[type];
}

/* In the words of a DMARC policy; all but these three let the mail pass. */
static enum word
disposition_of(enum action action)
{
	if (action == ACTION_REJECT || action == ACTION_DISCARD)
		return WORD_REJECT;
	return action == ACTION_QUARANTINE ? WORD_QUARANTINE : WORD_NONE;
}

static int
severity(enum word disposition)
{
	return disposition == WORD_REJECT ? 2 :
	    disposition == WORD_QUARANTINE ? 1 : 0;
}

/* ---- the message's rules, run again ---- */

/* What a what-if takes away. */
enum { WITHOUT_ARC = 1, WITHOUT_LIST = 2 };

struct what_if {
	const struct policy_env	*env;
	unsigned		 without;
};

static bool
is_list_field(struct str name)
{
	return str_starts_nocase(name, STR("List-")) ||
	    str_eqz_nocase(name, "Precedence");
}

static bool
find_header(void *ctx, struct str name, struct str *value_out)
{
	const struct what_if *what_if = ctx;

	if ((what_if->without & WITHOUT_LIST) != 0 && is_list_field(name))
		return false;
	return what_if->env->header(what_if->env->ctx, name, value_out);
}

static void
take_away(struct fact_set *facts, unsigned without)
{
	const struct fact no = { .state = FACT_SET, .truth = false };
	const struct fact none = { .state = FACT_SET, .word = WORD_NONE };

	if ((without & WITHOUT_ARC) != 0) {
		facts_put(facts, FACT_ID_ARC_TRUSTED, &no);
		for (int id = FACT_ID_ARC_DMARC; id <= FACT_ID_ARC_SPF; id++)
			facts_put(facts, (enum fact_id)id, &none);
	}
	if ((without & WITHOUT_LIST) != 0)
		facts_put(facts, FACT_ID_LIST_ID, &(struct fact){
		    .state = FACT_NONE });
}

static bool
has_symbol(const struct policy_run *run, struct str symbol)
{
	for (size_t i = 0; i < run->symbols.count; i++)
		if (str_eq(run->symbols.at[i], symbol))
			return true;
	return false;
}

/* What the earlier stages have left that a rule can read: scores. */
static struct policy_run
run_before(const struct override_case *at)
{
	struct policy_run before = { .score = 0 };

	for (size_t i = 0; i < at->run->fired.count; i++) {
		const struct policy_rule *rule = &at->run->fired.at[i];

		if (rule->stage >= STAGE_MESSAGE || rule->shadow ||
		    rule->action != ACTION_SCORE)
			continue;
		before.score += rule->score;
		if (rule->symbol.len > 0 && !has_symbol(&before, rule->symbol))
			VEC_PUSH(at->env->arena, &before.symbols,
			    rule->symbol);
	}
	return before;
}

/* False: the rules would have to wait. */
static bool
run_again(const struct override_case *at, unsigned without,
    const struct policy_rule **rule_out)
{
	struct what_if what_if = { at->env, without };
	struct fact_set facts;
	struct policy_env env = { .facts = &facts, .header =
	    at->env->header == NULL ? NULL : find_header, .ctx = &what_if,
	    .arena = at->env->arena };
	struct policy_run run = run_before(at);
	enum fact_id missing;

	facts_share(at->env->arena, at->env->facts, &facts);
	take_away(&facts, without);
	return policy_eval(at->policy, STAGE_MESSAGE, &env, &run, rule_out,
	    &missing) == POLICY_DECIDED;
}

static bool
is_same_rule(const struct policy_rule *a, const struct policy_rule *b)
{
	return a == NULL || b == NULL ? a == b : a->number == b->number;
}

/* Did the message's rules decide, and do they so again? */
static bool
can_run_again(const struct override_case *at)
{
	const struct policy_rule *own = at->rule, *again;

	if (own != NULL && own->stage != STAGE_MESSAGE) {
		/* What is held goes on to the message's rules. */
		if (own->action != ACTION_QUARANTINE)
			return false;
		own = NULL;
	}
	return run_again(at, 0, &again) && is_same_rule(own, again);
}

static bool
does_more(const struct override_case *at, unsigned without)
{
	const struct policy_rule *rule;

	return run_again(at, without, &rule) && rule != NULL &&
	    severity(disposition_of(rule->action)) >
	    severity(disposition_of(at->decided));
}

/* Where either alone is enough, it is the one that proves something. */
static enum override_type
what_let_it_pass(const struct override_case *at)
{
	const struct fact *trusted = facts_get(at->env->facts,
	    FACT_ID_ARC_TRUSTED);
	bool arc = trusted->state == FACT_SET && trusted->truth;

	if (!can_run_again(at))
		return OVERRIDE_LOCAL_POLICY;
	if (arc && does_more(at, WITHOUT_ARC))
		return OVERRIDE_TRUSTED_FORWARDER;
	if (does_more(at, WITHOUT_LIST))
		return OVERRIDE_MAILING_LIST;
	if (arc && does_more(at, WITHOUT_ARC | WITHOUT_LIST))
		return OVERRIDE_TRUSTED_FORWARDER;
	return OVERRIDE_LOCAL_POLICY;
}

/* ---- the reasons ---- */

/* "arc=pass i=2 d=a.example,b.example": the chain, the first sealer first. */
static struct str
describe_chain(const struct override_case *at)
{
	const struct fact *sealers = facts_get(at->env->facts,
	    FACT_ID_ARC_SEALERS);
	size_t count = sealers->state == FACT_SET ? sealers->list.count : 0;
	struct buf text;

	buf_init(&text, at->env->arena, LIMIT_EVENT_TEXT_OCTETS);
	buf_printf(&text, "arc=pass i=%zu d=", count);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_addc(&text, ',');
		buf_add(&text, sealers->list.at[i]);
	}
	return buf_str(&text);
}

static struct str
describe_list(const struct override_case *at)
{
	const struct fact *id = facts_get(at->env->facts, FACT_ID_LIST_ID);

	return id->state == FACT_SET ? id->text : STR("no List-Id");
}

static struct str
describe_rule(const struct override_case *at)
{
	if (at->rule == NULL)
		return arena_printf(at->env->arena, "no rule of %s",
		    policy_name(at->policy));
	return arena_printf(at->env->arena, "%s:%u", at->rule->file,
	    at->rule->line);
}

static struct override
explain(const struct override_case *at, enum word asked)
{
	enum word decided = disposition_of(at->decided);

	if (decided == asked && !policy_enforces(at->policy))
		return (struct override){ OVERRIDE_LOCAL_POLICY,
		    arena_printf(at->env->arena, "%s is in monitor mode",
		    policy_name(at->policy)) };
	if (severity(decided) < severity(asked))
		switch (what_let_it_pass(at)) {
		case OVERRIDE_TRUSTED_FORWARDER:
			return (struct override){ OVERRIDE_TRUSTED_FORWARDER,
			    describe_chain(at) };
		case OVERRIDE_MAILING_LIST:
			return (struct override){ OVERRIDE_MAILING_LIST,
			    describe_list(at) };
		case OVERRIDE_POLICY_TEST_MODE:
		case OVERRIDE_LOCAL_POLICY:
			break;
		}
	return (struct override){ OVERRIDE_LOCAL_POLICY, describe_rule(at) };
}

size_t
override_find(const struct override_case *at,
    struct override found_out[OVERRIDE_REASONS])
{
	const struct fact_set *facts = at->env->facts;
	const struct fact *dmarc = facts_get(facts, FACT_ID_DMARC);
	const struct fact *policy = facts_get(facts, FACT_ID_DMARC_POLICY);
	const struct fact *asked = facts_get(facts,
	    FACT_ID_DMARC_DISPOSITION);
	enum word done = disposition_of(at->action);
	size_t count = 0;

	if (at->policy == NULL || at->action == ACTION_TEMPFAIL ||
	    dmarc->state != FACT_SET || policy->state != FACT_SET ||
	    asked->state != FACT_SET ||
	    (dmarc->word != WORD_PASS && dmarc->word != WORD_FAIL))
		return 0;
	/* Only t=y makes a fail ask for less than the record says. */
	if (dmarc->word == WORD_FAIL && asked->word != policy->word &&
	    done != policy->word)
		found_out[count++] = (struct override){
		    OVERRIDE_POLICY_TEST_MODE, arena_printf(at->env->arena,
		    "t=y: %s, not %s", word_name(asked->word),
		    word_name(policy->word)) };
	if (done != asked->word)
		found_out[count++] = explain(at, asked->word);
	return count;
}
