#include "tool/feed.h"

#include "base/clock.h"
#include "mail/received.h"

/* What session_*() answered. */
struct answer_box {
	bool			 done;
	enum action		 action;
};

static void
take_answer(void *ctx, const struct session_reply *reply)
{
	struct answer_box *box = ctx;

	box->done = true;
	box->action = reply->action;
}

/* True: the session goes on. */
static bool
wait_for(struct engine *engine, struct connection *conn, enum stage stage,
    struct answer_box *box)
{
	uint64_t wait_ms = engine_wait_ms(engine, stage);

	if (!strand_wait(connection_strand(conn), &box->done,
	    clock_ms() + wait_ms))
		session_expire(conn);
	return box->action == ACTION_CONTINUE;
}

static bool
say_rcpts(struct engine *engine, const struct feed *feed,
    struct connection *conn)
{
	bool any = feed->rcpt_count == 0;

	for (size_t i = 0; i < feed->rcpt_count; i++) {
		struct answer_box box = { .done = false };

		session_rcpt(conn, str_from(feed->rcpts[i]), take_answer,
		    &box);
		any |= wait_for(engine, conn, STAGE_RCPT, &box);
	}
	return any;
}

static bool
say_envelope(struct engine *engine, const struct feed *feed,
    struct connection *conn, const struct session_mail *mail)
{
	struct answer_box connect = { .done = false }, helo = connect,
	    from = connect;

	session_connect(conn, &feed->client, take_answer, &connect);
	if (!wait_for(engine, conn, STAGE_CONNECT, &connect))
		return false;
	session_helo(conn, feed->helo, take_answer, &helo);
	if (!wait_for(engine, conn, STAGE_HELO, &helo))
		return false;
	session_mail(conn, mail, take_answer, &from);
	return wait_for(engine, conn, STAGE_MAIL, &from) &&
	    say_rcpts(engine, feed, conn);
}

static void
say_message(struct engine *engine, struct connection *conn,
    const struct message_file *message)
{
	struct answer_box box = { .done = false };

	for (size_t i = 0; i < message->header.fields.count; i++)
		session_header(conn, message->header.fields.at[i].name,
		    message->header.fields.at[i].value);
	session_eoh(conn);
	session_body(conn, message->body);
	session_eom(conn, take_answer, &box);
	wait_for(engine, conn, STAGE_MESSAGE, &box);
}

/* RFC 6531 section 4.3: the MTA that had it with SMTPUTF8 wrote so. */
static bool
came_with_utf8(const struct message_file *message)
{
	const struct header_field *field =
	    header_find(&message->header, STR("Received"), 0);
	struct received received;

	if (field == NULL)
		return false;
	received_parse(field->value, &received);
	return str_starts_nocase(received.with, STR("UTF8SMTP"));
}

/* Without --from: what the MTA wrote into Return-Path on delivery. */
static struct session_mail
envelope_of(const struct feed *feed, struct arena *arena,
    const struct message_file *message)
{
	struct session_mail mail = feed->mail;
	const struct header_field *field =
	    header_find(&message->header, STR("Return-Path"), 0);

	if (!feed->from_given && field != NULL)
		mail.from = header_unfold(arena, field->value);
	if (mail.from.len >= 2 && mail.from.ptr[0] == '<' &&
	    mail.from.ptr[mail.from.len - 1] == '>')
		mail.from = str_slice(mail.from, 1, mail.from.len - 1);
	mail.smtputf8 = came_with_utf8(message);
	return mail;
}

void
feed_message(struct engine *engine, const struct feed *feed,
    struct arena *arena, const struct message_file *message)
{
	struct connection *conn = connection_new(engine);
	struct strand *strand = strand_ref(connection_strand(conn));
	struct session_mail mail = envelope_of(feed, arena, message);

	strand_enter(strand);
	if (say_envelope(engine, feed, conn, &mail))
		say_message(engine, conn, message);
	connection_free(conn);
	strand_leave(strand);
	strand_unref(strand);
}

bool
feed_option(struct feed *feed, int letter, const char *argument)
{
	struct str text = str_from(argument);

	switch (letter) {
	case 'I':
		return ip_parse(text, &feed->client.ip);
	case 'N':
		feed->client.name = text;
		return true;
	case 'H':
		feed->helo = text;
		return true;
	case 'F':
		feed->mail.from = text;
		feed->from_given = true;
		return true;
	case 'A':
		feed->mail.auth_user = text;
		return true;
	case 'L':
		feed->client.listener = text;
		return true;
	default:
		return false;
	}
}
