/*
 * maillog - logs of the MTA that a command reads
 */
#ifndef ASSAY_TOOL_MAILLOG_H
#define ASSAY_TOOL_MAILLOG_H

#include "summary/summary.h"
#include "tool/tool.h"

/* NULL-terminated, in the arena.  NULL: what is wrong was said. */
const char *const *tool_mail_logs(const char *command, struct arena *arena,
    char **names, int count);

/* What became of one message, by options' mail_logs, on standard output.  1:
 * they do not know it. */
int tool_trace(const char *command, const struct summary_options *options,
    struct str queue_id, bool json);

#endif
