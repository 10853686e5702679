#include "policy/rehearse.h"

#include "base/ensure.h"

struct stage_play {
	const struct policy		*policy;
	const struct rehearse_case	*what;
	struct arena			*arena;
	struct rehearsal		*out;
	struct fact_set			 facts;
	bool				 decided;	/* no more rules */
};

static void
explain(struct stage_play *play, enum stage stage,
    const struct policy_env *env, struct str rcpt)
{
	struct rehearsed_stage entry = { .stage = stage, .rcpt = rcpt };

	if (!play->what->explain)
		return;
	policy_explain(play->policy, stage, env, &play->out->run,
	    &entry.trace);
	VEC_PUSH(play->arena, &play->out->stages, entry);
}

static const struct policy_rule *
end_stage(struct stage_play *play, const struct policy_rule *rule)
{
	struct rehearsal *out = play->out;

	if (play->what->explain)
		out->stages.at[out->stages.count - 1].rule = rule;
	return rule;
}

static const struct policy_rule *
run_stage(struct stage_play *play, enum stage stage, struct str rcpt)
{
	struct policy_env env = { .facts = &play->facts,
	    .header = play->what->header, .call = play->what->call,
	    .ctx = play->what->ctx,
	    .arena = play->arena };
	struct rehearsal *out = play->out;
	const struct policy_rule *rule;
	enum fact_id pending;

	explain(play, stage, &env, rcpt);
	/* No fact is pending: it can only be a function that has to wait. */
	if (policy_eval(play->policy, stage, &env, &out->run, &rule,
	    &pending) == POLICY_WAIT)
		env.call = NULL;
	else
		return end_stage(play, rule);
	ensure(policy_eval(play->policy, stage, &env, &out->run, &rule,
	    &pending) == POLICY_DECIDED);
	return end_stage(play, rule);
}

static void
take_decision(struct stage_play *play, const struct policy_rule *rule)
{
	policy_decide(rule, &play->out->rule, &play->decided);
}

static bool
goes_on(const struct stage_play *play, size_t i)
{
	return !play->what->rcpts[i].refused &&
	    play->out->rcpts[i].action <= ACTION_ACCEPT;
}

/* Of the first ones, up to the one that is decided now. */
static void
set_accepted(struct stage_play *play, size_t upto)
{
	VEC(struct str) accepted = { 0 };

	facts_clear(&play->facts, FACT_ID_RCPT_ACCEPTED);
	if (play->what->some_rcpts || (play->what->rcpt_count > 0 &&
	    play->what->rcpts[0].address.len == 0)) {
		facts_unknown(&play->facts, FACT_ID_RCPT_ACCEPTED,
		    STR("not recorded"));
		return;
	}
	for (size_t i = 0; i < upto; i++)
		if (goes_on(play, i))
			VEC_PUSH(play->arena, &accepted,
			    play->what->rcpts[i].address);
	facts_list(&play->facts, FACT_ID_RCPT_ACCEPTED, accepted.at,
	    accepted.count);
	if (play->what->hidden_rcpts)
		facts_hide(&play->facts, FACT_ID_RCPT_ACCEPTED);
}

static void
set_rcpt(struct stage_play *play, size_t i)
{
	const struct rehearse_rcpt *rcpt = &play->what->rcpts[i];
	struct fact_set *facts = &play->facts;

	facts_clear(facts, FACT_ID_RCPT);
	facts_clear(facts, FACT_ID_RCPT_COUNT);
	facts_clear(facts, FACT_ID_BOUNCE_TAG);
	if (rcpt->address.len > 0)
		facts_text(facts, FACT_ID_RCPT, rcpt->address);
	else
		facts_unknown(facts, FACT_ID_RCPT, STR("not recorded"));
	if (play->what->hidden_rcpts)
		facts_hide(facts, FACT_ID_RCPT);
	facts_number(facts, FACT_ID_RCPT_COUNT, (double)(i + 1));
	if (rcpt->tag == WORD_NONE)
		facts_none(facts, FACT_ID_BOUNCE_TAG);
	else
		facts_word(facts, FACT_ID_BOUNCE_TAG, rcpt->tag);
	set_accepted(play, i + 1);
}

