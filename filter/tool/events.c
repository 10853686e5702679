#include "tool/events.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "event/source.h"
#include "event/when.h"
#include "tool/store.h"

enum { JOBS_MAX = 64, BAR_WIDTH = 40 };

static const char *const *
one_log(struct arena *arena, const char *path)
{
	const char **paths = arena_alloc(arena, 2 * sizeof(*paths));

	paths[0] = path;
	return paths;
}

static const char *const *
logs_of_setting(const struct tool_common *common, const char *command,
    bool store_first, struct arena *arena)
{
	struct settings *settings = tool_settings(common);
	const char *const *paths;
	const char *path;
	bool stored;

	if (settings == NULL)
		return NULL;
	path = arena_z(arena, str_from(settings->events));
	stored = settings->history > 0 && settings->store[0] != '\0';
	settings_free(settings);
	if (stored && (store_first || path[0] == '\0'))
		return one_log(arena, "store:");
	if (path[0] == '\0') {
		tool_usage(command, "which events? The settings name no "
		    "file of them, nor a store with a history");
		return NULL;
	}
	paths = event_source_siblings(arena, path);
	if (paths[0] != NULL)
		return paths;
	tool_error(command, "%s: there is no such file", path);
	return NULL;
}

const char *const *
tool_event_logs(const struct tool_common *common, const char *command,
    bool store_first, struct arena *arena, char **names, int count)
{
	const char **paths;

	if (count == 0)
		return logs_of_setting(common, command, store_first, arena);
	paths = arena_alloc(arena, ((size_t)count + 1) * sizeof(*paths));
	for (int i = 0; i < count; i++) {
		if (strcmp(names[i], "-") != 0 && !tool_is_store(names[i]) &&
		    access(names[i], R_OK) != 0) {
			tool_error(command, "%s: %s", names[i],
			    strerror(errno));
			return NULL;
		}
		paths[i] = names[i];
	}
	return paths;
}

bool
tool_events_option(struct tool_common *common, struct event_logs *logs,
    int letter, const char *argument)
{
	switch (letter) {
	case 's':
		return when_read_or_ago(str_from(argument), clock_unix_us(),
		    &logs->since_us);
	case 'u':
		return when_read_or_ago(str_from(argument), clock_unix_us(),
		    &logs->until_us);
	case 'j':
		logs->jobs = tool_jobs(argument);
		return logs->jobs > 0;
	default:
		return tool_common_option(common, letter, argument);
	}
}

static void
progress(void *ctx, uint64_t done, uint64_t total)
{
	struct tool_reading *reading = ctx;
	unsigned percent;

	if (!isatty(STDERR_FILENO) || total == 0)
		return;
	percent = done >= total ? 100 : (unsigned)(done * 100 / total);
	if (percent == reading->percent)
		return;
	reading->percent = percent;
	fprintf(stderr, "\revents [%-*.*s] %3u%%", BAR_WIDTH,
	    (int)(percent * BAR_WIDTH / 100),
	    "########################################", percent);
}

void
tool_reading_begin(struct tool_reading *reading,
    const struct tool_common *common, struct event_logs *logs)
{
	*reading = (struct tool_reading){ tool_store_opener(common), 101 };
	logs->opener = &reading->opener;
	if (logs->jobs == 0)
		logs->jobs = tool_jobs(NULL);
	logs->progress = progress;
	logs->progress_ctx = reading;
}

void
tool_reading_end(void)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%*s\r", BAR_WIDTH + 20, "");
}

bool
tool_feed_faults(const char *command, const struct event_feed_count *count)
{
	for (int i = 0; i < EVENT_FAULT_COUNT; i++)
		if (count->faults[i].count > 0)
			tool_error(command, "%" PRIu64 " of %" PRIu64
			    " lines left out: %s, first %s:%" PRIu64,
			    count->faults[i].count, count->lines,
			    event_fault_name((enum event_fault)i),
			    count->faults[i].file, count->faults[i].line);
	if (count->unread > 0)
		tool_error(command, "%s: %s", count->unread_file,
		    count->unread_why);
	return count->unread == 0;
}

unsigned
tool_jobs(const char *text)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t jobs = online < 1 ? 1 : online > JOBS_MAX ? JOBS_MAX :
	    (uint64_t)online;

	if (text != NULL && !str_to_uint(str_from(text), JOBS_MAX, &jobs))
		return 0;
	return (unsigned)jobs;
}
