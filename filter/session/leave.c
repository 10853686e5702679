/*
 * The header as a message leaves with it: without forged stamps, with our own,
 * the policy's tags, signatures, and an ARC set over all of that.
 */
#include "action/edit.h"
#include "session/connection.h"

/* Forged stamps go; past the cap all fields of that name are taken for one. */
static void
remove_forged(struct connection *conn, struct edit_list *edits)
{
	static const struct str name = STR_INIT("Authentication-Results");
	struct message *message = &conn->message;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	unsigned kept = 0;

	for (size_t i = 0; i < message->header.fields.count; i++)
		kept += header_is_named(&message->header.fields.at[i], name);
	for (unsigned i = message->authres_over; i > 0; i--)
		VEC_PUSH(arena, &edits->list, (struct edit){
		    .kind = EDIT_DELETE, .name = name,
		    .nth = kept + i });
	edit_remove_forged(arena, edits, &message->header,
	    conn->engine->options.authserv_id, seal_kept(conn));
}

/* A folded value for a log: each fold becomes one blank. */
static struct str
one_line(struct arena *arena, struct str value)
{
	struct str line = header_unfold(arena, value);
	char *out = arena_z(arena, line);

	for (size_t i = 0; i < line.len; i++)
		if (out[i] == '\t')
			out[i] = ' ';
	return str_make(out, line.len);
}

void
leave_edits(struct connection *conn, struct session_reply *reply)
{
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct edit_list *edits = &conn->message.edits;

	remove_forged(conn, edits);
	seal_remove_forged(conn);
	/* What came back from our list manager keeps its first stamp. */
	if (seal_kept(conn) == NULL)
		edit_stamp(arena, edits, conn->engine->options.authserv_id,
		    identity_results(conn));
	conn->message.field = seal_kept(conn) != NULL ?
	    seal_kept(conn)->value :
	    edits->list.at[edits->list.count - 1].value;
	if (policy_enforces(conn->engine->options.policy))
		edit_tags(arena, edits, &conn->message.header,
		    &conn->progress.run);
	if (!sign_message(conn) &&
	    conn->engine->options.tempfail_on_trouble) {
		*reply = (struct session_reply){ .action = ACTION_TEMPFAIL,
		    .code = 451, .enhanced = STR("4.7.5"),
		    .text = STR("cannot be signed now, try again later") };
		return;
	}
	seal_edits(conn);
	reply->edits = edits->list.at;
	reply->edit_count = edits->list.count;
}

struct str
leave_stamp(const struct connection *conn, const struct results *results)
{
	struct arena *arena = conn->arena[SCOPE_MESSAGE];

	return one_line(arena, stamp_value(arena,
	    conn->engine->options.authserv_id, results));
}

void
leave_keep_stamp(struct connection *conn)
{
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct message *message = &conn->message;

	if (message->field.len == 0)
		message->field = stamp_value(arena,
		    conn->engine->options.authserv_id,
		    identity_results(conn));
	message->stamp = one_line(arena, message->field);
}
