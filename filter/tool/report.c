/*
 * assay report: what the mail of a time came to.
 */
#include "tool/report.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "event/when.h"
#include "summary/html.h"
#include "tool/events.h"
#include "tool/maillog.h"
#include "tool/report_mail.h"

enum { STATUS_NOTHING = 1, TOP = 10, TOP_LIVE = 5, TOP_MOST = 8192,
       WIDTH = 100 };

static const char command[] = "report";

static const struct option table[] = {
	TOOL_COMMON_OPTIONS,
	TOOL_EVENTS_OPTIONS,
	{ "by", required_argument, NULL, 'b' },
	{ "top", required_argument, NULL, 'n' },
	{ "format", required_argument, NULL, 'f' },
	{ "mail", required_argument, NULL, 'T' },
	{ "section", required_argument, NULL, 'o' },
	{ "own", required_argument, NULL, 'd' },
	{ "commands", no_argument, NULL, 'm' },
	{ "color", required_argument, NULL, 'C' },
	{ "follow", no_argument, NULL, 'F' },
	{ "mail-log", required_argument, NULL, 'M' },
	{ NULL, 0, NULL, 0 },
};

static const struct {
	const char	*name;
	report_print	*print;
} formats[] = {
	{ "text", summary_print_text },
	{ "html", summary_print_html },
	{ "json", summary_print_json },
	{ "csv", summary_print_csv },
};

enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

/* ---- options ---- */

static bool
take_format(struct tool_report *report, struct str name)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (str_eqz(name, formats[i].name)) {
			report->print = formats[i].print;
			return true;
		}
	return false;
}

static bool
take_top(struct tool_report *report, struct str text)
{
	uint64_t number;

	if (!str_to_uint(text, TOP_MOST, &number))
		return false;
	report->summary.top = (size_t)number;
	return true;
}

static bool
take_section(struct tool_report *report, struct arena *arena,
    const char *name)
{
	if (!summary_has_section(str_from(name)))
		return false;
	VEC_PUSH(arena, &report->only, name);
	return true;
}

/* False: the argument cannot be that. */
static bool
take_option(void *ctx, int letter, char *argument)
{
	struct tool_report *report = ctx;
	struct arena *arena = report->arena;
	struct str text = str_from(argument);

	switch (letter) {
	case 'b':
		report->summary.by = summary_by_find(text);
		return report->summary.by != SUMMARY_BY_COUNT;
	case 'n':
		return take_top(report, text);
	case 'f':
		return take_format(report, text);
	case 'T':
		return report_mail_to(report, argument, arena);
	case 'o':
		return take_section(report, arena, argument);
	case 'd':
		return tool_own_add(&report->own, arena, text);
	case 'm':
		return report->how.commands = true;
	case 'C':
		return tool_colour(argument, &report->how.colour);
	case 'F':
		return report->follow = true;
	case 'M':
		VEC_PUSH(arena, &report->mail_logs, argument);
		return true;
	case 'J':
		return take_format(report, STR("json"));
	default:
		return tool_events_option(&report->common,
		    &report->summary.logs, letter, argument);
	}
}

static int
take_options(struct tool_report *report, int argc, char **argv)
{
	report->summary.top = SIZE_MAX;
	tool_colour("auto", &report->how.colour);
	if (!tool_take_options(command, argc, argv, table, take_option,
	    report))
		return TOOL_BAD_USE;
	if (report->follow && report->mail_logs.count > 0)
		return tool_usage(command, "--follow reads no --mail-log");
	if (report->follow && report->summary.logs.until_us != 0)
		return tool_usage(command, "--follow has no --until");
	if (report->follow && report->mail.count > 0)
		return tool_usage(command, "--follow has no --mail");
	if (report->summary.top == SIZE_MAX)
		report->summary.top = report->follow ? TOP_LIVE : TOP;
	return TOOL_DONE;
}

/* ---- what the settings say ---- */

/* Our domains, as far as settings name them; what is spam. */
static bool
take_settings(struct tool_report *report, struct arena *arena)
{
	struct settings *settings = tool_settings(&report->common);

	if (settings == NULL)
		return false;
	report->summary.own_named = report->own.count;
	tool_own_settings(&report->own, arena, settings);
	report->summary.spam_score = (double)settings->reputation_spam_score;
	settings_free(settings);
	return true;
}

static bool
take_mail_logs(struct tool_report *report, struct arena *arena)
{
	report->summary.now_us = clock_unix_us();
	if (report->mail_logs.count > 0)
		report->summary.mail_logs = tool_mail_logs(command, arena,
		    report->mail_logs.at, (int)report->mail_logs.count);
	return report->mail_logs.count == 0 ||
	    report->summary.mail_logs != NULL;
}

/* ---- the report ---- */

static void
fit_terminal(struct tool_report *report)
{
	struct winsize size;

	report->how.width = WIDTH;
	if (isatty(STDOUT_FILENO) &&
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		report->how.width = size.ws_col;
}

static int
tell(const struct tool_report *report, struct summary_collect *collect,
    struct arena *arena)
{
	struct summary summary;
	int status = TOOL_DONE;

	summary_tell(collect, arena, &summary);
	if (report->mail.count > 0) {
		status = report_mail(report, &summary, arena);
	} else {
		report->print(stdout, &summary, &report->how);
		if (fflush(stdout) != 0)
			return TOOL_BAD_USE;
	}
	if (summary.feed.unread > 0)
		return tool_error(command, "%s: %s", summary.feed.unread_file,
		    summary.feed.unread_why);
	if (report->mail.count > 0)
		return status;
	return summary.events > 0 ? TOOL_DONE : STATUS_NOTHING;
}

static const char *
last_of(const char *const *paths)
{
	while (paths[1] != NULL)
		paths++;
	return paths[0];
}

static int
run(struct tool_report *report, struct arena *arena)
{
	struct summary_collect *collect;
	struct tool_reading reading;
	int status;

	tool_reading_begin(&reading, &report->common, &report->summary.logs);
	report->summary.own = report->own.at;
	report->summary.own_count = report->own.count;
	collect = summary_new(&report->summary, arena);
	if (!report->follow || report->summary.logs.since_us != 0) {
		summary_read(collect);
		tool_reading_end();
	}
	status = report->follow ? tool_report_follow(report, collect,
	    last_of(report->summary.logs.paths)) : tell(report, collect, arena);
	summary_free(collect);
	return status;
}

int
tool_report(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct tool_report report = { .arena = arena,
	    .print = summary_print_text };
	int status = take_options(&report, argc, argv);

	fit_terminal(&report);
	if (status == TOOL_DONE && (!take_settings(&report, arena) ||
	    !take_mail_logs(&report, arena)))
		status = TOOL_BAD_USE;
	if (status == TOOL_DONE) {
		report.summary.named = optind < argc;
		report.summary.config = report.common.config;
		report.summary.logs.paths = tool_event_logs(&report.common,
		    command, true, arena, argv + optind, argc - optind);
		if (report.only.count > 0) {
			VEC_PUSH(arena, &report.only, NULL);
			report.how.only = report.only.at;
		}
		status = report.summary.logs.paths == NULL ? TOOL_BAD_USE :
		    run(&report, arena);
	}
	arena_free(arena);
	return status;
}
