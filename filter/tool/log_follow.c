/*
 * assay log --follow: what comes, as it comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "tool/log.h"
#include "tool/store.h"

/*
 * Events of several hosts come a little late, one behind the other; those that
 * waited longer than this for the store are not seen any more.
 */
enum { LOOK_MS = 250, LATE_US = 10 * 1000 * 1000, SEEN = 4096,
       PIECE = 65536 };

static const char command[] = "log";

static void
pause_and_show(void)
{
	const struct timespec pause = { 0, LOOK_MS * 1000000L };

	fflush(stdout);
	nanosleep(&pause, NULL);
}

/* Nobody reads any more. */
static bool
is_over(void)
{
	return ferror(stdout) != 0;
}

/* ---- a store ---- */

/* Ids of the rows of late, as hashes, in a ring. */
struct seen {
	uint64_t	at[SEEN];
	size_t		next;
};

static bool
see(struct seen *seen, const struct history_row *row)
{
	uint64_t hash = 14695981039346656037u ^ (uint64_t)row->time_us;

	for (size_t i = 0; i < row->id.len; i++)
		hash = (hash ^ (unsigned char)row->id.ptr[i]) *
		    1099511628211u;
	for (size_t i = 0; i < SEEN; i++)
		if (seen->at[i] == hash)
			return false;
	seen->at[seen->next] = hash;
	seen->next = (seen->next + 1) % SEEN;
	return true;
}

static bool
look(struct tool_log *log, struct history *history, int64_t since_us,
    struct seen *seen, bool print)
{
	struct history_query query = { .since_us = since_us,
	    .queue_id = log->filter.queue_id, .lines = log->common.json };
	struct history_row row;
	char why[300];
	int status;

	history_ask(history, &query);
	while ((status = history_next(history, &row, why, sizeof(why))) == 1)
		if (see(seen, &row) && print)
			tool_log_take(log, &row);
	return status == 0;
}

static int
follow_store(struct tool_log *log, const char *path)
{
	struct seen *seen = xcalloc(1, sizeof(*seen));
	char why[300];
	struct history *history = tool_store_open(&log->common, path, why,
	    sizeof(why));
	bool first = true, away = false;

	while (history != NULL && !is_over()) {
		bool ok = look(log, history, clock_unix_us() - LATE_US, seen,
		    !first);

		/* It may come back. */
		if (!ok && !away)
			tool_error(command, "the store is away");
		away = !ok;
		first = first && !ok;
		pause_and_show();
	}
	if (history == NULL)
		tool_error(command, "%s", why);
	history_close(history);
	free(seen);
	return history == NULL ? TOOL_BAD_USE : TOOL_DONE;
}

/* ---- a file ---- */

struct tail {
	struct tool_log		*log;
	struct arena		*arena;
	struct event_record	*record;
	const char		*path;
	int			 fd;
	char			*text;		/* no whole line yet */
	size_t			 len;
	bool			 dropping;	/* a line that is too long */
};

static void
take_line(struct tail *tail, struct str line)
{
	struct event_want want = { .facts = event_row_facts(),
	    .queue_id = tail->log->filter.queue_id };
	struct history_row row;

	if (event_read(line, &want, tail->arena, tail->record) ==
	    EVENT_READ_OK) {
		event_row(tail->record, tail->arena, &row);
		tool_log_take(tail->log, &row);
	}
	arena_reset(tail->arena);
}

static void
take_lines(struct tail *tail)
{
	struct str rest = str_make(tail->text, tail->len);
	const char *end;

	while (rest.len > 0 &&
	    (end = memchr(rest.ptr, '\n', rest.len)) != NULL) {
		size_t len = (size_t)(end - rest.ptr);

		if (!tail->dropping)
			take_line(tail, str_slice(rest, 0, len));
		tail->dropping = false;
		rest = str_skip(rest, len + 1);
	}
	if (rest.len > 0)
		memmove(tail->text, rest.ptr, rest.len);
	tail->len = rest.len;
	if (tail->len > LIMIT_EVENT_LINE_OCTETS) {
		tail->dropping = true;
		tail->len = 0;
	}
}

static void
read_on(struct tail *tail)
{
	ssize_t got;

	do {
		tail->text = xrealloc(tail->text, tail->len + PIECE);
		got = read(tail->fd, tail->text + tail->len, PIECE);
		if (got > 0) {
			tail->len += (size_t)got;
			take_lines(tail);
		}
	} while (got > 0);
}

/* Log rotation has put another file there, or cut this one. */
static void
look_for_another(struct tail *tail)
{
	struct stat here, there;
	int fd;

	if (fstat(tail->fd, &here) != 0 || stat(tail->path, &there) != 0)
		return;
	if (here.st_ino == there.st_ino && here.st_dev == there.st_dev) {
		if (lseek(tail->fd, 0, SEEK_CUR) > here.st_size)
			lseek(tail->fd, 0, SEEK_SET);
		return;
	}
	fd = open(tail->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	read_on(tail);
	close(tail->fd);
	tail->fd = fd;
	tail->len = 0;
}

static int
follow_file(struct tool_log *log, const char *path)
{
	struct tail tail = { .log = log, .path = path,
	    .fd = open(path, O_RDONLY | O_CLOEXEC) };

	if (tail.fd < 0)
		return tool_error(command, "%s: %s", path, strerror(errno));
	tail.arena = arena_new();
	tail.record = xcalloc(1, sizeof(*tail.record));
	lseek(tail.fd, 0, SEEK_END);
	while (!is_over()) {
		read_on(&tail);
		look_for_another(&tail);
		pause_and_show();
	}
	close(tail.fd);
	free(tail.text);
	free(tail.record);
	arena_free(tail.arena);
	return TOOL_DONE;
}

int
tool_log_follow(struct tool_log *log, const char *path)
{
	if (strcmp(path, "-") == 0)
		return tool_error(command, "standard input cannot be "
		    "followed");
	return tool_is_store(path) ? follow_store(log, path) :
	    follow_file(log, path);
}
