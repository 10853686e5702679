/*
 * report - what the files of assay report share
 */
#ifndef ASSAY_TOOL_REPORT_H
#define ASSAY_TOOL_REPORT_H

#include "summary/summary.h"
#include "tool/own.h"
#include "tool/tool.h"

typedef void report_print(FILE *out, const struct summary *summary,
    const struct summary_print *how);

struct tool_report {
	struct tool_common	 common;
	struct arena		*arena;
	struct summary_options	 summary;
	struct summary_print	 how;
	report_print		*print;
	bool			 follow;
	struct tool_own		 own;
	VEC(const char *)	 only;
	VEC(char *)		 mail_logs;
	VEC(struct str)		 mail;	/* who gets it; none: standard
					 * output */
};

/*
 * What has come so far, again and again, and what comes from now on to this
 * log or store, until the process is stopped.  The exit status, where that
 * cannot be.
 */
int tool_report_follow(const struct tool_report *report,
    struct summary_collect *collect, const char *path);

#endif
