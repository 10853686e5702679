/*
 * What the rules saw, for who asks the engine to explain (assay verify).  A
 * scope's part goes with the scope.
 */
#include "session/connection.h"

void
explain_stage(struct connection *conn, enum stage stage,
    const struct policy_env *env)
{
	struct rehearsed_stage entry = { .stage = stage };
	const struct fact *rcpt = facts_get(env->facts, FACT_ID_RCPT);

	if (!conn->engine->options.explain)
		return;
	if (stage == STAGE_RCPT && rcpt->state == FACT_SET)
		entry.rcpt = rcpt->text;
	policy_explain(conn->engine->options.policy, stage, env,
	    &conn->progress.run, &entry.trace);
	VEC_PUSH(conn->arena[SCOPE_CONNECTION], &conn->stages, entry);
	conn->stages_of[stage_scope(conn->pending.stage)]++;
}

void
explain_end(struct connection *conn, const struct policy_rule *rule)
{
	if (conn->engine->options.explain)
		conn->stages.at[conn->stages.count - 1].rule = rule;
}

void
explain_forget(struct connection *conn)
{
	if (!conn->engine->options.explain)
		return;
	conn->stages.count--;
	conn->stages_of[stage_scope(conn->pending.stage)]--;
}

void
explain_reset(struct connection *conn, enum scope from)
{
	for (int i = from; i < SCOPE_COUNT; i++) {
		conn->stages.count -= conn->stages_of[i];
		conn->stages_of[i] = 0;
	}
	if (from == SCOPE_CONNECTION) {
		conn->stages.at = NULL;
		conn->stages.size = 0;
	}
}
