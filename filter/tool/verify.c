/*
 * assay verify: the daemon's engine on message files.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/explain.h"
#include "tool/feed.h"
#include "tool/json.h"
#include "tool/show.h"
#include "tool/tool.h"
#include "wire/wire.h"

enum { RCPTS_MAX = 1000 };

static const char command[] = "verify";

struct verify {
	struct tool_common	 common;
	struct feed		 feed;
	const char		*rcpts[RCPTS_MAX];
	int64_t			 now;
	const char		*policy;
	char			 policy_path[4096];	/* where it was found */

	struct wiring		*wiring;
	const char		*file;		/* being looked at */
	bool			 explain, colour;
	bool			 shown;
};

static void
print_json(const struct verify *verify, const struct event *event)
{
	char *line = event_json(event, EVENT_TOOL);
	json_t *object = json_loads(line, 0, NULL);
	char *text;

	free(line);
	json_object_set_new(object, "file", tool_json_text(
	    str_from(verify->file)));
	text = json_dumps(object, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(object);
}

/* As assay explain tells it of what was logged. */
static void
explain(const struct verify *verify, const struct event *event)
{
	const struct event_want want = { .parts = EVENT_PART_RULES |
	    EVENT_PART_DETAIL };
	struct event_record *record;
	struct arena *arena = arena_new();
	char *line = event_json(event, EVENT_LINE);
	struct explain told = { .title = verify->file,
	    .stages = event->stages, .stage_count = event->stage_count };

	record = arena_alloc(arena, sizeof(*record));
	told.record = record;
	if (event_read(str_from(line), &want, arena, record) !=
	    EVENT_READ_OK)
		tool_error(command, "%s: no event came of it", verify->file);
	else if (verify->common.json)
		explain_print_json(stdout, &told);
	else
		explain_print_text(stdout, &told, verify->colour);
	free(line);
	arena_free(arena);
}

static void
show(void *ctx, const struct event *event)
{
	struct verify *verify = ctx;

	if (verify->shown)
		return;
	verify->shown = true;
	if (verify->explain)
		explain(verify, event);
	else if (verify->common.json)
		print_json(verify, event);
	else
		show_event(verify->file, event);
}

static int
verify_file(struct verify *verify, const char *path)
{
	struct arena *arena = arena_new();
	struct message_file message;
	int status = TOOL_DONE;

	verify->file = path;
	verify->shown = false;
	if (message_read(arena, path, &message))
		feed_message(verify->wiring->engine, &verify->feed, arena,
		    &message);
	else
		status = tool_error(command, "%s: %s", path, strerror(errno));
	arena_free(arena);
	return status;
}

static const struct option options[] = {
	TOOL_COMMON_OPTIONS,
	{ "policy", required_argument, NULL, 'P' },
	{ "ip", required_argument, NULL, 'I' },
	{ "name", required_argument, NULL, 'N' },
	{ "helo", required_argument, NULL, 'H' },
	{ "from", required_argument, NULL, 'F' },
	{ "rcpt", required_argument, NULL, 'R' },
	{ "auth", required_argument, NULL, 'A' },
	{ "listener", required_argument, NULL, 'L' },
	{ "now", required_argument, NULL, 'W' },
	{ "explain", no_argument, NULL, 'E' },
	{ "color", required_argument, NULL, 'C' },
	{ NULL, 0, NULL, 0 }
};

static bool
take_option(void *ctx, int letter, char *argument)
{
	struct verify *verify = ctx;
	struct str text = str_from(argument);
	uint64_t number;

	switch (letter) {
	case 'P':
		verify->policy = argument;
		return true;
	case 'R':
		if (verify->feed.rcpt_count == RCPTS_MAX)
			return false;
		verify->rcpts[verify->feed.rcpt_count++] = argument;
		return true;
	case 'E':
		verify->explain = true;
		return true;
	case 'C':
		return tool_colour(argument, &verify->colour);
	case 'W':
		if (!str_to_uint(text, INT64_MAX, &number))
			return false;
		verify->now = (int64_t)number;
		return true;
	default:
		return feed_option(&verify->feed, letter, argument) ||
		    tool_common_option(&verify->common, letter, argument);
	}
}

/* 0, or the exit status. */
static int
read_options(struct verify *verify, int argc, char **argv)
{
	if (!tool_take_options(command, argc, argv, options, take_option,
	    verify))
		return TOOL_BAD_USE;
	if (optind == argc)
		return tool_usage(command, "which message?");
	return TOOL_DONE;
}

/* A bare name that is a file here is meant; else the daemon's places are. */
static const char *
policy_path(struct verify *verify)
{
	struct stat st;

	snprintf(verify->policy_path, sizeof(verify->policy_path), "./%s",
	    verify->policy);
	return strchr(verify->policy, '/') == NULL &&
	    stat(verify->policy, &st) == 0 && S_ISREG(st.st_mode) ?
	    verify->policy_path : verify->policy;
}

static bool
open_wiring(struct verify *verify)
{
	struct wire_options wire = { .all_checks = true,
	    .now = verify->now, .watch = show,
	    .watch_ctx = verify, .explain = verify->explain };
	struct settings *settings = tool_settings(&verify->common);
	struct diag *diag;

	if (settings == NULL)
		return false;
	if (verify->policy != NULL)
		settings->policy = policy_path(verify);
	diag = diag_new();
	verify->wiring = wiring_new(settings, &wire, diag);
	diag_print(diag, stderr);
	diag_free(diag);
	return verify->wiring != NULL;
}

int
tool_verify(int argc, char **argv)
{
	struct verify verify = { .now = 0 };
	int status;

	verify.feed.rcpts = verify.rcpts;
	tool_colour("auto", &verify.colour);
	status = read_options(&verify, argc, argv);
	if (status != TOOL_DONE)
		return status;
	if (!open_wiring(&verify))
		return TOOL_BAD_USE;
	for (int i = optind; i < argc; i++)
		if (verify_file(&verify, argv[i]) != TOOL_DONE)
			status = TOOL_BAD_USE;
	wiring_free(verify.wiring);
	return status;
}
