/*
 * The one record of a message: a view over what the session holds, written
 * when it ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "event/row.h"
#include "mail/report_mail.h"
#include "session/connection.h"

void
record_trouble(struct connection *conn, const char *text)
{
	struct message *message = &conn->message;

	for (size_t i = 0; i < message->troubles.count; i++)
		if (message->troubles.at[i] == text)
			return;
	VEC_PUSH(conn->arena[SCOPE_MESSAGE], &message->troubles, text);
}

static const struct event_rcpt *
list_rcpts(struct connection *conn, struct arena *arena, size_t *count_out)
{
	const struct message *message = &conn->message;
	size_t count = message->rcpts.count;
	struct event_rcpt *rcpts;

	if (count > LIMIT_EVENT_RECIPIENTS)
		count = LIMIT_EVENT_RECIPIENTS;
	rcpts = arena_alloc(arena, count * sizeof(*rcpts));
	for (size_t i = 0; i < count; i++) {
		const struct recipient *from = &message->rcpts.at[i];

		rcpts[i] = (struct event_rcpt){ .address = from->address,
		    .action = from->action, .rule = from->rule,
		    .tag = from->tag };
	}
	*count_out = count;
	return rcpts;
}

static const struct event_check *
list_checks(struct connection *conn, struct arena *arena, size_t *count_out)
{
	struct event_check *checks = arena_alloc(arena,
	    CHECK_COUNT * sizeof(*checks));
	size_t count = 0;

	for (int id = 0; id < CHECK_COUNT; id++) {
		const struct check_run *run = conn->checks[id];

		if (run == NULL || !run->started)
			continue;
		checks[count++] = (struct event_check){
			.name = run->check->name, .finished = run->finished,
			.took_us = check_took_us(run),
			.waited_us = conn->waited_us[id]
		};
	}
	*count_out = count;
	return checks;
}

/* Each is told once: of the message, or of what came before it. */
static void
tell_waits(struct connection *conn, struct event *event)
{
	uint32_t *waited_us = conn->waited_us + CHECK_COUNT;

	for (int i = 0; i < EVENT_WAIT_COUNT; i++) {
		event->waits_us[i] = waited_us[i];
		waited_us[i] = 0;
	}
}

/* The MTA knows no bypass and was told accept; the event says what it was. */
static enum action
action_done(const struct connection *conn, enum action answered)
{
	return answered == ACTION_ACCEPT &&
	    decide_action(conn) == ACTION_BYPASS ? ACTION_BYPASS : answered;
}

static void
find_overrides(struct connection *conn, struct event *event)
{
	struct policy_env env = decide_env(conn, &conn->facts);
	struct override_case at = { .policy = event->policy, .env = &env,
	    .run = event->run, .rule = event->rule, .action = event->action,
	    .decided = event->decided };

	if (conn->pending.stage == STAGE_MESSAGE)
		event->override_count = override_find(&at, event->overrides);
}

static const struct event_made *
list_signatures(const struct connection *conn, struct arena *arena,
    size_t *count_out)
{
	const struct signing_result *result;
	struct event_made *list;

	*count_out = 0;
	if (conn->message.signing == NULL)
		return NULL;
	result = &conn->message.signing->result;
	list = arena_alloc(arena, result->made.count * sizeof(*list));
	for (size_t i = 0; i < result->made.count; i++)
		list[i] = (struct event_made){
			.domain = result->made.at[i].domain,
			.selector = result->made.at[i].selector,
			.algorithm = result->made.at[i].algorithm };
	*count_out = result->made.count;
	return list;
}

static void
tell_score_texts(struct connection *conn, struct arena *arena)
{
	static const enum fact_id ids[] = { FACT_ID_SCORE_TESTS,
	    FACT_ID_SCORE_STARS };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		facts_text_or_none(&conn->facts, ids[i], policy_running(arena,
		    &conn->progress.run, ids[i]).text);
}

struct mask *
record_mask(struct connection *conn)
{
	const struct privacy *privacy = conn->engine->options.privacy;
	const struct message *message = &conn->message;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	size_t count = message->rcpts.count;
	struct str *rcpts;

	if (privacy == NULL || privacy->bits == 0)
		return NULL;
	if (count > LIMIT_EVENT_RECIPIENTS)
		count = LIMIT_EVENT_RECIPIENTS;
	rcpts = arena_alloc(arena, count * sizeof(*rcpts));
	for (size_t i = 0; i < count; i++)
		rcpts[i] = message->rcpts.at[i].address;
	return mask_new(arena, privacy, &conn->facts, rcpts, count);
}

