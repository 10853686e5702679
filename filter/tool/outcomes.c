/*
 * assay outcomes: what became of mail, by the MTA's logs.
 */
#include "tool/maillog.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "summary/html.h"
#include "tool/events.h"

enum { STATUS_NOTHING = 1, TOP = 10, TOP_MOST = 8192, WIDTH = 100 };

static const char command[] = "outcomes";

static const struct option table[] = {
	TOOL_COMMON_OPTIONS,
	TOOL_EVENTS_OPTIONS,
	{ "top", required_argument, NULL, 'n' },
	{ "format", required_argument, NULL, 'f' },
	{ "events", required_argument, NULL, 'e' },
	{ "default-events", no_argument, NULL, 'E' },
	{ "queue-id", required_argument, NULL, 'q' },
	{ "show", required_argument, NULL, 'w' },
	{ "year", required_argument, NULL, 'y' },
	{ "commands", no_argument, NULL, 'm' },
	{ "color", required_argument, NULL, 'C' },
	{ "list", no_argument, NULL, ASKS_LIST },
	{ "is", required_argument, NULL, ASKS + OUTCOME_ASK_IS },
	{ "status", required_argument, NULL, ASKS + OUTCOME_ASK_STATUS },
	{ "domain", required_argument, NULL, ASKS + OUTCOME_ASK_DOMAIN },
	{ "reason", required_argument, NULL, ASKS + OUTCOME_ASK_REASON },
	{ "code", required_argument, NULL, ASKS + OUTCOME_ASK_CODE },
	{ "enhanced", required_argument, NULL, ASKS + OUTCOME_ASK_ENHANCED },
	{ "took", required_argument, NULL, ASKS + OUTCOME_ASK_TOOK },
	{ "tried-since", required_argument, NULL, ASKS_SINCE },
	{ "tried-until", required_argument, NULL, ASKS_UNTIL },
	{ "from", required_argument, NULL, ASKS + OUTCOME_ASK_FROM },
	{ "to", required_argument, NULL, ASKS + OUTCOME_ASK_TO },
	{ NULL, 0, NULL, 0 },
};

struct options {
	struct tool_common	 common;
	struct arena		*arena;
	struct summary_options	 summary;
	struct summary_print	 how;
	void			(*print)(FILE *out,
				    const struct summary *summary,
				    const struct summary_print *how);
	struct str		 queue_id;
	struct tool_outcomes_list list;
	bool			 default_events;
	VEC(char *)		 events;
};

static const struct {
	const char	*name;
	void		(*print)(FILE *out, const struct summary *summary,
			    const struct summary_print *how);
} formats[] = {
	{ "text", summary_print_text }, { "html", summary_print_html },
	{ "json", summary_print_json }, { "csv", summary_print_csv },
};

/* ---- options ---- */

static bool
take_format(struct options *options, struct str name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (str_eqz(name, formats[i].name)) {
			options->print = formats[i].print;
			options->common.json = str_eqz(name, "json");
			return true;
		}
	return false;
}

static bool
take_size(struct str text, uint64_t most, size_t *size_out)
{
	uint64_t number;

	if (!str_to_uint(text, most, &number))
		return false;
	*size_out = (size_t)number;
	return true;
}

static bool
take_year(struct str text, int64_t *year_out)
{
	uint64_t year;

	if (!str_to_uint(text, 9998, &year) || year < 1971)
		return false;
	*year_out = (int64_t)year;
	return true;
}

/* False: the argument cannot be that. */
static bool
take_option(void *ctx, int letter, char *argument)
{
	struct options *options = ctx;
	struct summary_options *summary = &options->summary;
	struct str text = str_from(argument == NULL ? "" : argument);

	if (letter >= ASKS)
		return tool_outcomes_list_option(&options->list, letter,
		    text, summary->now_us);
	switch (letter) {
	case 'n':
		return take_size(text, TOP_MOST, &summary->top);
	case 'f':
		return take_format(options, text);
	case 'e':
		VEC_PUSH(options->arena, &options->events, argument);
		return true;
	case 'E':
		return options->default_events = true;
	case 'm':
		return options->how.commands = true;
	case 'q':
		options->queue_id = text;
		return text.len > 0;
	case 'w':
		return take_size(text, LIMIT_MAILLOG_SHOWN,
		    &summary->mail_log_show);
	case 'y':
		return take_year(text, &summary->mail_log_year);
	case 'C':
		return tool_colour(argument, &options->how.colour);
	case 'J':
		return take_format(options, STR("json"));
	default:
		return tool_events_option(&options->common, &summary->logs,
		    letter, argument);
	}
}

