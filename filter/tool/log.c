/*
 * assay log: what mail came, a line each.
 */
#include "tool/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "event/when.h"
#include "tool/events.h"
#include "tool/store.h"
#include "wire/privacy.h"

enum { STATUS_FOUND = 0, STATUS_NOT_FOUND = 1, LIMIT_MAX = 1000000 };

static const char command[] = "log";

static const struct option table[] = {
	TOOL_COMMON_OPTIONS,
	{ "from", required_argument, NULL, 'f' },
	{ "to", required_argument, NULL, 't' },
	{ "client", required_argument, NULL, 'i' },
	{ "verdict", required_argument, NULL, 'v' },
	{ "queue-id", required_argument, NULL, 'q' },
	{ "rule", required_argument, NULL, 'r' },
	{ "fired", required_argument, NULL, 'R' },
	{ "fact", required_argument, NULL, 'a' },
	{ "host", required_argument, NULL, 'h' },
	{ "kind", required_argument, NULL, 'k' },
	{ "since", required_argument, NULL, 's' },
	{ "until", required_argument, NULL, 'u' },
	{ "limit", required_argument, NULL, 'n' },
	{ "follow", no_argument, NULL, 'F' },
	{ NULL, 0, NULL, 0 },
};

/* ---- options ---- */

static bool
take_verdict(struct tool_log *log, struct str text)
{
	log->filter.verdict = text;
	for (int i = ACTION_ACCEPT; i < ACTION_COUNT; i++)
		if (str_eqz_nocase(text, action_name((enum action)i)))
			return true;
	return false;
}

static bool
take_test(struct tool_log *log, struct str text)
{
	return log->filter.test_count < LOG_TESTS_MAX && log_test_read(text,
	    &log->filter.tests[log->filter.test_count++]);
}

static bool
take_kind(struct tool_log *log, struct str text)
{
	enum stage stage;

	log->filter.kind = text;
	return stage_find(text, &stage);
}

static bool
take_limit(struct tool_log *log, struct str text)
{
	uint64_t number;

	if (!str_to_uint(text, LIMIT_MAX, &number))
		return false;
	log->limit = (size_t)number;
	return true;
}

/* False: the argument cannot be that. */
static bool
take_option(struct tool_log *log, int letter, const char *argument)
{
	struct str text = str_from(argument == NULL ? "" : argument);

	switch (letter) {
	case 'f':
		log->filter.from[0] = text;
		return text.len > 0;
	case 't':
		log->filter.to[0] = text;
		return text.len > 0;
	case 'i':
		log->filter.has_client = true;
		return ipnet_parse(text, &log->filter.client);
	case 'v':
		return take_verdict(log, text);
	case 'q':
		log->filter.queue_id = text;
		return text.len > 0;
	case 'r':
		log->filter.rule = text;
		return text.len > 0;
	case 'R':
		log->filter.fired = text;
		return text.len > 0;
	case 'a':
		return take_test(log, text);
	case 'h':
		log->filter.host = text;
		return text.len > 0;
	case 'k':
		return take_kind(log, text);
	case 's':
		return when_read_or_ago(text, clock_unix_us(),
		    &log->since_us);
	case 'u':
		return when_read_or_ago(text, clock_unix_us(),
		    &log->until_us);
	case 'n':
		return take_limit(log, text);
	case 'F':
		log->follow = true;
		return true;
	default:
		return tool_common_option(&log->common, letter, argument);
	}
}

static int
take_options(struct tool_log *log, int argc, char **argv)
{
	int letter, row = 0;

	while ((letter = tool_option(command, argc, argv,
	    TOOL_COMMON_LETTERS, table, &row)) != -1) {
		if (letter == '?')
			return TOOL_BAD_USE;
		if (!take_option(log, letter, optarg))
			return tool_usage(command, "\"%s\" is nothing for "
			    "--%s", optarg, table[row].name);
	}
	if (log->follow && log->until_us != 0)
		return tool_usage(command, "--follow has no --until");
	if (isatty(STDOUT_FILENO))
		log->shape = LOG_COLUMNS;
	return TOOL_DONE;
}

/* Where addresses are hashed, the one that is looked for has a hash, too. */
static bool
take_privacy(struct tool_log *log, struct arena *arena)
{
	struct settings *settings = tool_settings(&log->common);
	struct diag *diag = diag_new();
	struct privacy privacy = { 0 };
	bool ok = settings != NULL && wire_privacy(settings, arena, diag,
	    &privacy);

	diag_print(diag, stderr);
	diag_free(diag);
	settings_free(settings);
	if ((privacy.bits & PRIVACY_HASH_SENDERS) != 0 &&
	    str_chr(log->filter.from[0], '@') > 0)
		log->filter.from[1] = privacy_hashed(arena, &privacy,
		    log->filter.from[0]);
	if ((privacy.bits & PRIVACY_HASH_RECIPIENTS) != 0 &&
	    str_chr(log->filter.to[0], '@') > 0)
		log->filter.to[1] = privacy_hashed(arena, &privacy,
		    log->filter.to[0]);
	return ok;
}

/* ---- rows ---- */

static void
print_row(struct tool_log *log, const struct history_row *row)
{
	if (log->common.json) {
		fwrite(row->line.ptr == NULL ? "" : row->line.ptr, 1,
		    row->line.len, stdout);
		if (row->line.len > 0)
			putchar('\n');
	} else {
		if (!log->has_printed && log->shape == LOG_COLUMNS)
			log_print_head(stdout);
		log_print(stdout, row, log->shape);
	}
	log->has_printed = true;
}

