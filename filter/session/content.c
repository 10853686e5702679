#include "base/limits.h"
#include "dkim/digest.h"
#include "session/connection.h"

/* Below this a body that nobody needs is still counted: it costs nothing. */
enum { BODY_SKIP_FROM = 256 * 1024, FIELDS_MOSTLY = 16 };

/* The first header field: what came before is settled. */
static void
begin_header(struct connection *conn)
{
	struct message *message = &conn->message;
	struct recipient none = { .tag = WORD_NONE };
	const struct recipient *first = NULL;

	if (message->header_begun && !message->ended)
		return;
	if (!conn->in_message || message->ended)
		connection_begin_mail(conn, &(struct session_mail){ 0 });
	message->header_begun = true;
	conn->subject.bodies = dkim_bodies_new(conn->arena[SCOPE_MESSAGE]);
	for (size_t i = 0; i < message->rcpts.count && first == NULL; i++)
		if (message->rcpts.at[i].action == ACTION_CONTINUE)
			first = &message->rcpts.at[i];
	envelope_rcpt_facts(&conn->facts, first == NULL ? &none : first,
	    message->rcpt_count);
	recipients_tell(conn, &conn->facts, SIZE_MAX);
	run_start(conn, STAGE_MESSAGE);
}

/* A lone CR is left as it is, no line ends there. */
static bool
is_bare_lf(struct str value, size_t at)
{
	return value.ptr[at] == '\n' && (at == 0 || value.ptr[at - 1] != '\r');
}

/*
 * RFC 5322 section 2.2: lines end with CRLF.  An MTA hands folds over as LF
 * alone.
 */
static struct str
mend_line_ends(struct arena *arena, struct str value)
{
	size_t bare = 0, len = 0, at = str_chr(value, '\n');
	char *out;

	for (size_t i = at; i < value.len; i++)
		bare += is_bare_lf(value, i);
	if (bare == 0)
		return arena_copy(arena, value);
	out = arena_alloc(arena, value.len + bare);
	for (size_t i = 0; i < value.len; i++) {
		if (is_bare_lf(value, i))
			out[len++] = '\r';
		out[len++] = value.ptr[i];
	}
	return str_make(out, len);
}

static void
keep_field(struct connection *conn, struct str name, struct str value)
{
	struct message *message = &conn->message;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct header_field field = {
		.name = arena_copy(arena, name),
		.value = mend_line_ends(arena, value)
	};

	VEC_ROOM(arena, &message->header.fields, FIELDS_MOSTLY);
	VEC_PUSH(arena, &message->header.fields, field);
	message->header.octets += name.len + field.value.len;
	run_header(conn, &field);
}

/*
 * Past the cap a field is not kept.  But one that could be a forged stamp of
 * ours is counted, so that it is removed all the same; and the author must not
 * hide behind a heap of fields, nor beside another.
 */
static void
pass_over(struct connection *conn, struct str name, struct str value)
{
	struct message *message = &conn->message;
	struct str bare = str_trim(name);

	if (!message->header.cut)
		record_trouble(conn, "the header is larger than is looked at");
	message->header.cut = true;
	if (str_eqz_nocase(bare, "Authentication-Results") &&
	    message->authres_over < LIMIT_FORGED_PAST_CAP)
		message->authres_over++;
	if (str_eqz_nocase(bare, "From") &&
	    message->from_over++ < LIMIT_FROM_PAST_CAP)
		keep_field(conn, bare, value.len <=
		    LIMIT_FROM_OCTETS_PAST_CAP ? value : STR_NONE);
}

void
session_header(struct connection *conn, struct str name, struct str value)
{
	struct message *message = &conn->message;

	begin_header(conn);
	message->header_octets += name.len + value.len + 3;
	if (message->header.cut || name.len > LIMIT_FIELD_NAME_OCTETS ||
	    message->header_octets > conn->engine->options.max_header_octets ||
	    message->header.fields.count == LIMIT_HEADER_FIELDS)
		pass_over(conn, name, value);
	else
		keep_field(conn, name, value);
}

void
session_eoh(struct connection *conn)
{
	begin_header(conn);
	if (conn->message.header_ended)
		return;
	conn->message.header_ended = true;
	run_eoh(conn);
	client_find(conn);
	listed_ahead(conn);
	seal_begin(conn);
	sign_eoh(conn);
}

bool
session_body(struct connection *conn, struct str piece)
{
	struct message *message = &conn->message;

	session_eoh(conn);
	message->body_octets += piece.len;
	failure_body(conn, piece);
	return run_body(conn, piece) ||
	    message->body_octets < BODY_SKIP_FROM ||
	    engine_reads(conn->engine, FACT_ID_MESSAGE_SIZE);
}

void
session_body_skipped(struct connection *conn)
{
	conn->message.body_skipped = true;
}

static void
set_message_facts(struct connection *conn)
{
	struct message *message = &conn->message;

	if (!facts_known(&conn->facts, FACT_ID_QUEUE_ID))
		facts_text_or_none(&conn->facts, FACT_ID_QUEUE_ID,
		    message->queue_id);
	if (message->body_skipped)
		facts_unknown(&conn->facts, FACT_ID_MESSAGE_SIZE,
		    STR("the rest of the body was not needed"));
	else
		facts_number(&conn->facts, FACT_ID_MESSAGE_SIZE,
		    (double)(message->header_octets + 2 +
		    message->body_octets));
}

void
session_eom(struct connection *conn, session_done_fn *done, void *ctx)
{
	session_eoh(conn);
	conn->message.ended = true;
	set_message_facts(conn);
	run_eom(conn);
	listed_ahead(conn);
	decide_begin(conn, STAGE_MESSAGE, done, ctx);
}
