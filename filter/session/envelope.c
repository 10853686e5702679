/*
 * The tags of bounce addresses: what a recipient's is worth, and how the
 * envelope changes at the message's end.
 */
#include "session/connection.h"

/* A domain literal, a name without one, "<>": nobody expects a tag there. */
static enum word
judge_rcpt(struct connection *conn, struct str address, struct str *bare_out)
{
	static const enum word words[] = {
		[PRVS_MISSING] = WORD_MISSING, [PRVS_VALID] = WORD_VALID,
		[PRVS_EXPIRED] = WORD_EXPIRED, [PRVS_FORGED] = WORD_FORGED,
	};
	const struct bounce *bounce = conn->engine->options.bounce;
	enum prvs_state state;

	*bare_out = STR_NONE;
	if (bounce == NULL)
		return WORD_NONE;
	state = bounce_check(bounce, conn->arena[SCOPE_MESSAGE], address,
	    conn->subject.now, bare_out);
	if (!bounce_expects_tag(bounce, *bare_out)) {
		*bare_out = STR_NONE;
		return WORD_NONE;
	}
	if (state == PRVS_MISSING) {
		*bare_out = STR_NONE;
		return conn->subject.mail_from.len > 0 ? WORD_NONE :
		    WORD_MISSING;
	}
	return words[state];
}

void
envelope_rcpt(struct connection *conn, struct recipient *rcpt)
{
	rcpt->tag = judge_rcpt(conn, rcpt->address, &rcpt->bare);
}

void
envelope_rcpt_facts(struct fact_set *facts, const struct recipient *rcpt,
    size_t number)
{
	facts_clear(facts, FACT_ID_RCPT);
	facts_clear(facts, FACT_ID_RCPT_COUNT);
	facts_clear(facts, FACT_ID_BOUNCE_TAG);
	facts_text_or_none(facts, FACT_ID_RCPT, rcpt->address);
	facts_number(facts, FACT_ID_RCPT_COUNT, (double)number);
	if (rcpt->tag == WORD_NONE)
		facts_none(facts, FACT_ID_BOUNCE_TAG);
	else
		facts_word(facts, FACT_ID_BOUNCE_TAG, rcpt->tag);
}

void
envelope_greylist_facts(const struct connection *conn, struct fact_set *facts)
{
	const struct fact *rcpt = facts_get(facts, FACT_ID_RCPT);
	double wait_s = 0;
	enum word reason = rcpt->state == FACT_SET ?
	    greylist_reason(conn, rcpt->text, &wait_s) : WORD_NONE;

	facts_clear(facts, FACT_ID_GREYLIST_REASON);
	facts_clear(facts, FACT_ID_GREYLIST_WAIT);
	if (reason == WORD_NONE)
		facts_none(facts, FACT_ID_GREYLIST_REASON);
	else
		facts_word(facts, FACT_ID_GREYLIST_REASON, reason);
	if (wait_s == 0)
		facts_none(facts, FACT_ID_GREYLIST_WAIT);
	else
		facts_number(facts, FACT_ID_GREYLIST_WAIT, wait_s);
}

/* Whatever a tag was worth, the policy let it pass: nobody's mailbox is named
 * with one. */
static void
strip_tags(struct connection *conn, struct session_reply *reply)
{
	const struct message *message = &conn->message;
	struct rcpt_change *changes = arena_alloc(conn->arena[SCOPE_MESSAGE],
	    message->rcpts.count * sizeof(*changes));
	size_t count = 0;

	for (size_t i = 0; i < message->rcpts.count; i++) {
		const struct recipient *rcpt = &message->rcpts.at[i];

		if (rcpt->bare.len > 0 && rcpt->action == ACTION_CONTINUE)
			changes[count++] = (struct rcpt_change){
			    rcpt->address, rcpt->bare };
	}
	reply->rcpt_changes = changes;
	reply->rcpt_change_count = count;
}

static void
tag_sender(struct connection *conn, struct session_reply *reply)
{
	const struct bounce *bounce = conn->engine->options.bounce;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct message *message = &conn->message;
	struct str *rcpts = arena_alloc(arena,
	    message->rcpts.count * sizeof(*rcpts));

	for (size_t i = 0; i < message->rcpts.count; i++)
		rcpts[i] = message->rcpts.at[i].address;
	message->untagged = bounce_tag(bounce, arena, conn->subject.mail_from,
	    rcpts, message->rcpts.count, conn->subject.now,
	    &message->tagged_from);
	reply->new_from = message->tagged_from;
}

void
envelope_changes(struct connection *conn, struct session_reply *reply)
{
	const struct fact *ours = facts_get(&conn->facts,
	    FACT_ID_CLIENT_OURS);

	if (conn->engine->options.bounce == NULL)
		return;
	strip_tags(conn, reply);
	if (ours->state == FACT_SET && ours->truth)
		tag_sender(conn, reply);
}
