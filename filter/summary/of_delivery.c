/*
 * What became of the mail that we let in, by the logs of the MTA.  It is of
 * events that are joined with them by queue id; without events, of all mail
 * in the logs.  What each figure counts stands in maillog/outcomes.h.
 *
 * The logs are read when all events are known.
 */
#include "maillog/outcomes.h"
#include "maillog/read.h"
#include "summary/section.h"

struct of_event {
	struct accepted_mail	mail;
	struct str		host, queue_id;
};

struct state {
	const struct summary_options *options;
	/* A batch: */
	struct arena		*arena;		/* NULL: no logs */
	VEC(struct of_event)	 events;
	/* The whole: */
	struct accepted		*accepted;
	struct outcomes		 outcomes;
	struct hours		 hours;
	struct maillog_count	 count;
	bool			 finished;
};

enum hour_column { HOUR_SENT, HOUR_PUT_OFF, HOUR_BOUNCED, HOUR_EXPIRED,
		   HOUR_COLUMNS };

/* ---- events ---- */

static void
begin(void *at, const struct summary_options *options)
{
	struct state *state = at;

	state->options = options;
	if (options->mail_logs != NULL)
		state->arena = arena_new();
}

static void
event(void *at, const struct seen *seen)
{
	struct state *state = at;
	struct of_event one;

	if (state->arena == NULL || !accepted_read(seen->record, &one.mail))
		return;
	one.host = arena_copy(state->arena, seen->record->host);
	one.queue_id = arena_copy(state->arena, seen->record->queue_id);
	VEC_PUSH(state->arena, &state->events, one);
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	for (size_t i = 0; i < part->events.count; i++) {
		const struct of_event *one = &part->events.at[i];

		if (all->accepted == NULL)
			all->accepted = accepted_new();
		accepted_add(all->accepted, &one->mail, one->host,
		    one->queue_id);
	}
}

static void
drop(void *at)
{
	struct state *state = at;

	if (state->finished) {
		outcomes_fini(&state->outcomes);
		hours_fini(&state->hours);
	}
	accepted_free(state->accepted);
	arena_free(state->arena);
}

/* ---- logs ---- */

static void
count_hour(void *ctx, const struct maillog_rcpt *rcpt)
{
	static const int columns[MAILLOG_RESULT_COUNT] = {
		[MAILLOG_RESULT_SENT] = HOUR_SENT + 1,
		[MAILLOG_RESULT_DEFERRED] = HOUR_PUT_OFF + 1,
		[MAILLOG_RESULT_BOUNCED] = HOUR_BOUNCED + 1,
		[MAILLOG_RESULT_EXPIRED] = HOUR_EXPIRED + 1,
	};
	struct state *state = ctx;

	if (columns[rcpt->result] > 0 && rcpt->last_us > 0)
		hours_add(&state->hours, rcpt->last_us,
		    (unsigned)columns[rcpt->result] - 1);
}

static void
take_message(void *ctx, const struct maillog_message *message)
{
	struct state *state = ctx;

	outcomes_take(&state->outcomes, message);
}

static void
progress(void *ctx, uint64_t done, uint64_t total)
{
	const struct event_logs *logs =
	    &((const struct state *)ctx)->options->logs;

	if (logs->progress != NULL)
		logs->progress(logs->progress_ctx, done, total);
}

static void
finish(void *at)
{
	struct state *state = at;
	const struct summary_options *options = state->options;
	const struct maillog_options logs = { .paths = options->mail_logs,
	    .now_us = options->now_us, .year = options->mail_log_year,
	    .show = options->mail_log_show, .message = take_message,
	    .progress = progress, .ctx = state };

	if (options->mail_logs == NULL)
		return;
	/* Without one event nothing was let in. */
	if (state->accepted == NULL && options->logs.paths[0] != NULL)
		state->accepted = accepted_new();
	outcomes_init(&state->outcomes, state->accepted,
	    options->logs.since_us, options->logs.until_us);
	state->outcomes.counted = count_hour;
	state->outcomes.ctx = state;
	hours_init(&state->hours, HOUR_COLUMNS);
	maillog_read(&logs, state->arena, &state->count);
	outcomes_end(&state->outcomes);
	state->finished = true;
}

