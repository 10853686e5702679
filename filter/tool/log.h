/*
 * log - what both files of assay log share
 */
#ifndef ASSAY_TOOL_LOG_H
#define ASSAY_TOOL_LOG_H

#include "report/log.h"
#include "tool/tool.h"

struct tool_log {
	struct tool_common	 common;
	struct log_filter	 filter;
	int64_t			 since_us, until_us;
	bool			 follow;
	size_t			 limit;		/* the last ones; 0: all */
	enum log_shape		 shape;
	bool			 has_printed;
};

/* Print it, if it is wanted. */
void tool_log_take(struct tool_log *log, const struct history_row *row);

/*
 * What comes from now on, until the process is stopped: of the store, or of
 * the file, also when it is rotated.  The exit status, where that cannot be.
 */
int tool_log_follow(struct tool_log *log, const char *path);

#endif
