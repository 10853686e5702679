/*
 * assay policy diff --live: what the shadow policy would have changed.
 */
#include <stdio.h>

#include "base/clock.h"
#include "event/when.h"
#include "report/live.h"
#include "tool/events.h"
#include "tool/policy.h"
#include "tool/store.h"

enum { STATUS_SAME = 0, STATUS_CHANGES = 1, SAMPLES = 3, SAMPLES_MAX = 1000 };

static const char command[] = "policy";

struct options {
	struct tool_common	 common;
	bool			 live;
	const char		*jobs;
	struct live_options	 run;
};

static const struct option table[] = {
	TOOL_COMMON_OPTIONS,
	{ "live", no_argument, NULL, 'L' },
	{ "since", required_argument, NULL, 's' },
	{ "until", required_argument, NULL, 'u' },
	{ "show", required_argument, NULL, 'n' },
	{ "jobs", required_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

/* False: the argument cannot be that. */
static bool
take_option(struct options *options, int letter, const char *argument)
{
	uint64_t number;

	switch (letter) {
	case 'L':
		options->live = true;
		return true;
	case 's':
		return when_read_or_ago(str_from(argument), clock_unix_us(),
		    &options->run.since_us);
	case 'u':
		return when_read_or_ago(str_from(argument), clock_unix_us(),
		    &options->run.until_us);
	case 'n':
		if (!str_to_uint(str_from(argument), SAMPLES_MAX, &number))
			return false;
		options->run.samples = (size_t)number;
		return true;
	case 'j':
		options->jobs = argument;
		return tool_jobs(argument) > 0;
	default:
		return tool_common_option(&options->common, letter, argument);
	}
}

static int
take_options(struct options *options, int argc, char **argv)
{
	int letter, row = 0;

	while ((letter = tool_option(command, argc, argv,
	    TOOL_COMMON_LETTERS, table, &row)) != -1) {
		if (letter == '?')
			return TOOL_BAD_USE;
		if (!take_option(options, letter, optarg))
			return tool_usage(command, "\"%s\" is nothing for "
			    "--%s", optarg, table[row].name);
	}
	if (!options->live)
		return tool_usage(command, "diff needs --live; two policies "
		    "are compared by replay --against");
	return TOOL_DONE;
}

static int
run(struct options *options, struct arena *arena)
{
	struct live *live = arena_alloc(arena, sizeof(*live));
	struct event_opener opener = tool_store_opener(&options->common);
	unsigned percent = 101;

	options->run.jobs = tool_jobs(options->jobs);
	options->run.progress = tool_progress;
	options->run.ctx = &percent;
	options->run.opener = &opener;
	live_run(&options->run, arena, live);
	tool_progress_end();
	if (options->common.json)
		live_print_json(stdout, live);
	else
		live_print_text(stdout, live);
	if (!tool_feed_faults(command, &live->feed))
		return TOOL_BAD_USE;
	if (live->compared == 0)
		return tool_error(command, "no event%s tells of a shadow "
		    "policy; see shadow_policy in assay.conf(5)",
		    live->feed.outside > 0 ? " of that time" : "");
	return live->differ > 0 ? STATUS_CHANGES : STATUS_SAME;
}

int
tool_policy_diff(int argc, char **argv)
{
	struct options options = { .run.samples = SAMPLES };
	int status = take_options(&options, argc, argv);
	struct arena *arena;

	if (status != TOOL_DONE)
		return status;
	status = TOOL_BAD_USE;
	arena = arena_new();
	options.run.paths = tool_event_logs(&options.common, command,
	    false, arena, argv + optind, argc - optind);
	if (options.run.paths != NULL)
		status = run(&options, arena);
	arena_free(arena);
	return status;
}
