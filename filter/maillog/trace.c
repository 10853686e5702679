#include "maillog/trace.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/print.h"
#include "event/emit.h"
#include "event/when.h"

bool
trace_is_of(const struct maillog_message *message, struct str queue_id)
{
	return str_eq(message->queue_id, queue_id) ||
	    str_eq(message->before, queue_id) ||
	    (message->is_notice && str_eq(message->about, queue_id));
}

/* ---- text ---- */

static void
put_time(FILE *out, int64_t time_us)
{
	char text[WHEN_TEXT_MAX];

	fputs(when_text(time_us, text).ptr, out);
}

/* " NAME <TEXT>", if there is one. */
static void
put_named(FILE *out, const char *name, struct str text)
{
	if (text.len == 0)
		return;
	fputs(name, out);
	print_safe(out, text);
}

static void
put_head(FILE *out, const struct maillog_message *message)
{
	print_safe(out, message->queue_id);
	put_named(out, " on ", message->host);
	if (message->is_notice) {
		fprintf(out, ": %s", maillog_notice_name(message->notice));
		put_named(out, " about ", message->about);
	} else if (message->queued) {
		fputs(": from <", out);
		print_safe(out, message->sender);
		fprintf(out, ">, %" PRIu64 " octets", message->size);
	}
	put_named(out, ", came as ", message->before);
	put_named(out, ", by ", message->client);
	fputs("\n  ", out);
	put_time(out, message->first_us);
	put_named(out, ", Message-ID ", message->message_id);
	fputc('\n', out);
}

static void
put_rcpt(FILE *out, const struct maillog_rcpt *rcpt)
{
	fputs("  <", out);
	print_safe(out, rcpt->address);
	fprintf(out, "> %s", maillog_result_name(rcpt->result));
	if (rcpt->has_delay)
		fprintf(out, " after %.1f s", (double)rcpt->delay_us / 1e6);
	put_named(out, " by ", rcpt->relay);
	put_named(out, ", as ", rcpt->other_id);
	put_named(out, ": ", rcpt->reason.text);
	fputc('\n', out);
	if (rcpt->deferrals == 0 || rcpt->result == MAILLOG_RESULT_DEFERRED)
		return;
	fprintf(out, "    put off %u time%s", rcpt->deferrals,
	    rcpt->deferrals == 1 ? "" : "s");
	put_named(out, ", last: ", rcpt->put_off.text);
	fputc('\n', out);
}

void
trace_print_text(FILE *out, const struct maillog_message *message)
{
	const char *fate = maillog_message_fate(message);

	put_head(out, message);
	if (fate != NULL) {
		fprintf(out, "  %s%s", fate, message->by_milter ?
		    " by a milter" : "");
		put_named(out, ": ", message->why);
		fputc('\n', out);
	}
	for (size_t i = 0; i < message->rcpts.count; i++)
		put_rcpt(out, &message->rcpts.at[i]);
	if (fate == NULL && message->rcpts.count == 0)
		fputs("  no delivery was tried yet\n", out);
	if (message->bounced_as.len > 0) {
		put_named(out, "  the sender was told by ",
		    message->bounced_as);
		fputc('\n', out);
	}
}

/* ---- JSON ---- */

static void
emit_span(struct emit *out, const char *key, bool has, int64_t us)
{
	if (has)
		emit_int(out, key, us);
	else
		emit_null(out, key);
}

static void
emit_time(struct emit *out, const char *key, int64_t time_us)
{
	char text[WHEN_TEXT_MAX];

	when_text(time_us, text);
	emit_word(out, key, text);
}

void
trace_emit_rcpt(struct emit *out, const char *key,
    const struct maillog_rcpt *rcpt)
{
	emit_open(out, key, '{');
	emit_some(out, "address", rcpt->address);
	emit_word(out, "result", maillog_result_name(rcpt->result));
	emit_int(out, "put_off", rcpt->deferrals);
	emit_time(out, "last", rcpt->last_us);
	emit_span(out, "delay_us", rcpt->has_delay, rcpt->delay_us);
	emit_some(out, "relay", rcpt->relay);
	emit_some(out, "dsn", rcpt->dsn);
	emit_some(out, "reason", rcpt->reason.text);
	emit_some(out, "put_off_reason", rcpt->put_off.text);
	emit_some(out, "goes_on_as", rcpt->other_id);
	emit_close(out, '}');
}

void
trace_emit_message(struct emit *out, const struct maillog_message *message)
{
	emit_some(out, "queue_id", message->queue_id);
	emit_some(out, "host", message->host);
	emit_time(out, "first", message->first_us);
	emit_time(out, "last", message->last_us);
	emit_text(out, "sender", message->sender, LIMIT_EVENT_TEXT_OCTETS);
	emit_some(out, "client", message->client);
	emit_some(out, "message_id", message->message_id);
	emit_int(out, "size", (int64_t)message->size);
	emit_word(out, "fate", maillog_message_fate(message));
	emit_bool(out, "by_milter", message->by_milter);
	emit_some(out, "why", message->why);
	emit_some(out, "came_as", message->before);
	emit_some(out, "notice_about", message->about);
	emit_some(out, "bounced_as", message->bounced_as);
}

void
trace_print_json(FILE *file, const struct maillog_message *message)
{
	struct emit out;

	emit_init(&out);
	emit_open(&out, NULL, '{');
	trace_emit_message(&out, message);
	emit_open(&out, "recipients", '[');
	for (size_t i = 0; i < message->rcpts.count; i++)
		trace_emit_rcpt(&out, NULL, &message->rcpts.at[i]);
	emit_close(&out, ']');
	emit_close(&out, '}');
	emit_print(&out, file);
}