void
tool_log_take(struct tool_log *log, const struct history_row *row)
{
	if (log_matches(&log->filter, row))
		print_row(log, row);
}

/* The last ones that were wanted, where there is a limit. */
struct kept {
	struct arena		*arena;
	struct history_row	 row;
};

struct list {
	struct tool_log	*log;
	struct kept	*ring;		/* log->limit of them */
	uint64_t	 count;
};

static void
keep_row(struct list *list, const struct history_row *row)
{
	struct kept *kept = &list->ring[list->count % list->log->limit];

	if (kept->arena == NULL)
		kept->arena = arena_new();
	arena_reset(kept->arena);
	kept->row = history_row_copy(kept->arena, row);
}

static void
list_row(struct list *list, const struct history_row *row)
{
	if (!log_matches(&list->log->filter, row))
		return;
	if (list->log->limit == 0)
		print_row(list->log, row);
	else
		keep_row(list, row);
	list->count++;
}

static void
list_end(struct list *list)
{
	uint64_t limit = list->log->limit;
	uint64_t first = list->count > limit ? list->count - limit : 0;

	for (uint64_t i = first; limit > 0 && i < list->count; i++)
		print_row(list->log, &list->ring[i % limit].row);
	for (uint64_t i = 0; i < limit; i++)
		arena_free(list->ring[i].arena);
	free(list->ring);
}

/* ---- a store ---- */

static bool
list_store(struct list *list, const char *path)
{
	const struct tool_log *log = list->log;
	struct history_query query = { .since_us = log->since_us,
	    .until_us = log->until_us, .queue_id = log->filter.queue_id,
	    .lines = log->common.json || log->deep };
	struct history_row row;
	char why[300] = "";
	struct history *history = tool_store_open(&log->common, path, why,
	    sizeof(why));
	int status = -1;

	if (history != NULL) {
		history_ask(history, &query);
		while ((status = history_next(history, &row, why,
		    sizeof(why))) == 1)
			if (tool_log_line_matches(list->log, row.line))
				list_row(list, &row);
	}
	history_close(history);
	if (status != 0)
		tool_error(command, "%s", why);
	return status == 0;
}

/* ---- files ---- */

struct part {
	struct arena		*arena;
	const struct tool_log	*log;
	VEC(struct history_row)	 rows;
};

static void *
begin(void *ctx)
{
	struct arena *arena = arena_new();
	struct part *part = arena_alloc(arena, sizeof(*part));

	*part = (struct part){ .arena = arena,
	    .log = ((const struct list *)ctx)->log };
	return part;
}

static void
take_event(void *ctx, void *into, const struct event_record *record,
    struct arena *arena)
{
	struct part *part = into;
	struct history_row row;

	(void)ctx;
	if (!log_matches_event(&part->log->filter, record))
		return;
	event_row(record, arena, &row);
	if (!part->log->common.json)
		row.line = STR_NONE;
	if (log_matches(&part->log->filter, &row))
		VEC_PUSH(part->arena, &part->rows,
		    history_row_copy(part->arena, &row));
}

static void
merge(void *ctx, void *from)
{
	struct part *part = from;

	for (size_t i = 0; i < part->rows.count; i++)
		list_row(ctx, &part->rows.at[i]);
	arena_free(part->arena);
}

static bool
list_file(struct list *list, const char *path)
{
	static const struct event_feed_ops ops = { begin, take_event, merge,
	    NULL, NULL };
	const struct tool_log *log = list->log;
	const char *paths[] = { path, NULL };
	struct event_feed feed = { .paths = paths,
	    .want = log->want, .jobs = tool_jobs(NULL), .ops = &ops,
	    .ctx = list };
	struct event_feed_count count;

	feed.want.since_us = log->since_us;
	feed.want.until_us = log->until_us;
	event_feed_run(&feed, &count);
	return tool_feed_faults(command, &count);
}

/* ---- all together ---- */

static int
run(struct tool_log *log, const char *const *paths)
{
	struct list list = { .log = log };
	const char *last = NULL;
	bool ok = true;

	list.ring = xcalloc(log->limit + 1, sizeof(*list.ring));
	for (; *paths != NULL; last = *paths++)
		if (!log->follow || log->limit > 0 || log->since_us != 0)
			ok = (tool_is_store(*paths) ?
			    list_store(&list, *paths) :
			    list_file(&list, *paths)) && ok;
	list_end(&list);
	if (log->follow && ok)
		return tool_log_follow(log, last);
	if (fflush(stdout) != 0 || !ok)
		return TOOL_BAD_USE;
	return list.count > 0 ? STATUS_FOUND : STATUS_NOT_FOUND;
}

int
tool_log(int argc, char **argv)
{
	struct tool_log log = { .limit = 0 };
	int status = take_options(&log, argc, argv);
	const char *const *paths;
	struct arena *arena;

	if (status != TOOL_DONE)
		return status;
	arena = arena_new();
	paths = (log.filter.from[0].len > 0 || log.filter.to[0].len > 0) &&
	    !take_privacy(&log, arena) ? NULL :
	    tool_event_logs(&log.common, command, true, arena,
	    argv + optind, argc - optind);
	tool_log_prepare(&log, arena);
	status = paths == NULL ? TOOL_BAD_USE : run(&log, paths);
	tool_log_end(&log);
	arena_free(arena);
	return status;
}
