/*
 * assay outcomes --list: the messages that a figure counts, a line each.
 */
#include "tool/maillog.h"

#include <unistd.h>

#include "event/when.h"
#include "tool/events.h"

enum { STATUS_NOTHING = 1 };

bool
tool_outcomes_list_option(struct tool_outcomes_list *list, int letter,
    struct str text, int64_t now_us)
{
	struct outcome_question *question = &list->question;

	list->asked = true;
	switch (letter) {
	case ASKS_LIST:
		return true;
	case ASKS_SINCE:
		return when_read_or_ago(text, now_us,
		    &question->tried_since_us);
	case ASKS_UNTIL:
		return when_read_or_ago(text, now_us,
		    &question->tried_until_us);
	default:
		return outcome_question_add(question, (enum outcome_ask)
		    (letter - ASKS), text);
	}
}

static void
take_outcome(void *ctx, const struct outcome *outcome)
{
	struct tool_outcomes_list *list = ctx;

	if (!outcome_question_holds(&list->question, outcome))
		return;
	if (list->shape == OUTCOME_COLUMNS) {
		tool_reading_end();
		if (list->found == 0)
			outcome_list_head(stdout);
	}
	list->found++;
	outcome_list(stdout, outcome, list->shape);
}

/* What could not be read, or kept, is missing in a list, too. */
static void
tell_notes(const char *command, const struct summary_section *section)
{
	for (size_t i = 0; i < section->notes.count; i++)
		tool_error(command, "%.*s", STR_ARG(section->notes.at[i]));
}

static int
status_of(const char *command, const struct summary *summary, uint64_t found)
{
	const struct summary_section *section = tool_outcomes_section(
	    summary);

	tell_notes(command, section);
	if (summary->feed.unread > 0)
		return tool_error(command, "%s: %s",
		    summary->feed.unread_file, summary->feed.unread_why);
	if (tool_outcomes_figure(section, "unread") > 0)
		return TOOL_BAD_USE;
	return found > 0 ? TOOL_DONE : STATUS_NOTHING;
}

int
tool_outcomes_list(const char *command, struct tool_outcomes_list *list,
    struct summary_options *options, struct arena *arena)
{
	struct summary_collect *collect;
	struct summary summary;
	int status;

	list->shape = list->json ? OUTCOME_JSON : isatty(STDOUT_FILENO) ?
	    OUTCOME_COLUMNS : OUTCOME_PLAIN;
	options->mail_log_show = 0;
	options->outcome = take_outcome;
	options->outcome_ctx = list;
	collect = summary_new(options, arena);
	summary_read(collect);
	tool_reading_end();
	summary_tell(collect, arena, &summary);
	status = fflush(stdout) != 0 ? TOOL_BAD_USE :
	    status_of(command, &summary, list->found);
	summary_free(collect);
	return status;
}