/* ---- figures ---- */

static uint64_t
all_rcpts(const struct outcome_counts *counts)
{
	uint64_t sum = 0;

	for (int i = 0; i < MAILLOG_RESULT_COUNT; i++)
		if (i != MAILLOG_RESULT_PASSED && i != MAILLOG_RESULT_PROBED)
			sum += counts->rcpts[i];
	return sum;
}

static void
tell_results(struct builder *out, const struct outcome_counts *counts)
{
	static const struct {
		enum maillog_result result;
		const char *key, *title;
	} rows[] = {
		{ MAILLOG_RESULT_SENT, "sent", "sent" },
		{ MAILLOG_RESULT_DEFERRED, "deferred",
		    "put off, and not heard of since" },
		{ MAILLOG_RESULT_BOUNCED, "bounced", "bounced" },
		{ MAILLOG_RESULT_EXPIRED, "expired",
		    "put off until it was given up" },
		{ MAILLOG_RESULT_DROPPED, "discarded",
		    "discarded by the MTA" },
		{ MAILLOG_RESULT_DELETED, "deleted", "deleted by an admin" },
		{ MAILLOG_RESULT_NONE, "untried", "not tried yet" },
	};

	builder_count(out, "messages", "messages that were accepted",
	    counts->messages);
	builder_count(out, "recipients", "their recipients",
	    all_rcpts(counts));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		builder_count(out, rows[i].key, rows[i].title,
		    counts->rcpts[rows[i].result]);
	builder_share(out, "sent_share", "sent, of all recipients",
	    counts->rcpts[MAILLOG_RESULT_SENT], all_rcpts(counts));
	builder_count(out, "put_off", "recipients that were put off",
	    counts->put_off);
	builder_count(out, "put_off_sent", "put off, then sent",
	    counts->put_off_then[MAILLOG_RESULT_SENT]);
	builder_count(out, "put_off_bounced", "put off, then bounced",
	    counts->put_off_then[MAILLOG_RESULT_BOUNCED]);
	builder_count(out, "put_off_tries", "tries that were put off",
	    counts->tries_put_off);
}

static void
tell_others(struct builder *out, const struct outcome_counts *counts)
{
	builder_count(out, "held", "messages that are held", counts->held);
	builder_count(out, "dropped", "messages that were discarded",
	    counts->discarded);
	builder_count(out, "refused", "messages refused at their end",
	    counts->refused);
	builder_count(out, "refused_by_milter", "... of these by a milter",
	    counts->refused_by_milter);
	builder_count(out, "notices_bounce", "bounces that the MTA wrote",
	    counts->notices[MAILLOG_NOTICE_BOUNCE]);
	builder_count(out, "notices_delay", "warnings of a delay",
	    counts->notices[MAILLOG_NOTICE_DELAY]);
	builder_count(out, "notices_success", "receipts",
	    counts->notices[MAILLOG_NOTICE_SUCCESS]);
	builder_count(out, "notices_lost", "... of these taken by nobody",
	    counts->notices_lost);
	builder_count(out, "bounces", "bounces from elsewhere",
	    counts->bounces);
	builder_count(out, "bounces_unanswering",
	    "... of these answering no mail of ours",
	    counts->bounces_unanswering);
}

static void
tell_join(struct builder *out, const struct state *state)
{
	uint64_t events;

	if (state->accepted == NULL)
		return;
	events = accepted_count(state->accepted);
	builder_count(out, "events", "events of mail that was let in",
	    events);
	builder_count(out, "events_unseen", "... that logs do not know",
	    events - accepted_seen(state->accepted));
	builder_count(out, "without_event",
	    "other messages, without an event", state->outcomes.counts.
	    not_ours);
	if (accepted_left_out(state->accepted) > 0)
		builder_note(out, "%llu events were too many to be joined",
		    (unsigned long long)accepted_left_out(state->accepted));
}