static void
run_rcpt(struct stage_play *play, size_t i)
{
	struct str address = play->what->rcpts[i].address;
	const struct policy_rule *rule;

	set_rcpt(play, i);
	rule = run_stage(play, STAGE_RCPT, address);
	/* An accept is for this recipient alone: others have their rules. */
	play->out->run.ended = false;
	if (rule == NULL)
		return;
	if (rule->action == ACTION_REJECT || rule->action == ACTION_TEMPFAIL ||
	    rule->action == ACTION_ACCEPT)
		play->out->rcpts[i] = (struct rehearsed_rcpt){ rule->action,
		    rule };
	else
		take_decision(play, rule);
}

/* At message the facts speak of the first recipient that is left. */
static void
run_rcpts(struct stage_play *play)
{
	const struct rehearse_case *what = play->what;
	struct fact count = *facts_get(&play->facts, FACT_ID_RCPT_COUNT);
	size_t first = what->rcpt_count;

	for (size_t i = 0; i < what->rcpt_count && !play->decided; i++)
		if (!what->rcpts[i].refused)
			run_rcpt(play, i);
	for (size_t i = what->rcpt_count; i-- > 0;)
		if (goes_on(play, i))
			first = i;
	if (first < what->rcpt_count)
		set_rcpt(play, first);
	set_accepted(play, what->rcpt_count);
	facts_put(&play->facts, FACT_ID_RCPT_COUNT, &count);
}

/* The first recipient that a rule refused, where none is left. */
static const struct rehearsed_rcpt *
find_refusal(const struct stage_play *play)
{
	const struct rehearsed_rcpt *first = NULL;
	bool none_left = true;

	for (size_t i = play->what->rcpt_count; i-- > 0;) {
		none_left = none_left && !goes_on(play, i);
		if (play->out->rcpts[i].action > ACTION_ACCEPT)
			first = &play->out->rcpts[i];
	}
	/* An event of this stage is one of a refusal: so is what it met. */
	return none_left || play->what->last == STAGE_RCPT ? first : NULL;
}

/* Accept rules that name every recipient left speak for the mail. */
static const struct policy_rule *
find_exemption(const struct stage_play *play)
{
	const struct policy_rule *rule = NULL;

	for (size_t i = 0; i < play->what->rcpt_count; i++) {
		if (!goes_on(play, i))
			continue;
		if (play->out->rcpts[i].action != ACTION_ACCEPT)
			return NULL;
		rule = play->out->rcpts[i].rule;
	}
	return rule;
}

static void
end_rcpts(struct stage_play *play)
{
	const struct rehearsed_rcpt *refusal = find_refusal(play);

	if (play->decided)
		return;
	if (refusal != NULL) {
		play->decided = true;
		play->out->rule = refusal->rule;
	} else {
		take_decision(play, find_exemption(play));
	}
}

static void
start(struct stage_play *play)
{
	facts_share(play->arena, play->what->facts, &play->facts);
	facts_unknown_rest(&play->facts, STR("not recorded"));
	*play->out = (struct rehearsal){ .rcpts = arena_alloc(play->arena,
	    play->what->rcpt_count * sizeof(*play->out->rcpts)) };
}

void
rehearse(const struct policy *policy, const struct rehearse_case *what,
    struct arena *arena, struct rehearsal *out)
{
	struct stage_play play = { .policy = policy, .what = what,
	    .arena = arena, .out = out };

	start(&play);
	for (int i = 0; i <= (int)what->last && !play.decided; i++) {
		enum stage stage = (enum stage)i;

		if (stage == STAGE_RCPT) {
			run_rcpts(&play);
			end_rcpts(&play);
		} else {
			take_decision(&play, run_stage(&play, stage,
			    STR_NONE));
		}
	}
	out->action = out->rule != NULL ? out->rule->action :
	    what->last == STAGE_MESSAGE ? ACTION_ACCEPT : ACTION_CONTINUE;
}
