/*
 * From facts to a decision.  Each step runs the rules that can be run now; a
 * stage whose rules cannot change what the MTA is told is put off until one
 * that can, or the message's end, so that nobody waits for it.
 */
#include "base/clock.h"
#include "session/connection.h"

static const struct policy *
policy_of(const struct connection *conn)
{
	return conn->engine->options.policy;
}

static bool
find_header(void *ctx, struct str name, struct str *value_out)
{
	struct connection *conn = ctx;
	const struct header_field *field =
	    header_find(&conn->message.header, name, 0);

	if (field != NULL)
		*value_out = header_unfold(conn->arena[SCOPE_MESSAGE],
		    field->value);
	functions_keep_header(conn, name, field == NULL ? NULL : value_out);
	return field != NULL;
}

struct policy_env
decide_env(struct connection *conn, const struct fact_set *facts)
{
	return (struct policy_env){ .facts = facts, .header = find_header,
	    .call = functions_answer, .ctx = conn,
	    .arena = conn->arena[stage_scope(conn->pending.stage)] };
}

/* False: a fact is missing, which is noted in pending. */
static bool
run_stage(struct connection *conn, enum stage stage, struct fact_set *facts,
    const struct policy_rule **rule_out)
{
	struct policy_env env = decide_env(conn, facts);
	size_t fired = conn->progress.run.fired.count;
	enum fact_id missing;

	*rule_out = NULL;
	conn->asks.owed = false;
	conn->asks.checks = 0;
	conn->pending.rules = stage;
	if (stage >= STAGE_RCPT)
		envelope_greylist_facts(conn, facts);
	explain_stage(conn, stage, &env);
	if (policy_eval(policy_of(conn), stage, &env, &conn->progress.run,
	    rule_out, &missing) == POLICY_DECIDED) {
		count_fired(conn, fired);
		explain_end(conn, *rule_out);
		return true;
	}
	explain_forget(conn);
	conn->pending.put_off = missing == FACT_COUNT ? conn->asks.owed :
	    client_is_owed(conn, missing);
	if (!conn->pending.put_off)
		conn->pending.waited_for = missing == FACT_COUNT ?
		    functions_wait_for(conn) : run_of_fact(missing);
	return false;
}

static void
take_decision(struct progress *progress, const struct policy_rule *rule)
{
	policy_decide(rule, &progress->rule, &progress->decided);
}

/* At rcpt a rule speaks of one recipient; bypass of the whole message. */
static void
take_rcpt_decision(struct connection *conn, struct recipient *rcpt,
    const struct policy_rule *rule)
{
	if (rcpt != NULL)
		rcpt->evaluated = true;
	/* An accept is for this recipient alone: others have their rules. */
	conn->progress.run.ended = false;
	if (rule == NULL)
		return;
	if (rule->action != ACTION_REJECT && rule->action != ACTION_TEMPFAIL &&
	    rule->action != ACTION_ACCEPT) {
		take_decision(&conn->progress, rule);
		return;
	}
	if (rcpt == NULL)
		return;
	rcpt->rule = rule;
	if (rule->action == ACTION_ACCEPT)
		rcpt->exempt = true;
	else
		rcpt->action = rule->action;
}

/* The rcpt rules that were put off, for every recipient. */
static bool
run_rcpts_late(struct connection *conn)
{
	const struct policy_rule *rule;
	struct fact_set facts;

	facts_share(conn->arena[SCOPE_MESSAGE], &conn->facts, &facts);
	for (size_t i = 0; i < conn->message.rcpts.count; i++) {
		struct recipient *rcpt = &conn->message.rcpts.at[i];

		if (conn->progress.decided)
			break;
		if (rcpt->evaluated ||
		    (rcpt->action != ACTION_CONTINUE && rcpt->rule == NULL))
			continue;	/* the MTA has refused it */
		envelope_rcpt_facts(&facts, rcpt, i + 1);
		if (policy_reads(policy_of(conn), FACT_ID_RCPT_ACCEPTED))
			recipients_tell(conn, &facts, i + 1);
		if (!run_stage(conn, STAGE_RCPT, &facts, &rule))
			return false;
		take_rcpt_decision(conn, rcpt, rule);
	}
	recipients_tell(conn, &conn->facts, SIZE_MAX);
	return true;
}

/* Accept rules at rcpt that name every recipient left speak for the mail. */
static void
exempt_if_all_are(struct connection *conn)
{
	const struct policy_rule *rule = NULL;

	for (size_t i = 0; i < conn->message.rcpts.count; i++) {
		const struct recipient *rcpt = &conn->message.rcpts.at[i];

		if (rcpt->action != ACTION_CONTINUE)
			continue;
		if (!rcpt->exempt)
			return;
		rule = rcpt->rule;
	}
	take_decision(&conn->progress, rule);
}

/*
 * What was put off because the client was not known comes too late for one
 * recipient alone: the message is refused where one of them is, for to let it
 * go would let a stranger in by naming a second recipient.
 */
static void
refuse_if_one_is(struct connection *conn)
{
	const struct policy_rule *rule = NULL;

	for (size_t i = 0; i < conn->message.rcpts.count; i++) {
		const struct recipient *rcpt = &conn->message.rcpts.at[i];

		if (rcpt->put_off && rcpt->action != ACTION_CONTINUE &&
		    (rule == NULL || rule->action == ACTION_TEMPFAIL))
			rule = rcpt->rule;
	}
	take_decision(&conn->progress, rule);
}

