/*
 * assay log: what mail came, a line each.
 */
#include "tool/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "summary/ids.h"
#include "tool/events.h"
#include "tool/store.h"
#include "wire/privacy.h"

enum { STATUS_FOUND = 0, STATUS_NOT_FOUND = 1 };

static const char command[] = "log";

/* ---- settings ---- */

/* Where addresses are hashed, the one that is looked for has a hash, too. */
static bool
take_privacy(struct tool_log *log, const struct settings *settings,
    struct arena *arena)
{
	struct diag *diag = diag_new();
	struct privacy privacy = { 0 };
	bool ok = wire_privacy(settings, arena, diag, &privacy);

	diag_print(diag, stderr);
	diag_free(diag);
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

/* Only what is asked for needs them. */
static bool
take_settings(struct tool_log *log, struct arena *arena)
{
	bool privacy = log->filter.from[0].len > 0 ||
	    log->filter.to[0].len > 0;
	struct settings *settings;
	bool ok;

	if (!privacy && !asks_need_settings(&log->asks))
		return true;
	settings = tool_settings(&log->common);
	if (settings == NULL)
		return false;
	tool_own_settings(&log->own, arena, settings);
	log->summary.own = log->own.at;
	log->summary.own_count = log->own.count;
	log->summary.spam_score = (double)settings->reputation_spam_score;
	ok = !privacy || take_privacy(log, settings, arena);
	settings_free(settings);
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
	struct ids	*ids;		/* NULL: of one source */
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
	if (!log_matches(&list->log->filter, row) ||
	    (list->ids != NULL && !ids_add(list->ids, row->id)))
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
	if (!tool_log_event_matches(part->log, record, arena))
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
	    NULL };
	const struct tool_log *log = list->log;
	const char *paths[] = { path, NULL };
	struct event_feed feed = { .logs = { .paths = paths,
	    .since_us = log->since_us, .until_us = log->until_us,
	    .jobs = tool_jobs(NULL) }, .want = log->want, .ops = &ops,
	    .ctx = list };
	struct event_feed_count count;

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

	if (paths[0] != NULL && paths[1] != NULL)
		list.ids = ids_new(log->arena);
	list.ring = xcalloc(log->limit + 1, sizeof(*list.ring));
	for (; *paths != NULL; last = *paths++)
		if (!log->follow || log->limit > 0 || log->since_us != 0)
			ok = (tool_is_store(*paths) ?
			    list_store(&list, *paths) :
			    list_file(&list, *paths)) && ok;
	list_end(&list);
	ids_free(list.ids);
	if (log->follow && ok)
		return tool_log_follow(log, last);
	if (fflush(stdout) != 0 || !ok)
		return TOOL_BAD_USE;
	return list.count > 0 ? STATUS_FOUND : STATUS_NOT_FOUND;
}

int
tool_log(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct tool_log log = { .arena = arena };
	int status = tool_log_options(&log, argc, argv);
	const char *const *paths;

	if (status == TOOL_DONE) {
		paths = !take_settings(&log, arena) ? NULL :
		    tool_event_logs(&log.common, command, true, arena,
		    argv + optind, argc - optind);
		tool_log_prepare(&log);
		status = paths == NULL ? TOOL_BAD_USE : run(&log, paths);
		tool_log_end(&log);
	}
	arena_free(arena);
	return status;
}
