/*
 * sqlite_log - the log that SQLite writes ahead, and the thread that empties it
 *
 * A checkpoint writes pages back and synchronizes both files, which takes as
 * long as the disk likes.  So the writer makes none: a thread with a
 * connection of its own does.  When all has been written back the writer
 * begins the log anew, for which it synchronizes no more than its head.
 *
 * Threads:	the writer's; the one inside is its own.
 */
#ifndef ASSAY_STORE_SQLITE_LOG_H
#define ASSAY_STORE_SQLITE_LOG_H

#include <stdbool.h>
#include <stddef.h>

struct sqlite3;
struct sqlite_log;

/* How long a connection waits for a lock. */
enum { SQLITE_LOG_BUSY_MS = 1000 };

/* In pages. */
struct sqlite_log_sizes {
	int	begin;			/* from there on it is written back,
					 * while others write on */
	int	few;			/* from 3/4 of wait on the writer
					 * waits for so many that are left */
	int	wait;			/* ... and from there on for all */
	int	full;			/* from there on nothing is written:
					 * somebody reads without an end, and
					 * so holds it */
};

extern const struct sqlite_log_sizes sqlite_log_sizes;

/*
 * writer: a connection to the file of that path, in WAL mode; from now on it
 * makes no checkpoints by itself.  NULL and why.
 */
struct sqlite_log *sqlite_log_new(const char *path, struct sqlite3 *writer,
    const struct sqlite_log_sizes *sizes, char *why_out, size_t why_size);
/* Before the writer's connection is closed.  NULL is allowed. */
void sqlite_log_free(struct sqlite_log *log);

/* Before each transaction.  False and why: it is full. */
bool sqlite_log_room(struct sqlite_log *log, char *why_out, size_t why_size);
/* There is room for what can wait, too: the thread has not much to do. */
bool sqlite_log_is_short(struct sqlite_log *log);

#endif