static int
wrong_together(const struct options *options)
{
	const char *wrong = outcome_question_wrong(&options->list.question);

	if (wrong != NULL)
		return tool_usage(command, "%s", wrong);
	if (options->default_events && options->events.count > 0)
		return tool_usage(command, "either --default-events or "
		    "--events");
	if (options->list.asked && options->queue_id.len > 0)
		return tool_usage(command, "--queue-id lists one message, "
		    "with no other question");
	return TOOL_DONE;
}

static int
take_options(struct options *options, int argc, char **argv)
{
	tool_colour("auto", &options->how.colour);
	if (!tool_take_options(command, argc, argv, table, take_option,
	    options))
		return TOOL_BAD_USE;
	if (optind == argc)
		return tool_usage(command, "which log of the MTA? "
		    "\"-\" is standard input");
	return wrong_together(options);
}

/* ---- the figures ---- */

static void
fit_terminal(struct options *options)
{
	struct winsize size;

	options->how.width = WIDTH;
	if (isatty(STDOUT_FILENO) &&
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		options->how.width = size.ws_col;
}

const struct summary_section *
tool_outcomes_section(const struct summary *summary)
{
	const struct summary_section *section = summary->sections;

	while (strcmp(section->key, "delivery") != 0)
		section++;
	return section;
}

uint64_t
tool_outcomes_figure(const struct summary_section *section, const char *key)
{
	for (size_t i = 0; i < section->figures.count; i++)
		if (strcmp(section->figures.at[i].key, key) == 0)
			return section->figures.at[i].value.count;
	return 0;
}

static int
status_of(const struct summary *summary)
{
	const struct summary_section *section =
	    tool_outcomes_section(summary);

	if (tool_outcomes_figure(section, "unread") > 0)
		return TOOL_BAD_USE;		/* a note says which */
	return tool_outcomes_figure(section, "messages") > 0 ? TOOL_DONE :
	    STATUS_NOTHING;
}

static int
tell(const struct options *options, struct summary_collect *collect,
    struct arena *arena)
{
	struct summary summary;

	summary_tell(collect, arena, &summary);
	options->print(stdout, &summary, &options->how);
	if (fflush(stdout) != 0)
		return TOOL_BAD_USE;
	if (summary.feed.unread > 0)
		return tool_error(command, "%s: %s", summary.feed.unread_file,
		    summary.feed.unread_why);
	return status_of(&summary);
}

static int
list(struct options *options, struct arena *arena)
{
	options->list.json = options->common.json;
	return tool_outcomes_list(command, &options->list, &options->summary,
	    arena);
}

static int
run(struct options *options, struct arena *arena)
{
	static const char *const only[] = { "delivery", NULL };
	struct summary_collect *collect;
	struct tool_reading reading;
	int status;

	tool_reading_begin(&reading, &options->common,
	    &options->summary.logs);
	options->summary.named = options->events.count > 0;
	options->summary.config = options->common.config;
	options->how.only = only;
	options->how.without_events = options->summary.logs.paths[0] == NULL;
	if (options->list.asked)
		return list(options, arena);
	collect = summary_new(&options->summary, arena);
	summary_read(collect);
	tool_reading_end();
	status = tell(options, collect, arena);
	summary_free(collect);
	return status;
}

/* Without --events none are read. */
static const char *const *
event_paths(const struct options *options, struct arena *arena)
{
	static const char *const none[] = { NULL };

	if (options->events.count == 0 && !options->default_events)
		return none;
	return tool_event_logs(&options->common, command, true, arena,
	    options->events.at, (int)options->events.count);
}

int
tool_outcomes(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct options options = { .arena = arena,
	    .print = summary_print_text,
	    .summary = { .top = TOP, .now_us = clock_unix_us() } };
	int status = take_options(&options, argc, argv);

	fit_terminal(&options);
	if (status == TOOL_DONE) {
		options.summary.mail_logs = tool_mail_logs(command, arena,
		    argv + optind, argc - optind);
		options.summary.logs.paths = event_paths(&options, arena);
		if (options.summary.mail_logs == NULL ||
		    options.summary.logs.paths == NULL)
			status = TOOL_BAD_USE;
		else if (options.queue_id.len > 0)
			status = tool_trace(command, &options.summary,
			    options.queue_id, options.common.json);
		else
			status = run(&options, arena);
	}
	arena_free(arena);
	return status;
}
