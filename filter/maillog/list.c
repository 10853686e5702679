#include "maillog/list.h"

#include <inttypes.h>

#include "base/print.h"
#include "event/emit.h"
#include "event/when.h"
#include "maillog/question.h"
#include "maillog/trace.h"

enum { COLUMNS = 9, NUMBER_MAX = 48 };

static const struct {
	const char	*name;
	int		 width;		/* 0: the last one */
} columns[COLUMNS] = {
	{ "time", 19 }, { "host", 12 }, { "queue id", 14 }, { "became", 12 },
	{ "from", 28 }, { "to", 28 }, { "after", 9 }, { "by", 24 },
	{ "reason", 0 },
};

/* ---- text ---- */

struct fields {
	struct str	at[COLUMNS];
	char		time[WHEN_TEXT_MAX];
	char		to[NUMBER_MAX], after[NUMBER_MAX];
};

static struct str
seconds(char text[NUMBER_MAX], int64_t us)
{
	return str_make(text, (size_t)snprintf(text, NUMBER_MAX, "%.1f s",
	    (double)us / 1e6));
}

static void
fill_rcpt(struct fields *fields, const struct outcome *outcome)
{
	const struct maillog_rcpt *rcpt = outcome->rcpt;

	if (rcpt == NULL) {
		fields->at[3] = STR("untried");
		fields->at[5] = str_make(fields->to, (size_t)snprintf(
		    fields->to, NUMBER_MAX, "(%" PRIu64 " of them)",
		    outcome->untried));
		return;
	}
	fields->at[3] = str_from(maillog_result_name(rcpt->result));
	fields->at[5] = rcpt->address;
	if (rcpt->has_delay)
		fields->at[6] = seconds(fields->after, rcpt->delay_us);
	fields->at[7] = rcpt->relay;
	/* Why it was put off says more than that it was sent. */
	fields->at[8] = rcpt->result == MAILLOG_RESULT_BOUNCED ||
	    rcpt->put_off.text.len == 0 ? rcpt->reason.text :
	    rcpt->put_off.text;
}

static void
fill_message(struct fields *fields, const struct outcome *outcome)
{
	const struct maillog_message *message = outcome->message;
	const char *fate = maillog_message_fate(message);

	fields->at[3] = message->is_notice ?
	    str_from(maillog_notice_name(message->notice)) :
	    fate != NULL ? str_from(fate) : STR("accepted");
	if (message->rcpts.count > 0)
		fields->at[5] = message->rcpts.at[0].address;
	fields->at[7] = message->client;
	fields->at[8] = message->is_notice ? message->about : message->why;
}

static void
fill(struct fields *fields, const struct outcome *outcome)
{
	const struct maillog_message *message = outcome->message;

	for (int i = 0; i < COLUMNS; i++)
		fields->at[i] = STR_NONE;
	if (outcome->level == OUTCOME_OF_EVENT) {
		fields->at[0] = when_text(outcome->event->time_us,
		    fields->time);
		fields->at[1] = outcome->event_host;
		fields->at[2] = str_from(outcome->event->queue_id);
		fields->at[3] = outcome->event->seen ? STR("event") :
		    STR("unseen");
	} else {
		fields->at[0] = when_text(message->first_us, fields->time);
		fields->at[1] = message->host;
		fields->at[2] = message->queue_id;
		fields->at[4] = message->sender.len > 0 || !message->queued ?
		    message->sender : STR("<>");
		if (outcome->level == OUTCOME_RCPT)
			fill_rcpt(fields, outcome);
		else
			fill_message(fields, outcome);
	}
	/* "2026-11-22 10:15:00", UTC. */
	fields->time[10] = ' ';
	fields->at[0] = str_slice(fields->at[0], 0, 19);
}

static void
print_line(FILE *out, const struct str *fields, bool is_wide)
{
	for (int i = 0; i < COLUMNS; i++) {
		print_column(out, fields[i], is_wide ? columns[i].width : 0);
		fputc(i + 1 == COLUMNS ? '\n' : is_wide ? ' ' : '\t', out);
	}
}

void
outcome_list_head(FILE *out)
{
	struct str names[COLUMNS];

	for (int i = 0; i < COLUMNS; i++)
		names[i] = str_from(columns[i].name);
	print_line(out, names, true);
}

/* ---- JSON ---- */

static void
emit_words(struct emit *out, unsigned is)
{
	emit_open(out, "is", '[');
	for (unsigned i = 0; i < OUTCOME_IS_COUNT; i++)
		if ((is & OUTCOME_BIT(i)) != 0)
			emit_word(out, NULL, outcome_word((enum outcome_is)i));
	emit_close(out, ']');
}

static void
emit_event(struct emit *out, const struct outcome *outcome)
{
	char time[WHEN_TEXT_MAX];

	when_text(outcome->event->time_us, time);
	emit_some(out, "queue_id", str_from(outcome->event->queue_id));
	emit_some(out, "host", outcome->event_host);
	emit_word(out, "time", time);
}

static void
emit_reason(struct emit *out, const struct maillog_reason *reason)
{
	char code[OUTCOME_CODE_MAX];

	emit_open(out, "trouble", '{');
	emit_some(out, "code", outcome_code(reason, code));
	emit_some(out, "enhanced", reason->enhanced);
	emit_some(out, "reason", reason->text);
	emit_close(out, '}');
}

static void
print_json(FILE *file, const struct outcome *outcome)
{
	struct emit out;

	emit_init(&out);
	emit_open(&out, NULL, '{');
	if (outcome->level == OUTCOME_OF_LINE)
		emit_capped(&out, "line", outcome->line);
	else if (outcome->level == OUTCOME_OF_EVENT)
		emit_event(&out, outcome);
	else
		trace_emit_message(&out, outcome->message);
	emit_words(&out, outcome->is);
	if (outcome->rcpt != NULL)
		trace_emit_rcpt(&out, "recipient", outcome->rcpt);
	else if (outcome->level == OUTCOME_RCPT)
		emit_int(&out, "untried", (int64_t)outcome->untried);
	else if (outcome->level == OUTCOME_MESSAGE &&
	    outcome->message->rcpts.count > 0)
		emit_some(&out, "to", outcome->message->rcpts.at[0].address);
	if (outcome->reason != NULL)
		emit_reason(&out, outcome->reason);
	emit_close(&out, '}');
	emit_print(&out, file);
}

void
outcome_list(FILE *out, const struct outcome *outcome,
    enum outcome_shape shape)
{
	struct fields fields;

	if (shape == OUTCOME_JSON) {
		print_json(out, outcome);
		return;
	}
	if (outcome->level == OUTCOME_OF_LINE) {
		print_column(out, outcome->line, 0);
		fputc('\n', out);
		return;
	}
	fill(&fields, outcome);
	print_line(out, fields.at, shape == OUTCOME_COLUMNS);
}
