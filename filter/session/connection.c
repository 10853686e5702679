#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "dkim/digest.h"
#include "session/connection.h"

static const enum scope scopes[STAGE_COUNT] = {
	[STAGE_CONNECT] = SCOPE_CONNECTION, [STAGE_HELO] = SCOPE_HELO,
	[STAGE_MAIL] = SCOPE_MESSAGE, [STAGE_RCPT] = SCOPE_MESSAGE,
	[STAGE_MESSAGE] = SCOPE_MESSAGE,
};

static const enum stage first_stage[SCOPE_COUNT] = {
	[SCOPE_CONNECTION] = STAGE_CONNECT, [SCOPE_HELO] = STAGE_HELO,
	[SCOPE_MESSAGE] = STAGE_MAIL,
};

enum scope
stage_scope(enum stage stage)
{
	return scopes[stage];
}

struct connection *
connection_new(struct engine *engine)
{
	struct connection *conn = xcalloc(1, sizeof(*conn));

	conn->engine = engine_ref(engine);
	conn->strand = strand_new();
	for (int i = 0; i < SCOPE_COUNT; i++)
		conn->arena[i] = arena_new();
	conn->facts.arena = conn->arena[SCOPE_CONNECTION];
	conn->results.arena = conn->arena[SCOPE_CONNECTION];
	conn->subject = (struct subject){
		.options = &engine->options.checks, .dns = engine->options.dns,
		.strand = conn->strand, .facts = &conn->facts,
		.results = &conn->results, .header = &conn->message.header,
		.on_finish = run_on_finish, .owner = conn
	};
	return conn;
}

/* Results keep their place in the array; later scopes stand behind. */
static void
drop_results(struct results *results, enum stage from)
{
	size_t kept = 0;

	for (size_t i = 0; i < results->list.count; i++)
		if (results->list.at[i].stage < from)
			results->list.at[kept++] = results->list.at[i];
	results->list.count = kept;
	kept = 0;
	for (size_t i = 0; i < results->evidence.count; i++)
		if (results->evidence.at[i].stage < from)
			results->evidence.at[kept++] =
			    results->evidence.at[i];
	results->evidence.count = kept;
	kept = 0;
	for (size_t i = 0; i < results->spf_terms.count; i++)
		if (results->spf_terms.at[i].stage < from)
			results->spf_terms.at[kept++] =
			    results->spf_terms.at[i];
	results->spf_terms.count = kept;
	results->dmarc = (struct dmarc_seen){ .record = STR_NONE };
}

static void
take_back_progress(struct connection *conn, int scope)
{
	const struct progress *saved = conn->saved[scope];

	conn->progress = saved != NULL ? *saved :
	    (struct progress){ .evaluated = 0 };
}

void
connection_reset(struct connection *conn, enum scope from)
{
	enum stage stage = first_stage[from];

	conn->pending.active = false;
	run_cancel(conn, stage);
	asks_reset(conn, from);
	listed_reset(conn, from);
	sign_reset(conn);
	if (conn->subject.bodies != NULL)
		dkim_bodies_free(conn->subject.bodies);
	conn->subject.bodies = NULL;
	facts_reset(&conn->facts, stage);
	if (from != SCOPE_CONNECTION)
		client_forget(conn);
	drop_results(&conn->results, stage);
	explain_reset(conn, from);
	if (from == SCOPE_CONNECTION) {
		conn->results = (struct results){
			.arena = conn->arena[SCOPE_CONNECTION] };
		conn->progress = (struct progress){ .evaluated = 0 };
	} else {
		take_back_progress(conn, from - 1);
	}
	conn->message = (struct message){ 0 };
	conn->in_message = false;
	if (from <= SCOPE_HELO)
		conn->saw_helo = false;
	for (int i = from; i < SCOPE_COUNT; i++) {
		conn->answers[i] = (struct answers){ 0 };
		arena_reset(conn->arena[i]);
	}
}

