/*
 * assay policy replay: what logged mail would have met under another policy.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "report/replay.h"
#include "tool/events.h"
#include "tool/policy.h"
#include "wire/wire.h"

enum { STATUS_SAME = 0, STATUS_CHANGES = 1, SAMPLES = 3, SAMPLES_MAX = 1000 };

static const char command[] = "policy";

struct options {
	struct tool_common	 common;
	const char		*policy, *against;
	bool			 html;
	struct replay_options	 replay;
};

static const struct option table[] = {
	TOOL_COMMON_OPTIONS,
	{ "policy", required_argument, NULL, 'P' },
	{ "against", required_argument, NULL, 'A' },
	TOOL_EVENTS_OPTIONS,
	{ "show", required_argument, NULL, 'n' },
	{ "html", no_argument, NULL, 'H' },
	{ NULL, 0, NULL, 0 },
};

/* False: the argument cannot be that. */
static bool
take_option(void *ctx, int letter, char *argument)
{
	struct options *options = ctx;
	uint64_t number;

	switch (letter) {
	case 'P':
		options->policy = argument;
		return true;
	case 'A':
		options->against = argument;
		return true;
	case 'n':
		if (!str_to_uint(str_from(argument), SAMPLES_MAX, &number))
			return false;
		options->replay.samples = (size_t)number;
		return true;
	case 'H':
		options->html = true;
		return true;
	default:
		return tool_events_option(&options->common,
		    &options->replay.logs, letter, argument);
	}
}

static int
take_options(struct options *options, int argc, char **argv)
{
	if (!tool_take_options(command, argc, argv, table, take_option,
	    options))
		return TOOL_BAD_USE;
	if (options->policy == NULL)
		return tool_usage(command, "which policy? --policy FILE");
	if (options->html && options->common.json)
		return tool_usage(command, "--html or --json, not both");
	return TOOL_DONE;
}

/* A file here, or the name of a policy where the daemon looks for one. */
static struct policy *
load(const struct options *options, const char *name)
{
	struct diag *diag = diag_new();
	struct policy *policy;
	char path[4096];
	struct stat st;

	if ((stat(name, &st) == 0 && S_ISREG(st.st_mode)) ||
	    !wire_find_policy(name, options->common.config, path,
	    sizeof(path)))
		snprintf(path, sizeof(path), "%s", name);
	policy = policy_load(path, diag);
	if (diag_count(diag, DIAG_ERROR) > 0)
		diag_print(diag, stderr);
	diag_free(diag);
	return policy;
}

static void
print(const struct options *options, const struct replay *replay)
{
	if (options->common.json)
		replay_print_json(stdout, replay);
	else if (options->html)
		replay_print_html(stdout, replay);
	else
		replay_print_text(stdout, replay);
}

static int
run(struct options *options, struct arena *arena)
{
	struct replay *replay = arena_alloc(arena, sizeof(*replay));
	struct tool_reading reading;

	tool_reading_begin(&reading, &options->common, &options->replay.logs);
	replay_run(&options->replay, arena, replay);
	tool_reading_end();
	print(options, replay);
	if (replay->feed.unread > 0)
		return tool_error(command, "%s: %s", replay->feed.unread_file,
		    replay->feed.unread_why);
	if (replay->feed.events == 0)
		return tool_error(command, "there is no event%s",
		    replay->feed.outside > 0 ? " of that time" : "");
	return replay->differ > 0 ? STATUS_CHANGES : STATUS_SAME;
}

int
tool_policy_replay(int argc, char **argv)
{
	struct options options = { .replay.samples = SAMPLES };
	int status = take_options(&options, argc, argv);
	struct policy *policy, *against = NULL;
	struct arena *arena;

	if (status != TOOL_DONE)
		return status;
	status = TOOL_BAD_USE;
	arena = arena_new();
	options.replay.logs.paths = tool_event_logs(&options.common, command,
	    false, arena, argv + optind, argc - optind);
	policy = options.replay.logs.paths == NULL ? NULL :
	    load(&options, options.policy);
	if (policy != NULL && options.against != NULL)
		against = load(&options, options.against);
	options.replay.policy = policy;
	options.replay.against = against;
	if (policy != NULL && (options.against == NULL || against != NULL))
		status = run(&options, arena);
	policy_unref(policy);
	policy_unref(against);
	arena_free(arena);
	return status;
}
