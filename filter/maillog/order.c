#include "maillog/order.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "event/source.h"
#include "maillog/line.h"

struct log {
	const char	*path;
	int64_t		 first_us;	/* INT64_MAX: not known */
	size_t		 given;
};

static bool
is_file(const char *path, struct stat *st)
{
	return strcmp(path, "-") != 0 && stat(path, st) == 0 &&
	    S_ISREG(st->st_mode);
}

int64_t
order_written_us(const char *path, int64_t now_us)
{
	struct stat st;

	return is_file(path, &st) ? (int64_t)st.st_mtim.tv_sec * 1000000 :
	    now_us;
}

/* Its first octets; what cannot be read is told of when it is read. */
static struct str
head_of(const char *path, char *text, size_t size)
{
	struct event_source *source = event_source_open(path);
	size_t len = 0;
	ssize_t got;

	if (source == NULL)
		return STR_NONE;
	while (len < size && (got = event_source_read(source, text + len,
	    size - len)) > 0)
		len += (size_t)got;
	event_source_close(source);
	return str_make(text, len);
}

static int64_t
first_time(struct str head, int64_t before_us, int64_t year)
{
	struct arena *scratch = arena_new();
	int64_t found = INT64_MAX;
	struct maillog_line line;
	struct stamp stamp;
	struct str text;

	stamp_begin(&stamp, before_us, year);
	while (found == INT64_MAX && str_next(&head, '\n', &text)) {
		if (maillog_line_read(&stamp, text, scratch, &line))
			found = line.time_us;
		arena_reset(scratch);
	}
	arena_free(scratch);
	return found;
}

static int
by_first(const void *a, const void *b)
{
	const struct log *x = a, *y = b;

	if (x->first_us != y->first_us)
		return x->first_us < y->first_us ? -1 : 1;
	return x->given < y->given ? -1 : x->given > y->given;
}

const char *const *
order_logs(struct arena *arena, const char *const *paths, int64_t now_us,
    int64_t year)
{
	char *text = arena_alloc(arena, LIMIT_MAILLOG_LINE_OCTETS);
	size_t count = 0;
	struct stat st;
	const char **sorted;
	struct log *logs;

	while (paths[count] != NULL)
		count++;
	logs = arena_alloc(arena, (count + 1) * sizeof(*logs));
	sorted = arena_alloc(arena, (count + 1) * sizeof(*sorted));
	for (size_t i = 0; i < count; i++) {
		logs[i] = (struct log){ paths[i], INT64_MAX, i };
		if (count > 1 && is_file(paths[i], &st))
			logs[i].first_us = first_time(head_of(paths[i], text,
			    LIMIT_MAILLOG_LINE_OCTETS), order_written_us(
			    paths[i], now_us), year);
	}
	if (count > 1)
		qsort(logs, count, sizeof(*logs), by_first);
	for (size_t i = 0; i < count; i++)
		sorted[i] = logs[i].path;
	return sorted;
}