static void
tell_logs(struct builder *out, const struct maillog_count *count)
{
	builder_count(out, "lines", "lines of the logs", count->lines);
	builder_count(out, "lines_other", "lines of other programs",
	    count->other);
	builder_count(out, "lines_unknown", "lines that are not understood",
	    count->unknown + count->broken);
	builder_time(out, "first", "the first line", count->first_us);
	builder_time(out, "last", "the last line", count->last_us);
	if (count->cut > 0)
		builder_note(out, "%llu messages had no end for too long, "
		    "and are counted as they were then",
		    (unsigned long long)count->cut);
	builder_count(out, "unread", "logs that could not be read to their "
	    "end", count->unread);
	if (count->unread > 0)
		builder_note(out, "%s: %s", count->unread_file,
		    count->unread_why);
	for (size_t i = 0; i < count->shown.count; i++)
		builder_note(out, "not understood: %.*s",
		    STR_ARG(count->shown.at[i]));
}

/* ---- tables ---- */

static void
tell_delay(struct builder *out, const char *name, const struct spread *spread)
{
	static const unsigned percents[] = { 50, 90, 95, 99 };
	struct summary_row *row;

	if (spread->count == 0)
		return;
	row = builder_row(out);
	row_text(out, row, 0, str_from(name));
	row_count(row, 1, spread->count);
	for (size_t i = 0; i < 4; i++)
		row->values[2 + i].us = (int64_t)spread_percentile(spread,
		    percents[i]);
	row->values[6].us = (int64_t)spread->max_us;
}

static void
tell_delays(struct builder *out, const struct outcomes *outcomes)
{
	static const struct summary_column columns[] = {
		{ "name", "time", SUMMARY_TEXT, NULL },
		{ "count", "recipients", SUMMARY_COUNT, NULL },
		{ "p50", "50 %", SUMMARY_SPAN, NULL },
		{ "p90", "90 %", SUMMARY_SPAN, NULL },
		{ "p95", "95 %", SUMMARY_SPAN, NULL },
		{ "p99", "99 %", SUMMARY_SPAN, NULL },
		{ "max", "longest", SUMMARY_SPAN, NULL },
	};
	static const char *const ways[OUTCOME_WAYS] = {
		"until it was sent", "outgoing mail", "other mail"
	};
	static const char *const stages[] = {
		"before the queue", "in the queue", "connecting",
		"handing over"
	};

	builder_table(out, "delays", "time to delivery",
	    SUMMARY_PERCENTILES, COLUMNS_OF(columns));
	for (int i = 0; i < OUTCOME_WAYS; i++)
		tell_delay(out, ways[i], &outcomes->delays[i]);
	for (int i = 0; i < 4; i++)
		tell_delay(out, stages[i], &outcomes->stages[i]);
}

static void
fill_domain(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	for (size_t i = 0; i < OUTCOME_DOMAIN_CLASSES; i++)
		row_count(row, 1 + i, from->counts[i]);
	for (size_t i = 0; i < 2; i++)
		row->values[1 + OUTCOME_DOMAIN_CLASSES + i] =
		    (struct summary_value){ .none =
		    from->counts[OUTCOME_DOMAIN_SENT] == 0, .us = (int64_t)
		    outcomes_domain_delay(from, i == 0 ? 50 : 95) };
}

