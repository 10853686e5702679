/*
 * events - the event logs that a command reads
 */
#ifndef ASSAY_TOOL_EVENTS_H
#define ASSAY_TOOL_EVENTS_H

#include "base/vec.h"
#include "event/feed.h"
#include "tool/tool.h"

/*
 * The logs that were named, files and stores (tool/store.h).  Where none is:
 * the one of the setting events and what log rotation left of it; without one,
 * or if the store comes first, the store, where history is set.
 * NULL-terminated, in the arena.  NULL: what is wrong was said.
 */
const char *const *tool_event_logs(const struct tool_common *common,
    const char *command, bool store_first, struct arena *arena, char **names,
    int count);

/* The lines of the events of one message, in the order of the logs, the first
 * hundred.  False: a file could not be read to its end, which was said. */
struct event_lines {
	struct str	*at;
	size_t		 count, size;
};
bool tool_find_events(const struct tool_common *common, const char *command,
    const char *const *paths, struct str queue_id, struct arena *arena,
    struct event_lines *lines_out);

/* --since T, --until T and --jobs N, of many commands. */
#define TOOL_EVENTS_OPTIONS				\
	{ "since", required_argument, NULL, 's' },	\
	{ "until", required_argument, NULL, 'u' },	\
	{ "jobs", required_argument, NULL, 'j' }

/* These, and what tool_common_option() takes.  False: the argument cannot be
 * that. */
bool tool_events_option(struct tool_common *common, struct event_logs *logs,
    int letter, const char *argument);

/*
 * Before logs are read: their opener, as many threads as there are processors
 * where --jobs said nothing, and "events [####  ] 37%" on standard error, where
 * that is a terminal.  common and the reading must outlive them.
 */
struct tool_reading {
	struct event_opener	 opener;
	unsigned		 percent;
};
void tool_reading_begin(struct tool_reading *reading,
    const struct tool_common *common, struct event_logs *logs);
void tool_reading_end(void);

/* What was left out of the logs, on standard error.  False: a file could not
 * be read to its end. */
bool tool_feed_faults(const char *command,
    const struct event_feed_count *count);

/* --jobs: as many as there are processors; 0 where text is no such number. */
unsigned tool_jobs(const char *text);

#endif
