/*
 * log - what the files of assay log share
 */
#ifndef ASSAY_TOOL_LOG_H
#define ASSAY_TOOL_LOG_H

#include "report/log.h"
#include "summary/ask.h"
#include "tool/own.h"
#include "tool/tool.h"

struct tool_log {
	struct tool_common	 common;
	struct arena		*arena;		/* of the whole run */
	struct log_filter	 filter;
	struct asks		 asks;
	struct tool_own		 own;
	struct summary_options	 summary;	/* own, spam_score */
	int64_t			 since_us, until_us;
	bool			 follow;
	size_t			 limit;		/* the last ones; 0: all */
	enum log_shape		 shape;
	bool			 has_printed;
	/* Where rows are not enough: */
	bool			 deep;
	bool			 facts[FACT_COUNT];
	struct event_want	 want;		/* of the filter alone */
	struct event_record	*record;
	struct arena		*scratch;
};

/* log_options.c: of a command line; TOOL_DONE, or what is wrong was said. */
int tool_log_options(struct tool_log *log, int argc, char **argv);

/* Once all options are known; and what that took. */
void tool_log_prepare(struct tool_log *log);
void tool_log_end(struct tool_log *log);
/* What its row does not tell: is it wanted? */
bool tool_log_event_matches(const struct tool_log *log,
    const struct event_record *record, struct arena *arena);
/* The same of an event of a store, by its line. */
bool tool_log_line_matches(struct tool_log *log, struct str line);

/* Print it, if it is wanted. */
void tool_log_take(struct tool_log *log, const struct history_row *row);

/*
 * What comes from now on, until the process is stopped: of the store, or of
 * the file, also when it is rotated.  The exit status, where that cannot be.
 */
int tool_log_follow(struct tool_log *log, const char *path);

#endif