static struct event *
build(struct connection *conn, const char *kind, enum action action)
{
	struct message *message = &conn->message;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct event *event = arena_alloc(arena, sizeof(*event));

	if (!facts_known(&conn->facts, FACT_ID_QUEUE_ID) &&
	    message->queue_id.len > 0)
		facts_text(&conn->facts, FACT_ID_QUEUE_ID, message->queue_id);
	facts_number(&conn->facts, FACT_ID_SCORE, conn->progress.run.score);
	facts_list(&conn->facts, FACT_ID_SCORE_SYMBOLS,
	    conn->progress.run.symbols.at, conn->progress.run.symbols.count);
	tell_score_texts(conn, arena);
	*event = (struct event){
		.time_us = clock_unix_us(), .id = event_new_id(),
		.host = conn->engine->options.host, .kind = kind,
		.facts = &conn->facts, .results = &conn->results,
		.policy = conn->engine->options.policy,
		.run = &conn->progress.run,
		.rule = conn->progress.rule,
		.action = action_done(conn, action),
		.decided = decide_action(conn),
		.authserv_id = conn->engine->options.authserv_id,
		.authentication_results = message->stamp,
		.report = conn->results.dmarc.record.len > 0 &&
		    report_mail_is(&message->header),
		.tagged_from = message->tagged_from,
		.untagged = message->untagged,
		.seal = seal_outcome(conn),
		.not_signed = message->signing == NULL ? STR_NONE :
		    message->signing->result.why,
		.troubles = message->troubles.at,
		.trouble_count = message->troubles.count,
		.took_us = message->start_us == 0 ? 0 :
		    clock_us() - message->start_us
	};
	event->learnt = reputation_learn(conn);
	event->stages = conn->stages.at;
	event->stage_count = conn->stages.count;
	find_overrides(conn, event);
	event->shadow = shadow_find(conn, event);
	event->mask = record_mask(conn);
	event->rcpts = list_rcpts(conn, arena, &event->rcpt_listed);
	event->signatures = list_signatures(conn, arena,
	    &event->signature_count);
	event->answers = conn->answers;
	event->answers_count = SCOPE_COUNT;
	event->checks = list_checks(conn, arena, &event->check_count);
	tell_waits(conn, event);
	return event;
}

static const char *
or_dash(const char *text)
{
	return text[0] == '\0' ? "-" : text;
}

static void
write_log(const struct connection *conn, const struct event *event)
{
	const struct policy_rule *rule = event->rule;
	char ip[IP_TEXT_MAX], relay[sizeof(" relay=") + IP_TEXT_MAX] = "";
	struct str id = conn->message.queue_id;
	struct str from = mask_sender(event->mask, conn->subject.mail_from);
	struct ip peer = mask_ip(event->mask, &conn->peer.ip);
	struct ip client = mask_ip(event->mask, &conn->subject.client.ip);
	const char *what = action_name(event->action == ACTION_CONTINUE ?
	    ACTION_ACCEPT : event->action);

	if (conn->relayed)
		snprintf(relay, sizeof(relay), " relay=%s",
		    ip_format(&peer, ip).ptr);
	ip_format(&client, ip);
	if (rule == NULL)
		log_info("%.*s: %s %s client=%s%s from=<%.*s>", STR_ARG(id),
		    event->kind, what, or_dash(ip), relay, STR_ARG(from));
	else
		log_info("%.*s: %s %s client=%s%s from=<%.*s> rule=%s:%u%s",
		    STR_ARG(id), event->kind, what, or_dash(ip), relay,
		    STR_ARG(from), rule->file, rule->line,
		    policy_enforces(event->policy) ? "" : " (monitor)");
}

/* Lines of their own, so that what an admin asked to be told of is found. */
static void
log_notes(const struct connection *conn, const struct event *event)
{
	for (size_t i = 0; i < event->run->fired.count; i++) {
		const struct policy_rule *rule = &event->run->fired.at[i];

		if (rule->action == ACTION_NOTE && !rule->shadow)
			log_info("%.*s: note \"%.*s\" rule=%s:%u",
			    STR_ARG(conn->message.queue_id),
			    STR_ARG(mask_text(event->mask, rule->text)),
			    rule->file, rule->line);
	}
}

/* What it can be found by is read out of the line: so no row knows more than
 * its event says. */
static void
keep_row(struct connection *conn, struct str line)
{
	const struct engine_options *options = &conn->engine->options;
	const struct event_want want = { .facts = event_row_facts() };
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct event_record *record = arena_alloc(arena, sizeof(*record));
	struct history_row row;

	if (event_read(line, &want, arena, record) != EVENT_READ_OK)
		return;
	event_row(record, arena, &row);
	if (!history_put(options->store, &row,
	    (int64_t)options->history_ms))
		log_warn("%.*s: the event is too long for the store",
		    STR_ARG(conn->message.queue_id));
}

static void
write_event(struct connection *conn, const struct event *event)
{
	const struct engine_options *options = &conn->engine->options;
	bool keeps = options->store != NULL && options->history_ms > 0;
	char *line;

	if (options->events == NULL && !keeps)
		return;
	line = event_json(event, EVENT_LINE);
	if (keeps)
		keep_row(conn, str_from(line));
	if (options->events != NULL)
		event_writer_put(options->events, line);
	else
		free(line);
}

void
record_write(struct connection *conn, const char *kind, enum action action)
{
	struct event *event = build(conn, kind, action);

	conn->message.event = event;
	count_event(conn, event);
	write_log(conn, event);
	log_notes(conn, event);
	shadow_log(conn, event);
	if (conn->engine->options.watch != NULL)
		conn->engine->options.watch(conn->engine->options.watch_ctx,
		    event);
	write_event(conn, event);
}