static void
tell_domains(struct builder *out, const struct outcomes *outcomes, size_t top)
{
	static const struct summary_column columns[] = {
		{ "domain", "outgoing mail to", SUMMARY_TEXT, NULL },
		{ "recipients", "recipients", SUMMARY_COUNT, NULL },
		{ "sent", "sent", SUMMARY_COUNT, NULL },
		{ "put_off", "put off", SUMMARY_COUNT, NULL },
		{ "deferred", "waiting", SUMMARY_COUNT, NULL },
		{ "bounced", "bounced", SUMMARY_COUNT, NULL },
		{ "expired", "expired", SUMMARY_COUNT, NULL },
		{ "p50", "50 % in", SUMMARY_SPAN, NULL },
		{ "p95", "95 % in", SUMMARY_SPAN, NULL },
	};

	builder_table(out, "domains", "by destination", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	builder_top(out, &outcomes->domains, top, fill_domain);
}

static void
fill_reason(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	static const int columns[OUTCOME_REASON_PARTS] = {
		[OUTCOME_REASON_TEXT] = 0, [OUTCOME_REASON_RESULT] = 2,
		[OUTCOME_REASON_CODE] = 3, [OUTCOME_REASON_ENHANCED] = 4,
	};

	for (size_t i = 0; i < OUTCOME_REASON_PARTS; i++)
		row_text(out, row, (size_t)columns[i],
		    tally_part(from->name, i));
	row_count(row, 1, from->counts[0]);
	row_text(out, row, 5, from->note);
}

static void
tell_reasons(struct builder *out, const struct outcomes *outcomes, size_t top)
{
	static const struct summary_column columns[] = {
		{ "reason", "reason", SUMMARY_TEXT, NULL },
		{ "recipients", "recipients", SUMMARY_COUNT, NULL },
		{ "result", "result", SUMMARY_TEXT, NULL },
		{ "code", "code", SUMMARY_TEXT, NULL },
		{ "enhanced", "enhanced", SUMMARY_TEXT, NULL },
		{ "example", "such as", SUMMARY_TEXT, NULL },
	};

	builder_table(out, "reasons", "what the other side said",
	    SUMMARY_LIST, COLUMNS_OF(columns));
	builder_top(out, &outcomes->reasons, top, fill_reason);
}

static void
fill_unasked(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	row_count(row, 1, from->counts[0]);
}

static void
tell_unasked(struct builder *out, const struct outcomes *outcomes, size_t top)
{
	static const struct summary_column columns[] = {
		{ "recipient", "bounces to", SUMMARY_TEXT, NULL },
		{ "bounces", "that answer nothing", SUMMARY_COUNT, NULL },
	};

	builder_table(out, "unanswering", "bounces that answer nothing",
	    SUMMARY_LIST, COLUMNS_OF(columns));
	builder_top(out, &outcomes->unasked, top, fill_unasked);
}

static void
tell_hours(struct builder *out, const struct hours *hours)
{
	static const struct summary_column columns[] = {
		{ "time", "from (UTC)", SUMMARY_TIME, NULL },
		{ "sent", "sent", SUMMARY_COUNT, "accept" },
		{ "deferred", "put off", SUMMARY_COUNT, "tempfail" },
		{ "bounced", "bounced", SUMMARY_COUNT, "reject" },
		{ "expired", "expired", SUMMARY_COUNT, "discard" },
	};

	hours_table(out, hours, "time", "outcomes in time",
	    COLUMNS_OF(columns));
	/* A mail is sent at another time than it came. */
	for (size_t i = 0; i < out->table->rows.count; i++)
		out->table->rows.at[i].query = (struct summary_query){
		    .count = 0 };
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	if (!state->finished)
		return;
	tell_results(&out, &state->outcomes.counts);
	tell_others(&out, &state->outcomes.counts);
	tell_join(&out, state);
	tell_logs(&out, &state->count);
	tell_hours(&out, &state->hours);
	tell_delays(&out, &state->outcomes);
	tell_domains(&out, &state->outcomes, options->top);
	tell_reasons(&out, &state->outcomes, options->top);
	tell_unasked(&out, &state->outcomes, options->top);
}

const struct section section_delivery = {
	.key = "delivery", .title = "Delivery",
	.about = "What became of accepted mail, by the MTA's own logs: a "
	    "count is of recipients, unless it says otherwise. Where there "
	    "are events, mail without one is not counted.",
	.size = sizeof(struct state), .facts = accepted_facts,
	.begin = begin, .event = event, .merge = merge, .finish = finish,
	.end = end, .drop = drop,
};