void
connection_keep_progress(struct connection *conn, enum scope scope)
{
	struct progress *saved = NULL;

	if (conn->progress.evaluated != 0 || conn->progress.rule != NULL) {
		saved = arena_alloc(conn->arena[scope], sizeof(*saved));
		*saved = conn->progress;
	}
	conn->saved[scope] = saved;
}

/* The first recipient that a rule refused, or NULL. */
static const struct recipient *
refused_rcpt(const struct message *message)
{
	for (size_t i = 0; i < message->rcpts.count; i++)
		if (message->rcpts.at[i].action != ACTION_CONTINUE &&
		    message->rcpts.at[i].rule != NULL)
			return &message->rcpts.at[i];
	return NULL;
}

/* What was refused shall not go without an event. */
static void
tell_refused(struct connection *conn)
{
	const struct recipient *refused = refused_rcpt(&conn->message);

	if (refused == NULL || conn->message.event != NULL ||
	    conn->progress.told)
		return;
	if (!conn->progress.decided) {
		conn->progress.decided = true;
		conn->progress.rule = refused->rule;
	}
	record_write(conn, stage_name(STAGE_RCPT), refused->action);
}

void
connection_free(struct connection *conn)
{
	if (conn == NULL)
		return;
	conn->pending.active = false;
	tell_refused(conn);
	/* No new message comes: nothing is put back for one. */
	asks_reset(conn, SCOPE_CONNECTION);
	listed_free(conn);
	run_cancel(conn, STAGE_CONNECT);
	sign_reset(conn);
	if (conn->subject.bodies != NULL)
		dkim_bodies_free(conn->subject.bodies);
	for (int i = 0; i < SCOPE_COUNT; i++)
		arena_free(conn->arena[i]);
	engine_unref(conn->engine);
	strand_unref(conn->strand);
	free(conn);
}

struct strand *
connection_strand(struct connection *conn)
{
	return conn->strand;
}

static struct str
keep(struct connection *conn, enum scope scope, struct str s, size_t max)
{
	return arena_copy(conn->arena[scope], str_slice(s, 0, max));
}

static int64_t
time_now(const struct connection *conn)
{
	int64_t now = conn->engine->options.now;

	return now != 0 ? now : clock_unix();
}

/* 0: the MTA does not say. */
static void
set_number(struct connection *conn, enum fact_id id, unsigned number)
{
	if (number == 0)
		facts_none(&conn->facts, id);
	else
		facts_number(&conn->facts, id, number);
}

static void
set_listener_facts(struct connection *conn, const struct session_client *client)
{
	struct fact_set *facts = &conn->facts;

	facts_text_or_none(facts, FACT_ID_LISTENER, keep(conn,
	    SCOPE_CONNECTION, client->listener, LIMIT_MACRO_OCTETS));
	if (client->listener_ip.family == IP_NONE)
		facts_none(facts, FACT_ID_LISTENER_ADDRESS);
	else
		facts_ip(facts, FACT_ID_LISTENER_ADDRESS,
		    &client->listener_ip);
	set_number(conn, FACT_ID_LISTENER_PORT, client->listener_port);
	set_number(conn, FACT_ID_CLIENT_CONNECTIONS, client->connections);
}

static void
begin_connect(struct connection *conn, const struct session_client *client)
{
	conn->saw_connect = true;
	conn->subject.now = time_now(conn);
	client_connect(conn, client);
	set_listener_facts(conn, client);
	run_start(conn, STAGE_CONNECT);
	listed_ahead(conn);
	connection_keep_progress(conn, SCOPE_CONNECTION);
}

static void
begin_helo(struct connection *conn, struct str name)
{
	if (!conn->saw_connect)
		begin_connect(conn, &(struct session_client){ 0 });
	connection_reset(conn, SCOPE_HELO);
	conn->saw_helo = true;
	client_helo(conn, name);
	run_start(conn, STAGE_HELO);
	listed_ahead(conn);
	connection_keep_progress(conn, SCOPE_HELO);
}

