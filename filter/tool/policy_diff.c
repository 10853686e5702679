/*
 * assay policy diff --live: what the shadow policy would have changed.
 */
#include <stdio.h>

#include "report/live.h"
#include "tool/events.h"
#include "tool/policy.h"

enum { STATUS_SAME = 0, STATUS_CHANGES = 1, SAMPLES = 3, SAMPLES_MAX = 1000 };

static const char command[] = "policy";

struct options {
	struct tool_common	 common;
	bool			 live;
	struct live_options	 run;
};

static const struct option table[] = {
	TOOL_COMMON_OPTIONS,
	{ "live", no_argument, NULL, 'L' },
	TOOL_EVENTS_OPTIONS,
	{ "show", required_argument, NULL, 'n' },
	{ NULL, 0, NULL, 0 },
};

/* False: the argument cannot be that. */
static bool
take_option(void *ctx, int letter, char *argument)
{
	struct options *options = ctx;
	uint64_t number;

	switch (letter) {
	case 'L':
		options->live = true;
		return true;
	case 'n':
		if (!str_to_uint(str_from(argument), SAMPLES_MAX, &number))
			return false;
		options->run.samples = (size_t)number;
		return true;
	default:
		return tool_events_option(&options->common,
		    &options->run.logs, letter, argument);
	}
}

static int
take_options(struct options *options, int argc, char **argv)
{
	if (!tool_take_options(command, argc, argv, table, take_option,
	    options))
		return TOOL_BAD_USE;
	if (!options->live)
		return tool_usage(command, "diff needs --live; two policies "
		    "are compared by replay --against");
	return TOOL_DONE;
}

static int
run(struct options *options, struct arena *arena)
{
	struct live *live = arena_alloc(arena, sizeof(*live));
	struct tool_reading reading;

	tool_reading_begin(&reading, &options->common, &options->run.logs);
	live_run(&options->run, arena, live);
	tool_reading_end();
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
	options.run.logs.paths = tool_event_logs(&options.common, command,
	    false, arena, argv + optind, argc - optind);
	if (options.run.logs.paths != NULL)
		status = run(&options, arena);
	arena_free(arena);
	return status;
}
