/*
 * Mail of ours is signed: what with, is decided when the header is complete;
 * the signatures are made last, over the header as it will be sent.
 */
#include "base/log.h"
#include "dmarc/dmarc.h"
#include "session/connection.h"

static bool
is_ours(const struct connection *conn)
{
	const struct fact *ours = facts_get(&conn->facts,
	    FACT_ID_CLIENT_OURS);

	return ours->state == FACT_SET && ours->truth;
}

void
sign_eoh(struct connection *conn)
{
	const struct signing *signing = conn->engine->options.signing;
	struct message *message = &conn->message;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	const struct fact *address = facts_get(&conn->facts, FACT_ID_FROM);
	const struct fact *domain = facts_get(&conn->facts,
	    FACT_ID_FROM_DOMAIN);
	struct message_signing *its;
	struct dmarc_author author;

	if (signing == NULL || !is_ours(conn))
		return;
	its = arena_alloc(arena, sizeof(*its));
	message->signing = its;
	if (message->header.cut) {
		its->result.why =
		    STR("the header is larger than is looked at");
		return;
	}
	if (domain->state == FACT_SET) {
		its->job = signing_begin(signing, arena,
		    conn->subject.bodies, address->state == FACT_SET ?
		    address->text : STR_NONE, domain->text);
		return;
	}
	dmarc_author_find(arena, &message->header, &author);
	its->result.why = author.reason;
}

void
sign_reset(struct connection *conn)
{
	struct message_signing *signing = conn->message.signing;

	if (signing == NULL)
		return;
	if (signing->posted)
		strand_unpost(conn->strand, &signing->task);
	signing->posted = false;
	signing_job_free(signing->job);
	signing->job = NULL;
}

/* The first member of the task is all that is given back. */
static void
run_signing(struct strand_task *task)
{
	struct message_signing *signing = (struct message_signing *)task;

	signing->posted = false;
	signing->due = true;
	decide_step(signing->conn);
}

bool
sign_puts_off(struct connection *conn)
{
	struct message_signing *signing = conn->message.signing;

	if (signing == NULL || signing->due || signing->job == NULL ||
	    !signing_wanted(signing->job))
		return false;
	if (signing->posted)
		return true;
	if (!strand_is_waited_in(conn->strand))
		return false;	/* nobody else would do it */
	signing->posted = true;
	signing->conn = conn;
	signing->task.run = run_signing;
	strand_post_slow(conn->strand, &signing->task);
	return true;
}

void
sign_hurry(struct connection *conn)
{
	struct message_signing *signing = conn->message.signing;

	if (signing == NULL)
		return;
	if (signing->posted)
		strand_unpost(conn->strand, &signing->task);
	signing->posted = false;
	signing->due = true;
}

static void
add_edits(struct connection *conn, const struct signing_result *result)
{
	struct arena *arena = conn->arena[SCOPE_MESSAGE];

	for (size_t i = 0; i < result->made.count; i++) {
		const struct header_field *field = &result->made.at[i].field;

		VEC_PUSH(arena, &conn->message.edits.list, (struct edit){
		    .kind = EDIT_INSERT, .name = field->name,
		    .value = str_skip(field->value, 1) });
	}
}

static void
write_log(struct connection *conn, const struct signing_result *result)
{
	struct str id = conn->message.queue_id;

	for (size_t i = 0; i < result->made.count; i++)
		log_info("%.*s: signed d=%.*s s=%.*s a=%s", STR_ARG(id),
		    STR_ARG(result->made.at[i].domain),
		    STR_ARG(result->made.at[i].selector),
		    result->made.at[i].algorithm);
	if (result->why.len > 0)
		log_info("%.*s: %s: %.*s", STR_ARG(id),
		    result->made.count == 0 ? "unsigned" : "not signed by all",
		    STR_ARG(mask_text(record_mask(conn), result->why)));
}

bool
sign_message(struct connection *conn)
{
	struct message_signing *signing = conn->message.signing;
	struct signing_result *result;
	struct header header;

	if (signing == NULL)
		return true;
	result = &signing->result;
	if (signing->job != NULL) {
		edit_apply(conn->arena[SCOPE_MESSAGE], &conn->message.edits,
		    &conn->message.header, &header);
		signing_end(signing->job, &header, conn->subject.now, result);
		add_edits(conn, result);
	}
	write_log(conn, result);
	return result->made.count > 0 || !result->failed;
}

void
sign_passed_over(struct connection *conn)
{
	struct message_signing *signing = conn->message.signing;

	if (signing == NULL)
		return;
	signing->result.why = STR("the policy lets the mail bypass us");
	write_log(conn, &signing->result);
}
