/*
 * assay log --follow: what comes, as it comes.
 */
#include <stdio.h>

#include "tool/follow.h"
#include "tool/log.h"

static void
take_row(void *ctx, const struct history_row *row)
{
	if (tool_log_line_matches(ctx, row->line))
		tool_log_take(ctx, row);
}

static void
take_line(void *ctx, struct str line)
{
	struct tool_log *log = ctx;
	struct history_row row;

	if (event_read(line, &log->want, log->scratch, log->record) ==
	    EVENT_READ_OK && tool_log_event_matches(log, log->record,
	    log->scratch)) {
		event_row(log->record, log->scratch, &row);
		tool_log_take(log, &row);
	}
	arena_reset(log->scratch);
}

/* Until nobody reads any more. */
static bool
show(void *ctx)
{
	(void)ctx;
	fflush(stdout);
	return ferror(stdout) == 0;
}

int
tool_log_follow(struct tool_log *log, const char *path)
{
	return tool_follow(&(struct tool_follow){ .common = &log->common,
	    .command = "log", .path = path,
	    .queue_id = log->filter.queue_id,
	    .lines = log->common.json || log->deep, .row = take_row,
	    .line = take_line, .look = show, .ctx = log });
}
