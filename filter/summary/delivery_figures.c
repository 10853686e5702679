/* What the section delivery counts, and what lists it. */
#include "summary/delivery.h"

static uint64_t
all_rcpts(const struct outcome_counts *counts)
{
	uint64_t sum = 0;

	for (int i = 0; i < MAILLOG_RESULT_COUNT; i++)
		if (i != MAILLOG_RESULT_PASSED && i != MAILLOG_RESULT_PROBED)
			sum += counts->rcpts[i];
	return sum;
}

/* A count of outcomes that are this. */
static void
count_is(struct builder *out, const char *key, const char *title,
    uint64_t count, const char *word)
{
	builder_count(out, key, title, count);
	builder_asks(out, "--is", str_from(word));
}

static void
tell_results(struct builder *out, const struct outcome_counts *counts)
{
	static const struct {
		enum maillog_result result;
		const char *key, *title;	/* key: of --status, too */
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
	/* Those that were not tried have a line together. */
	uint64_t tried = all_rcpts(counts) -
	    counts->rcpts[MAILLOG_RESULT_NONE];

	count_is(out, "messages", "messages that were accepted",
	    counts->messages, "accepted");
	builder_count(out, "recipients", "their recipients",
	    all_rcpts(counts));
	builder_asks(out, NULL, STR_NONE);
	builder_lists(out, tried + counts->untried_messages);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		builder_count(out, rows[i].key, rows[i].title,
		    counts->rcpts[rows[i].result]);
		builder_asks(out, "--status", str_from(rows[i].key));
		if (rows[i].result == MAILLOG_RESULT_NONE)
			builder_lists(out, counts->untried_messages);
	}
	builder_share(out, "sent_share", "sent, of all recipients",
	    counts->rcpts[MAILLOG_RESULT_SENT], all_rcpts(counts));
	builder_asks(out, "--status", STR("sent"));
}

static void
tell_put_off(struct builder *out, const struct outcome_counts *counts)
{
	static const char word[] = "put-off";

	count_is(out, "put_off", "recipients that were put off",
	    counts->put_off, word);
	count_is(out, "put_off_sent", "put off, then sent",
	    counts->put_off_then[MAILLOG_RESULT_SENT], word);
	builder_asks(out, "--status", STR("sent"));
	count_is(out, "put_off_bounced", "put off, then bounced",
	    counts->put_off_then[MAILLOG_RESULT_BOUNCED], word);
	builder_asks(out, "--status", STR("bounced"));
	count_is(out, "put_off_tries", "tries that were put off",
	    counts->tries_put_off, word);
	builder_lists(out, counts->put_off);
}

static void
tell_others(struct builder *out, const struct outcome_counts *counts)
{
	count_is(out, "held", "messages that are held", counts->held,
	    "held");
	count_is(out, "dropped", "messages that were discarded",
	    counts->discarded, "discarded");
	count_is(out, "refused", "messages refused at their end",
	    counts->refused, "refused");
	count_is(out, "refused_by_milter", "... of these by a milter",
	    counts->refused_by_milter, "refused-by-milter");
	count_is(out, "notices_bounce", "bounces that the MTA wrote",
	    counts->notices[MAILLOG_NOTICE_BOUNCE], "own-bounce");
	count_is(out, "notices_delay", "warnings of a delay",
	    counts->notices[MAILLOG_NOTICE_DELAY], "own-warning");
	count_is(out, "notices_success", "receipts",
	    counts->notices[MAILLOG_NOTICE_SUCCESS], "own-receipt");
	count_is(out, "notices_lost", "... of these taken by nobody",
	    counts->notices_lost, "own-lost");
	count_is(out, "bounces", "bounces from elsewhere", counts->bounces,
	    "bounce");
	count_is(out, "bounces_unanswering",
	    "... of these answering no mail of ours",
	    counts->bounces_unanswering, "unanswering");
	if (counts->bounces_left_out > 0)
		builder_note(out, "what %llu bounces answer is not known: "
		    "there are too many of them",
		    (unsigned long long)counts->bounces_left_out);
	if (counts->rcpts_left_out > 0)
		builder_note(out, "%llu recipients are left out: their "
		    "messages have too many",
		    (unsigned long long)counts->rcpts_left_out);
}

/* Two names of one host would leave all of its mail without events. */
static void
tell_elsewhere(struct builder *out, const struct accepted_elsewhere *elsewhere)
{
	if (elsewhere->count > 0)
		builder_note(out, "%llu messages of the logs have the queue id "
		    "of an event, but not its host: \"%.*s\" in the log, "
		    "\"%.*s\" in the event. If these are one, give host_name "
		    "the log's name",
		    (unsigned long long)elsewhere->count,
		    STR_ARG(elsewhere->log_host),
		    STR_ARG(elsewhere->event_host));
}

static void
tell_join(struct builder *out, const struct delivery *delivery)
{
	uint64_t events;

	if (delivery->accepted == NULL)
		return;
	events = accepted_count(delivery->accepted);
	count_is(out, "events", "events of mail that was let in", events,
	    "event");
	count_is(out, "events_unseen", "... that logs do not know",
	    events - accepted_seen(delivery->accepted), "unseen-event");
	count_is(out, "without_event", "other messages, without an event",
	    delivery->outcomes.counts.not_ours, "without-event");
	tell_elsewhere(out, accepted_elsewhere(delivery->accepted));
	if (accepted_left_out(delivery->accepted) > 0)
		builder_note(out, "%llu events were too many to be joined",
		    (unsigned long long)accepted_left_out(delivery->accepted));
}

static void
tell_logs(struct builder *out, const struct maillog_count *count)
{
	builder_count(out, "lines", "lines of the logs", count->lines);
	builder_count(out, "lines_other", "lines of other programs",
	    count->other);
	count_is(out, "lines_unknown", "lines that are not understood",
	    count->unknown + count->broken, "unknown-line");
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

void
delivery_figures(struct builder *out, const struct delivery *delivery)
{
	tell_results(out, &delivery->outcomes.counts);
	tell_put_off(out, &delivery->outcomes.counts);
	tell_others(out, &delivery->outcomes.counts);
	tell_join(out, delivery);
	tell_logs(out, &delivery->count);
}
