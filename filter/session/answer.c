/*
 * From a decision to what the MTA is told, and what is left behind with it.
 */
#include "action/edit.h"
#include "action/reply.h"
#include "session/connection.h"

/* What the MTA is told at this stage for what the policy decided. */
static enum action
answer_for(enum stage stage, enum action decided)
{
	switch (decided) {
	case ACTION_BYPASS:
		return ACTION_ACCEPT;
	case ACTION_REJECT:
	case ACTION_TEMPFAIL:
		return decided;
	case ACTION_DISCARD:
		/* A milter can drop a message, not a session. */
		return stage < STAGE_MAIL ? ACTION_CONTINUE : decided;
	case ACTION_QUARANTINE:
		return stage < STAGE_MESSAGE ? ACTION_CONTINUE : decided;
	case ACTION_CONTINUE:
	case ACTION_ACCEPT:
	case ACTION_SCORE:
	case ACTION_TAG:
	case ACTION_NOTE:
	case ACTION_COUNT:
		break;
	}
	return ACTION_CONTINUE;
}

static void
set_reply(struct connection *conn, struct session_reply *reply,
    enum action action, const struct policy_rule *rule)
{
	struct reply words;

	reply->action = action;
	reply->text = rule->text;
	if (action != ACTION_REJECT && action != ACTION_TEMPFAIL)
		return;
	words = reply_make(conn->arena[stage_scope(conn->pending.stage)],
	    action, rule->code, rule->enhanced, rule->text);
	reply->code = words.code;
	reply->enhanced = words.enhanced;
	reply->text = words.text;
}

struct session_reply
answer_make(struct connection *conn)
{
	const struct progress *progress = &conn->progress;
	struct recipient *rcpt = recipients_current(conn);
	enum stage stage = conn->pending.stage;
	struct session_reply reply = { .action = ACTION_CONTINUE };

	if (!policy_enforces(conn->engine->options.policy))
		return reply;
	if (!progress->decided && stage == STAGE_RCPT && rcpt != NULL &&
	    rcpt->action != ACTION_CONTINUE)
		set_reply(conn, &reply, rcpt->action, rcpt->rule);
	else if (progress->rule != NULL)
		set_reply(conn, &reply, answer_for(stage,
		    progress->rule->action), progress->rule);
	if (stage == STAGE_MESSAGE && conn->message.expired &&
	    conn->engine->options.tempfail_on_trouble &&
	    (reply.action == ACTION_CONTINUE ||
	    reply.action == ACTION_QUARANTINE))
		reply = (struct session_reply){ .action = ACTION_TEMPFAIL,
		    .code = 451, .enhanced = STR("4.7.1"),
		    .text = STR("checks did not finish, try again later") };
	return reply;
}

bool
answer_is_stamped(const struct connection *conn,
    const struct session_reply *reply)
{
	return conn->pending.stage == STAGE_MESSAGE &&
	    (reply->action == ACTION_CONTINUE ||
	    reply->action == ACTION_QUARANTINE);
}

static void
keep_progress(struct connection *conn, enum stage stage)
{
	if (stage == STAGE_CONNECT)
		connection_keep_progress(conn, SCOPE_CONNECTION);
	if (stage == STAGE_HELO)
		connection_keep_progress(conn, SCOPE_HELO);
}

void
answer_give(struct connection *conn, struct session_reply *reply)
{
	enum stage stage = conn->pending.stage;
	session_done_fn *done = conn->pending.done;
	bool stamped = answer_is_stamped(conn, reply);

	if (stamped) {
		leave_edits(conn, reply);
		/* What cannot be signed may be deferred after all. */
		if (answer_is_stamped(conn, reply))
			envelope_changes(conn, reply);
	} else if (stage == STAGE_MESSAGE &&
	    reply->action == ACTION_ACCEPT) {
		sign_passed_over(conn);
	}
	if (stage == STAGE_MESSAGE) {
		if (reply->action != ACTION_ACCEPT)
			leave_keep_stamp(conn);
		record_write(conn, "message", reply->action);
		failure_note(conn, reply->action);
	} else if (conn->progress.decided && !conn->progress.told &&
	    reply->action != ACTION_CONTINUE) {
		conn->progress.told = true;
		record_write(conn, stage_name(stage), reply->action);
	}
	keep_progress(conn, stage);
	count_answer(conn, reply->action);
	conn->pending.active = false;
	done(conn->pending.ctx, reply);
}
