#include "tool/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "tool/store.h"

/*
 * Events of several hosts come a little late, one behind the other; those that
 * waited longer than this for the store are not seen any more.
 */
enum { LOOK_MS = 250, LATE_US = 10 * 1000 * 1000, SEEN = 4096,
       PIECE = 65536 };

static void
pause_a_while(void)
{
	const struct timespec pause = { 0, LOOK_MS * 1000000L };

	nanosleep(&pause, NULL);
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
look(const struct tool_follow *follow, struct history *history,
    int64_t since_us, struct seen *seen, bool tell)
{
	struct history_query query = { .since_us = since_us,
	    .queue_id = follow->queue_id, .lines = follow->lines };
	struct history_row row;
	char why[300];
	int status;

	history_ask(history, &query);
	while ((status = history_next(history, &row, why, sizeof(why))) == 1)
		if (see(seen, &row) && tell)
			follow->row(follow->ctx, &row);
	return status == 0;
}

static int
follow_store(const struct tool_follow *follow)
{
	struct seen *seen = xcalloc(1, sizeof(*seen));
	char why[300];
	struct history *history = tool_store_open(follow->common,
	    follow->path, why, sizeof(why));
	bool first = true, away = false;

	while (history != NULL && follow->look(follow->ctx)) {
		bool ok = look(follow, history, clock_unix_us() - LATE_US,
		    seen, !first);

		/* It may come back. */
		if (!ok && !away)
			tool_error(follow->command, "the store is away");
		away = !ok;
		first = first && !ok;
		pause_a_while();
	}
	if (history == NULL)
		tool_error(follow->command, "%s", why);
	history_close(history);
	free(seen);
	return history == NULL ? TOOL_BAD_USE : TOOL_DONE;
}

/* ---- a file ---- */

struct tail {
	const struct tool_follow *follow;
	int			 fd;
	char			*text;		/* no whole line yet */
	size_t			 len;
	bool			 dropping;	/* a line that is too long */
};

static void
take_lines(struct tail *tail)
{
	struct str rest = str_make(tail->text, tail->len);
	const char *end;

	while (rest.len > 0 &&
	    (end = memchr(rest.ptr, '\n', rest.len)) != NULL) {
		size_t len = (size_t)(end - rest.ptr);

		if (!tail->dropping)
			tail->follow->line(tail->follow->ctx,
			    str_slice(rest, 0, len));
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
	const char *path = tail->follow->path;
	struct stat here, there;
	int fd;

	if (fstat(tail->fd, &here) != 0 || stat(path, &there) != 0)
		return;
	if (here.st_ino == there.st_ino && here.st_dev == there.st_dev) {
		if (lseek(tail->fd, 0, SEEK_CUR) > here.st_size)
			lseek(tail->fd, 0, SEEK_SET);
		return;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	read_on(tail);
	close(tail->fd);
	tail->fd = fd;
	tail->len = 0;
}

static int
follow_file(const struct tool_follow *follow)
{
	struct tail tail = { .follow = follow,
	    .fd = open(follow->path, O_RDONLY | O_CLOEXEC) };

	if (tail.fd < 0)
		return tool_error(follow->command, "%s: %s", follow->path,
		    strerror(errno));
	lseek(tail.fd, 0, SEEK_END);
	while (follow->look(follow->ctx)) {
		read_on(&tail);
		look_for_another(&tail);
		pause_a_while();
	}
	close(tail.fd);
	free(tail.text);
	return TOOL_DONE;
}

int
tool_follow(const struct tool_follow *follow)
{
	if (strcmp(follow->path, "-") == 0)
		return tool_error(follow->command, "standard input cannot be "
		    "followed");
	return tool_is_store(follow->path) ? follow_store(follow) :
	    follow_file(follow);
}
