#include "tool/report_mail.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/domain.h"
#include "base/limits.h"
#include "outmail/message.h"
#include "summary/html.h"
#include "wire/report.h"

enum { WIDTH = 80 };

static const char command[] = "report";

bool
report_mail_to(struct tool_report *report, const char *address,
    struct arena *arena)
{
	struct str whole = str_from(address), domain;
	size_t at = str_rchr(whole, '@');

	if (at < whole.len && domain_to_ascii(arena, str_skip(whole, at + 1),
	    &domain))
		whole = arena_printf(arena, "%.*s@%.*s",
		    STR_ARG(str_slice(whole, 0, at)), STR_ARG(domain));
	if (!outmail_is_address(whole) ||
	    report->mail.count == LIMIT_OUTMAIL_RECIPIENTS)
		return false;
	VEC_PUSH(arena, &report->mail, whole);
	return true;
}

/* What a printer prints, in the arena. */
static struct str
printed(report_print *print, const struct summary *summary,
    const struct summary_print *how, struct arena *arena)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct str copy = STR_NONE;

	if (out == NULL)
		return copy;
	print(out, summary, how);
	if (fclose(out) == 0)
		copy = arena_copy(arena, str_make(text, len));
	free(text);
	return copy;
}

/* Some clients do not show the end of a long one. */
static struct str
printed_page(const struct summary *summary, struct summary_print how,
    struct arena *arena)
{
	struct str page = printed(summary_print_mail, summary, &how, arena);

	how.brief = true;
	return page.len <= LIMIT_MAIL_PAGE ? page :
	    printed(summary_print_mail, summary, &how, arena);
}

/* "Mail report of mx1.example.com: 1,234 events, 2026-11-16 to ..." */
static struct str
subject(const struct settings *settings, const struct summary *summary,
    struct arena *arena)
{
	struct summary_value from = { .us = summary->since_us != 0 ?
	    summary->since_us : summary->first_us };
	struct summary_value to = { .us = summary->until_us != 0 ?
	    summary->until_us : summary->last_us };
	struct summary_value events = { .count = summary->events };
	struct str count = summary_value_text(SUMMARY_COUNT, &events, arena);
	const char *name = summary->events == 1 ? "event" : "events";

	if (from.us == 0 || to.us == 0)
		return arena_printf(arena, "Mail report of %s: %.*s %s",
		    settings->host_name, STR_ARG(count), name);
	return arena_printf(arena, "Mail report of %s: %.*s %s, %.*s to %.*s",
	    settings->host_name, STR_ARG(count), name,
	    STR_ARG(summary_value_text(SUMMARY_TIME, &from, arena)),
	    STR_ARG(summary_value_text(SUMMARY_TIME, &to, arena)));
}

static struct str
compose(const struct tool_report *report, const struct settings *settings,
    const struct outmail_sender *sender, const struct summary *summary,
    struct arena *arena)
{
	const struct summary_print how = { .only = report->how.only,
	    .commands = report->how.commands, .width = WIDTH };
	const struct outmail_part forms[] = {
		{ .kind = OUTMAIL_TEXT, .type = "text/plain; charset=utf-8",
		  .content = printed(summary_print_text, summary, &how,
		      arena) },
		{ .kind = OUTMAIL_TEXT, .type = "text/html; charset=utf-8",
		  .content = printed_page(summary, how, arena) },
	};
	const struct outmail_part body = { .kind = OUTMAIL_PARTS,
	    .type = "multipart/alternative", .parts = forms, .count = 2 };
	int64_t now = clock_unix();
	const struct outmail_head head = { .from_name = sender->org,
	    .from = sender->from, .to = report->mail.at,
	    .to_count = report->mail.count,
	    .subject = subject(settings, summary, arena), .date = now,
	    .message_id = outmail_id(arena, now, str_skip(sender->from,
		str_rchr(sender->from, '@') + 1)) };

	return outmail_write(arena, &head, &body);
}

/* Who got it not, and why; the exit status. */
static int
tell(const struct tool_report *report, const struct handover_result *result)
{
	int status = TOOL_DONE;

	for (size_t i = 0; i < report->mail.count; i++) {
		const struct handover_rcpt *rcpt = &result->rcpts[i];

		if (rcpt->word == HANDOVER_TAKEN)
			continue;
		tool_error(command, "not sent to %.*s%s: %.*s",
		    STR_ARG(report->mail.at[i]),
		    rcpt->word == HANDOVER_LATER ? " (try again)" : "",
		    STR_ARG(rcpt->why));
		status = REPORT_NOT_SENT;
	}
	return status;
}

static int
send_from(const struct tool_report *report, const struct settings *settings,
    const struct summary *summary, struct arena *arena)
{
	struct diag *diag = diag_new();
	struct outmail_sender sender;
	struct handover_envelope envelope = { .to = report->mail.at,
	    .to_count = report->mail.count };
	struct handover_result result;
	bool known = wire_outmail(settings, arena, diag, &sender);

	diag_print(diag, stderr);
	diag_free(diag);
	if (!known)
		return TOOL_BAD_USE;
	envelope.sender = sender.from;
	handover(arena, &sender.route, &envelope, compose(report, settings,
	    &sender, summary, arena), NULL, &result);
	return tell(report, &result);
}

int
report_mail(const struct tool_report *report, const struct summary *summary,
    struct arena *arena)
{
	struct settings *settings = tool_settings(&report->common);
	int status;

	if (settings == NULL)
		return TOOL_BAD_USE;
	status = send_from(report, settings, summary, arena);
	settings_free(settings);
	return status;
}
