/*
 * What became of the mail that we let in, by the logs of the MTA.  It is of
 * events that are joined with them by queue id; without events, of all mail
 * in the logs.  What each figure counts stands in maillog/outcomes.h.
 *
 * The logs are read when all events are known.
 */
#include <string.h>

#include "summary/delivery.h"

/* ---- events ---- */

static void
begin(void *at, const struct summary_options *options)
{
	struct delivery *state = at;

	state->options = options;
	if (options->mail_logs != NULL)
		state->arena = arena_new();
}

static void
event(void *at, const struct seen *seen)
{
	struct delivery *state = at;
	struct delivery_event one;

	if (state->arena == NULL || !accepted_read(seen->record, &one.mail))
		return;
	one.host = arena_copy(state->arena, seen->record->host);
	one.queue_id = arena_copy(state->arena, seen->record->queue_id);
	VEC_PUSH(state->arena, &state->events, one);
}

static void
merge(void *at, const void *from)
{
	struct delivery *all = at;
	const struct delivery *part = from;

	for (size_t i = 0; i < part->events.count; i++) {
		const struct delivery_event *one = &part->events.at[i];

		if (all->accepted == NULL)
			all->accepted = accepted_new();
		accepted_add(all->accepted, &one->mail, one->host,
		    one->queue_id);
	}
}

static void
drop(void *at)
{
	struct delivery *state = at;

	if (state->finished) {
		outcomes_fini(&state->outcomes);
		hours_fini(&state->hours);
	}
	accepted_free(state->accepted);
	arena_free(state->arena);
}

/* ---- logs ---- */

static void
take_outcome(void *ctx, const struct outcome *outcome)
{
	static const int columns[MAILLOG_RESULT_COUNT] = {
		[MAILLOG_RESULT_SENT] = HOUR_SENT,
		[MAILLOG_RESULT_DEFERRED] = HOUR_PUT_OFF,
		[MAILLOG_RESULT_BOUNCED] = HOUR_BOUNCED,
		[MAILLOG_RESULT_EXPIRED] = HOUR_EXPIRED,
	};
	const struct maillog_rcpt *rcpt = outcome->rcpt;
	struct delivery *state = ctx;

	if (rcpt != NULL && outcome_is_in_time(rcpt))
		hours_add(&state->hours, rcpt->last_us,
		    (unsigned)columns[rcpt->result]);
	if (state->options->outcome != NULL)
		state->options->outcome(state->options->outcome_ctx, outcome);
}

static void
take_unknown(void *ctx, struct str line)
{
	const struct delivery *state = ctx;

	outcomes_hand_on(&state->outcomes, &(struct outcome){
	    .level = OUTCOME_OF_LINE, .line = line,
	    .is = OUTCOME_BIT(OUTCOME_UNKNOWN_LINE) });
}

static void
take_message(void *ctx, const struct maillog_message *message)
{
	struct delivery *state = ctx;

	outcomes_take(&state->outcomes, message);
}

static void
progress(void *ctx, uint64_t done, uint64_t total)
{
	const struct event_logs *logs =
	    &((const struct delivery *)ctx)->options->logs;

	if (logs->progress != NULL)
		logs->progress(logs->progress_ctx, done, total);
}

static void
finish(void *at)
{
	struct delivery *state = at;
	const struct summary_options *options = state->options;
	const struct maillog_options logs = { .paths = options->mail_logs,
	    .now_us = options->now_us, .year = options->mail_log_year,
	    .show = options->mail_log_show, .message = take_message,
	    .unknown = take_unknown,
	    .progress = progress, .ctx = state };

	if (options->mail_logs == NULL)
		return;
	/* Without one event nothing was let in. */
	if (state->accepted == NULL && options->logs.paths[0] != NULL)
		state->accepted = accepted_new();
	outcomes_init(&state->outcomes, state->accepted,
	    options->logs.since_us, options->logs.until_us);
	state->outcomes.counted = take_outcome;
	state->outcomes.lists = options->outcome != NULL;
	state->outcomes.ctx = state;
	hours_init(&state->hours, HOUR_COLUMNS);
	maillog_read(&logs, state->arena, &state->count);
	outcomes_end(&state->outcomes);
	state->finished = true;
}

/* Standard input cannot be read again. */
static bool
can_list(const struct summary_options *options)
{
	for (const char *const *path = options->mail_logs; *path != NULL;
	    path++)
		if (strcmp(*path, "-") == 0)
			return false;
	return true;
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	struct builder out = builder_of(summary, section);
	const struct delivery *state = at;

	if (!state->finished)
		return;
	out.list = can_list(options) ? BUILDER_OUTCOMES : BUILDER_NOTHING;
	delivery_figures(&out, state);
	delivery_tables(&out, state, options->top);
}

const struct section section_delivery = {
	.key = "delivery", .title = "Delivery",
	.about = "What became of accepted mail, by the MTA's own logs: a "
	    "count is of recipients, unless it says otherwise. Where there "
	    "are events, mail without one is not counted.",
	.size = sizeof(struct delivery), .facts = accepted_facts,
	.begin = begin, .event = event, .merge = merge, .finish = finish,
	.end = end, .drop = drop,
};