/* Rules whose facts are owed until the client behind a relay is known. */
static void
put_off(struct connection *conn)
{
	struct recipient *rcpt = recipients_current(conn);

	if (conn->pending.stage != STAGE_RCPT)
		return;
	conn->message.rcpts_put_off = true;
	if (rcpt != NULL)
		rcpt->put_off = true;
}

/* Have its rules been run?  Those at rcpt are run for each recipient. */
static bool
is_evaluated(const struct connection *conn, enum stage stage)
{
	if (stage == STAGE_RCPT && (conn->pending.stage == STAGE_RCPT ||
	    conn->message.rcpts_put_off))
		return false;
	return (conn->progress.evaluated & STAGE_BIT(stage)) != 0;
}

static bool
evaluate_stage(struct connection *conn, enum stage stage)
{
	const struct policy_rule *rule;
	bool late = stage < conn->pending.stage;

	if (stage == STAGE_MESSAGE) {
		refuse_if_one_is(conn);
		if (!conn->progress.decided)
			exempt_if_all_are(conn);
	}
	if (conn->progress.decided)
		return true;
	if (stage == STAGE_RCPT && late)
		return run_rcpts_late(conn);
	if (!run_stage(conn, stage, &conn->facts, &rule))
		return false;
	if (stage == STAGE_RCPT)
		take_rcpt_decision(conn, recipients_current(conn), rule);
	else
		take_decision(&conn->progress, rule);
	return true;
}

/* False: must wait. */
static bool
evaluate(struct connection *conn)
{
	enum stage now = conn->pending.stage;

	if (now != STAGE_MESSAGE && !policy_can_act(policy_of(conn), now))
		return true;
	for (int i = 0; i <= (int)now; i++) {
		enum stage stage = (enum stage)i;

		if (is_evaluated(conn, stage))
			continue;
		if (conn->progress.decided)
			return true;
		if (!evaluate_stage(conn, stage)) {
			if (conn->pending.put_off)
				put_off(conn);
			return conn->pending.put_off;
		}
		conn->progress.evaluated |= STAGE_BIT(stage);
	}
	return true;
}

enum action
decide_action(const struct connection *conn)
{
	return conn->progress.rule == NULL ? ACTION_CONTINUE :
	    conn->progress.rule->action;
}

static unsigned
unfinished_checks(const struct connection *conn)
{
	unsigned bits = 0;

	for (int id = 0; id < CHECK_COUNT; id++)
		if (run_is_running(conn, id))
			bits |= CHECK_BIT(id);
	return bits;
}

/* The MTA has waited since the last step for these. */
static void
count_wait(struct connection *conn)
{
	struct pending *pending = &conn->pending;
	uint64_t now;

	/* The first step: nothing was waited for yet. */
	if (pending->waited_for == 0 &&
	    pending->since_us == pending->begun_us)
		return;
	now = clock_us();
	count_waited(pending->waited_for, now - pending->since_us);
	for (int id = 0; id < CHECK_COUNT + EVENT_WAIT_COUNT; id++)
		if ((pending->waited_for & CHECK_BIT(id)) != 0)
			conn->waited_us[id] +=
			    (uint32_t)(now - pending->since_us);
	pending->since_us = now;
	pending->waited_for = 0;
}

void
decide_step(struct connection *conn)
{
	struct session_reply reply;

	if (!conn->pending.active)
		return;
	count_wait(conn);
	if (!evaluate(conn)) {
		run_held(conn, conn->pending.waited_for);
		return;
	}
	reply = answer_make(conn);
	if (answer_is_stamped(conn, &reply) && !run_all_finished(conn)) {
		conn->pending.waited_for = unfinished_checks(conn);
		return;
	}
	if (answer_is_stamped(conn, &reply) && sign_puts_off(conn)) {
		conn->pending.waited_for = WAIT_BIT(EVENT_WAIT_SIGNING);
		return;
	}
	answer_give(conn, &reply);
}

void
decide_begin(struct connection *conn, enum stage stage,
    session_done_fn *done, void *ctx)
{
	conn->pending = (struct pending){ .active = true, .stage = stage,
	    .done = done, .ctx = ctx, .begun_us = clock_us() };
	conn->pending.since_us = conn->pending.begun_us;
	decide_step(conn);
}

/* A fact that no check owes and nobody set. */
static void
settle_facts(struct connection *conn)
{
	for (int id = 0; id < FACT_COUNT; id++)
		if (fact_table[id].stage <= conn->pending.stage &&
		    !facts_known(&conn->facts, (enum fact_id)id) &&
		    !client_is_owed(conn, (enum fact_id)id) &&
		    !fact_is_running((enum fact_id)id))
			facts_unknown(&conn->facts, (enum fact_id)id,
			    STR("not known in time"));
}

void
session_expire(struct connection *conn)
{
	if (!conn->pending.active)
		return;
	conn->message.expired = true;
	record_trouble(conn, "checks did not finish in time");
	run_abandon(conn, STR("not finished in time"));
	asks_abandon(conn, "not finished in time");
	listed_abandon(conn, "not finished in time");
	settle_facts(conn);
	sign_hurry(conn);
	decide_step(conn);
}
