/*
 * maillog - logs of the MTA that a command reads
 */
#ifndef ASSAY_TOOL_MAILLOG_H
#define ASSAY_TOOL_MAILLOG_H

#include "maillog/list.h"
#include "maillog/question.h"
#include "summary/summary.h"
#include "tool/tool.h"

/* NULL-terminated, in the arena.  NULL: what is wrong was said. */
const char *const *tool_mail_logs(const char *command, struct arena *arena,
    char **names, int count);

/* What became of one message, by options' mail_logs, on standard output.  1:
 * they do not know it. */
int tool_trace(const char *command, const struct summary_options *options,
    struct str queue_id, bool json);

/* ---- outcomes.c: the section delivery, and a figure of it, or 0 ---- */

const struct summary_section *tool_outcomes_section(
    const struct summary *summary);
uint64_t tool_outcomes_figure(const struct summary_section *section,
    const char *key);

/* ---- outcomes_list.c: assay outcomes --list ---- */

struct tool_outcomes_list {
	struct outcome_question	 question;
	bool			 asked;		/* --list, or a question */
	bool			 json;
	enum outcome_shape	 shape;
	uint64_t		 found;
};

/* Its options, as getopt_long() returns them: ASKS + enum outcome_ask, and
 * --tried-since, --tried-until and --list. */
enum { ASKS = 256, ASKS_SINCE = ASKS + OUTCOME_ASK_COUNT, ASKS_UNTIL,
       ASKS_LIST };

/* False: the argument cannot be that. */
bool tool_outcomes_list_option(struct tool_outcomes_list *list, int letter,
    struct str text, int64_t now_us);

/* Reads, and prints what is found.  The exit status. */
int tool_outcomes_list(const char *command, struct tool_outcomes_list *list,
    struct summary_options *options, struct arena *arena);

#endif
