#include "tool/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ensure.h"

/* What a store counts for beside files, in the progress bar; how far it is
 * read goes by time. */
static const char too_long[] = "are too long for the store: they are in the "
    "log alone";
static const uint64_t store_size = 64 * 1024 * 1024;

struct reader {
	struct history		*history;
	struct history_mark	 mark;
	int64_t			 until_us;
	char			 why[200];
};

bool
tool_is_store(const char *path)
{
	static const struct str schemes[] = {
		STR_INIT("store:"), STR_INIT("sqlite:"),
		STR_INIT("redis://"), STR_INIT("redis+unix://")
	};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (str_starts_nocase(str_from(path), schemes[i]))
			return true;
	return false;
}

bool
tool_store_failed(const struct event_feed_count *count)
{
	return count->unread > 0 && tool_is_store(count->unread_file) &&
	    strstr(count->unread_why, too_long) == NULL;
}

struct history *
tool_store_open(const struct tool_common *common, const char *path,
    char *why, size_t size)
{
	struct settings *settings;
	struct history *history = NULL;

	if (strcmp(path, "store:") != 0)
		return history_open(str_from(path), why, size);
	settings = tool_settings(common);
	if (settings == NULL)
		snprintf(why, size, "the settings have mistakes");
	else if (settings->store[0] == '\0')
		snprintf(why, size, "the settings name no store");
	else
		history = history_open(str_from(settings->store), why, size);
	settings_free(settings);
	return history;
}

static ssize_t
read_lines(void *ctx, char *into, size_t size)
{
	struct reader *reader = ctx;
	ssize_t got = history_lines(reader->history, into, size,
	    &reader->mark, reader->why, sizeof(reader->why));

	if (got == 0 && reader->mark.without > 0)
		snprintf(reader->why, sizeof(reader->why), "%llu events %s",
		    (unsigned long long)reader->mark.without, too_long);
	return got;
}

static const char *
trouble(void *ctx)
{
	const struct reader *reader = ctx;

	return reader->why[0] == '\0' ? NULL : reader->why;
}

static uint64_t
offset(void *ctx)
{
	const struct reader *reader = ctx;
	const struct history_mark *mark = &reader->mark;
	double whole = (double)(reader->until_us - mark->first_us);
	double part = (double)(mark->last_us - mark->first_us);

	if (mark->last_us == 0 || whole <= 0)
		return 0;
	return part >= whole ? store_size :
	    (uint64_t)(part / whole * (double)store_size);
}

static void
end(void *ctx)
{
	struct reader *reader = ctx;

	history_close(reader->history);
	free(reader);
}

static uint64_t
size_of(const char *path)
{
	return tool_is_store(path) ? store_size : 0;
}

static struct event_source *
open_store(void *ctx, const char *path, const struct event_want *want,
    char *why, size_t size)
{
	struct history *history = tool_store_open(ctx, path, why, size);
	struct reader *reader;

	if (history == NULL)
		return NULL;
	reader = xcalloc(1, sizeof(*reader));
	reader->history = history;
	reader->until_us = want->until_us != 0 ? want->until_us :
	    clock_unix_us();
	history_ask(history, &(struct history_query){
	    .since_us = want->since_us, .until_us = want->until_us,
	    .queue_id = want->queue_id, .lines = true,
	    .only_lines = true });
	return event_source_from(&(struct event_stream){ read_lines, trouble,
	    offset, end, reader });
}

struct event_opener
tool_store_opener(const struct tool_common *common)
{
	/* Nothing is changed by it. */
	return (struct event_opener){ size_of, open_store,
	    (void *)(uintptr_t)common };
}