void
connection_begin_mail(struct connection *conn, const struct session_mail *mail)
{
	session_abort(conn);
	if (!conn->saw_helo)
		begin_helo(conn, STR_NONE);
	conn->in_message = true;
	conn->message.queue_id = keep(conn, SCOPE_MESSAGE, mail->queue_id,
	    LIMIT_MACRO_OCTETS);
	conn->message.start_us = clock_us();
	conn->subject.now = time_now(conn);
	conn->subject.mail_from = keep(conn, SCOPE_MESSAGE, mail->from,
	    LIMIT_ADDRESS_OCTETS);
	identity_take(conn, mail);
	run_start(conn, STAGE_MAIL);
	listed_ahead(conn);
}

void
session_connect(struct connection *conn, const struct session_client *client,
    session_done_fn *done, void *ctx)
{
	connection_reset(conn, SCOPE_CONNECTION);
	begin_connect(conn, client);
	decide_begin(conn, STAGE_CONNECT, done, ctx);
}

void
session_helo(struct connection *conn, struct str name, session_done_fn *done,
    void *ctx)
{
	session_abort(conn);
	begin_helo(conn, name);
	decide_begin(conn, STAGE_HELO, done, ctx);
}

void
session_mail(struct connection *conn, const struct session_mail *mail,
    session_done_fn *done, void *ctx)
{
	connection_begin_mail(conn, mail);
	decide_begin(conn, STAGE_MAIL, done, ctx);
}

/* Recipients past the cap share one place. */
static struct recipient
keep_rcpt(struct connection *conn, struct recipient rcpt)
{
	struct message *message = &conn->message;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct str address = str_slice(rcpt.address, 0, LIMIT_ADDRESS_OCTETS);

	message->rcpt_count++;
	if (message->rcpts.count < LIMIT_RECIPIENTS) {
		rcpt.address = arena_copy(arena, address);
		envelope_rcpt(conn, &rcpt);
		VEC_ROOM(arena, &message->rcpts, 1);	/* most have one */
		VEC_PUSH(arena, &message->rcpts, rcpt);
		return rcpt;
	}
	record_trouble(conn, "more recipients than are kept");
	if (message->last_rcpt == NULL)
		message->last_rcpt = arena_alloc(arena, LIMIT_ADDRESS_OCTETS);
	if (address.len > 0)
		memcpy(message->last_rcpt, address.ptr, address.len);
	rcpt.address = str_make(message->last_rcpt, address.len);
	return rcpt;
}

void
session_rcpt(struct connection *conn, struct str address,
    session_done_fn *done, void *ctx)
{
	struct recipient rcpt;

	if (!conn->in_message)
		connection_begin_mail(conn, &(struct session_mail){ 0 });
	rcpt = keep_rcpt(conn, (struct recipient){ .address = address });
	envelope_rcpt_facts(&conn->facts, &rcpt, conn->message.rcpt_count);
	if (policy_reads(conn->engine->options.policy, FACT_ID_RCPT_ACCEPTED))
		recipients_tell(conn, &conn->facts, SIZE_MAX);
	listed_ahead(conn);
	decide_begin(conn, STAGE_RCPT, done, ctx);
}

void
session_rcpt_refused(struct connection *conn, struct str address)
{
	if (!conn->in_message)
		connection_begin_mail(conn, &(struct session_mail){ 0 });
	keep_rcpt(conn, (struct recipient){ .address = address,
	    .action = ACTION_REJECT });
}

void
session_queue_id(struct connection *conn, struct str id)
{
	if (conn->in_message && conn->message.queue_id.len == 0)
		conn->message.queue_id = keep(conn, SCOPE_MESSAGE, id,
		    LIMIT_MACRO_OCTETS);
}

void
session_abort(struct connection *conn)
{
	conn->pending.active = false;
	tell_refused(conn);
	if (conn->in_message)
		connection_reset(conn, SCOPE_MESSAGE);
}
