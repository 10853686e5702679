/*
 * assay explain: why a logged message ended as it did.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "report/explain.h"
#include "report/replay.h"
#include "tool/events.h"
#include "wire/wire.h"

enum { STATUS_FOUND = 0, STATUS_NOT_FOUND = 1 };

static const char command[] = "explain";

struct options {
	struct tool_common	 common;
	const char		*policy;
	bool			 colour;
	struct str		 queue_id;
};

static const struct option table[] = {
	TOOL_COMMON_OPTIONS,
	{ "policy", required_argument, NULL, 'P' },
	{ "color", required_argument, NULL, 'C' },
	{ NULL, 0, NULL, 0 },
};

static int
take_options(struct options *options, int argc, char **argv)
{
	int letter;

	tool_colour("auto", &options->colour);
	while ((letter = getopt_long(argc, argv, TOOL_COMMON_LETTERS, table,
	    NULL)) != -1) {
		if (letter == 'P')
			options->policy = optarg;
		else if (letter == 'C' && !tool_colour(optarg,
		    &options->colour))
			return tool_usage(command, "\"%s\" is nothing for "
			    "--color", optarg);
		else if (letter != 'C' && !tool_common_option(
		    &options->common, letter, optarg))
			return tool_usage(command, "unknown option");
	}
	if (optind == argc)
		return tool_usage(command, "which queue id?");
	options->queue_id = str_from(argv[optind++]);
	return TOOL_DONE;
}

/* ---- the policy ---- */

/* A mistake in the policy costs the rules, not the rest. */
static struct policy *
load(const struct options *options)
{
	struct settings *settings = tool_settings(&options->common);
	struct diag *diag = diag_new();
	struct policy *policy = NULL;
	char path[4096];
	struct stat st;
	const char *name = options->policy != NULL ? options->policy :
	    settings == NULL ? NULL : settings->policy;

	if (name == NULL)
		goto out;
	if (options->policy != NULL && stat(name, &st) == 0 &&
	    S_ISREG(st.st_mode))
		snprintf(path, sizeof(path), "%s", name);
	else if (!wire_find_policy(name, settings == NULL ? NULL :
	    settings->file, path, sizeof(path))) {
		tool_error(command, "%s: there is no such policy", name);
		goto out;
	}
	policy = policy_load(path, diag);
	if (policy == NULL)
		diag_print(diag, stderr);
out:
	diag_free(diag);
	settings_free(settings);
	return policy;
}

static void
explain_line(const struct options *options, const struct policy *policy,
    struct str line, struct arena *arena)
{
	const struct event_want want = { .parts = EVENT_PART_RULES |
	    EVENT_PART_DETAIL | EVENT_PART_CALLS };
	struct event_record *record = arena_alloc(arena, sizeof(*record));
	struct explain explain = { .record = record };
	struct rehearsal now;
	unsigned unanswered;

	if (event_read(line, &want, arena, record) != EVENT_READ_OK)
		return;
	if (policy != NULL) {
		replay_record(policy, record, true, arena, &now,
		    &unanswered);
		explain.stages = now.stages.at;
		explain.stage_count = now.stages.count;
		explain.now = &now;
		explain.asks_functions = unanswered != 0;
		explain.policy_changed = explain_is_changed(record, policy);
	}
	if (options->common.json)
		explain_print_json(stdout, &explain);
	else
		explain_print_text(stdout, &explain, options->colour);
}

static int
run(const struct options *options, const char *const *paths,
    struct arena *arena)
{
	struct event_lines found;
	bool read = tool_find_events(&options->common, command, paths,
	    options->queue_id, arena, &found);
	struct policy *policy;

	if (found.count == 0) {
		tool_error(command, "there is no event of %.*s",
		    STR_ARG(options->queue_id));
		return read ? STATUS_NOT_FOUND : TOOL_BAD_USE;
	}
	policy = load(options);
	for (size_t i = 0; i < found.count; i++)
		explain_line(options, policy, found.at[i], arena);
	policy_unref(policy);
	return read && policy != NULL ? STATUS_FOUND : TOOL_BAD_USE;
}

int
tool_explain(int argc, char **argv)
{
	struct options options = { .policy = NULL };
	int status = take_options(&options, argc, argv);
	const char *const *paths;
	struct arena *arena;

	if (status != TOOL_DONE)
		return status;
	arena = arena_new();
	paths = tool_event_logs(&options.common, command,
	    true, arena, argv + optind, argc - optind);
	status = paths == NULL ? TOOL_BAD_USE : run(&options, paths, arena);
	arena_free(arena);
	return status;
}
