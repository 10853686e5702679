/*
 * The events of one message, found in the logs.
 */
#include "event/feed.h"
#include "tool/events.h"
#include "tool/store.h"

enum { LINES_MAX = 100 };

/* Kept until all is read. */
struct part {
	struct arena		*arena;
	struct event_lines	*lines;
};

static void *
begin(void *ctx)
{
	struct arena *arena = arena_new();
	struct part *part = arena_alloc(arena, sizeof(*part));

	(void)ctx;
	*part = (struct part){ .arena = arena,
	    .lines = arena_alloc(arena, sizeof(*part->lines)) };
	return part;
}

static void
take_event(void *ctx, void *into, const struct event_record *record,
    struct arena *scratch)
{
	struct part *part = into;

	(void)ctx;
	(void)scratch;
	if (part->lines->count < LINES_MAX)
		VEC_PUSH(part->arena, part->lines, arena_copy(part->arena,
		    record->line));
}

static void
merge(void *ctx, void *from)
{
	struct part *all = ctx, *part = from;

	for (size_t i = 0; i < part->lines->count &&
	    all->lines->count < LINES_MAX; i++)
		VEC_PUSH(all->arena, all->lines, arena_copy(all->arena,
		    part->lines->at[i]));
	arena_free(part->arena);
}

bool
tool_find_events(const struct tool_common *common, const char *command,
    const char *const *paths, struct str queue_id, struct arena *arena,
    struct event_lines *lines_out)
{
	static const struct event_feed_ops ops = { begin, take_event, merge,
	    NULL };
	static const bool no_facts[FACT_COUNT];
	struct part all = { arena, lines_out };
	struct event_opener opener = tool_store_opener(common);
	struct event_feed feed = { .logs = { .paths = paths,
	    .opener = &opener, .jobs = tool_jobs(NULL) },
	    .want = { .facts = no_facts, .queue_id = queue_id },
	    .ops = &ops, .ctx = &all };
	struct event_feed_count count;

	*lines_out = (struct event_lines){ .count = 0 };
	event_feed_run(&feed, &count);
	return tool_feed_faults(command, &count);
}
