/*
 * assay explain: why a logged message ended as it did.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "report/explain.h"
#include "report/replay.h"
#include "tool/events.h"
#include "tool/maillog.h"
#include "wire/wire.h"

enum { STATUS_FOUND = 0, STATUS_NOT_FOUND = 1 };

static const char command[] = "explain";

struct options {
	struct tool_common	 common;
	const char		*policy;
	bool			 colour;
	struct str		 queue_id;
	VEC(char *)		 mail_logs;
	struct arena		*arena;
};

static const struct option table[] = {
	TOOL_COMMON_OPTIONS,
	{ "policy", required_argument, NULL, 'P' },
	{ "color", required_argument, NULL, 'C' },
	{ "mail-log", required_argument, NULL, 'm' },
	{ NULL, 0, NULL, 0 },
};

static bool
take_option(void *ctx, int letter, char *argument)
{
	struct options *options = ctx;

	switch (letter) {
	case 'P':
		options->policy = argument;
		return true;
	case 'm':
		VEC_PUSH(options->arena, &options->mail_logs, argument);
		return true;
	case 'C':
		return tool_colour(argument, &options->colour);
	default:
		return tool_common_option(&options->common, letter, argument);
	}
}

static int
take_options(struct options *options, int argc, char **argv)
{
	tool_colour("auto", &options->colour);
	if (!tool_take_options(command, argc, argv, table, take_option,
	    options))
		return TOOL_BAD_USE;
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

/* What became of it, where logs of the MTA are named. */
static bool
trace(const struct options *options, struct arena *arena)
{
	struct summary_options logs = { .now_us = clock_unix_us() };

	if (options->mail_logs.count == 0)
		return true;
	logs.mail_logs = tool_mail_logs(command, arena,
	    options->mail_logs.at, (int)options->mail_logs.count);
	if (logs.mail_logs == NULL)
		return false;
	if (!options->common.json)
		putchar('\n');
	return tool_trace(command, &logs, options->queue_id,
	    options->common.json) != TOOL_BAD_USE;
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
	read &= trace(options, arena);
	policy_unref(policy);
	return read && policy != NULL ? STATUS_FOUND : TOOL_BAD_USE;
}

int
tool_explain(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct options options = { .arena = arena };
	int status = take_options(&options, argc, argv);
	const char *const *paths;

	if (status == TOOL_DONE) {
		paths = tool_event_logs(&options.common, command, true,
		    arena, argv + optind, argc - optind);
		status = paths == NULL ? TOOL_BAD_USE : run(&options, paths,
		    arena);
	}
	arena_free(arena);
	return status;
}
