/*
 * assay log: what has to be read of an event that is asked for more than its
 * row tells.
 */
#include <string.h>

#include "tool/log.h"

void
tool_log_prepare(struct tool_log *log)
{
	memcpy(log->facts, event_row_facts(), sizeof(log->facts));
	log->want = (struct event_want){ .facts = log->facts,
	    .queue_id = log->filter.queue_id };
	log->deep = log_needs_event(&log->filter, &log->want.parts,
	    log->facts) || log->asks.count > 0;
	asks_need(&log->asks, &log->want.parts, log->facts);
	log->record = arena_alloc(log->arena, sizeof(*log->record));
	log->scratch = arena_new();
}

void
tool_log_end(struct tool_log *log)
{
	arena_free(log->scratch);
}

bool
tool_log_event_matches(const struct tool_log *log,
    const struct event_record *record, struct arena *arena)
{
	return log_matches_event(&log->filter, record) &&
	    asks_hold(&log->asks, record, &log->summary, arena);
}

bool
tool_log_line_matches(struct tool_log *log, struct str line)
{
	bool matches;

	if (!log->deep)
		return true;
	matches = event_read(line, &log->want, log->scratch, log->record) ==
	    EVENT_READ_OK && tool_log_event_matches(log, log->record,
	    log->scratch);
	arena_reset(log->scratch);
	return matches;
}
