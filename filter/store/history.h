/*
 * history - events in the store, to be asked for
 *
 * A row is what an event can be found by, and its line.  Rows of all hosts
 * that share a store stand in one order, that of their times.  A row of an id
 * that is there already is none.
 *
 * Writing goes through the store's queue: it waits for nobody.  Reading is
 * done by a reader of its own, which changes nothing and blocks; what is
 * written meanwhile it may see or not.
 *
 * Ownership:	texts of a row that was read live until the next one.
 * Threads:	a reader is one thread's at a time.
 * Hostile:	every text of a row.
 */
#ifndef ASSAY_STORE_HISTORY_H
#define ASSAY_STORE_HISTORY_H

#include <sys/types.h>

#include "base/arena.h"
#include "store/store.h"

struct history_row {
	int64_t		time_us;	/* Unix time */
	struct str	id;		/* at most LIMIT_STORE_KEY octets */
	struct str	host, queue_id, kind, verdict;
	struct str	rule;		/* "FILE:LINE" */
	struct str	client;		/* an address as text */
	struct str	sender, from_domain;
	struct str	rcpts;		/* addresses, a newline between them */
	struct str	line;		/* the event; empty: not asked for, or
					 * longer than a store keeps */
};

struct history_row history_row_copy(struct arena *arena,
    const struct history_row *row);

/* A row as octets, LIMIT_STORE_ROW at most: malloc'ed; without the line where
 * it is too long for that, and NULL where that does not help. */
char *history_encode(const struct history_row *row, size_t *len_out);
/* The texts are slices of the octets.  False: they are no row. */
bool history_decode(struct str octets, struct history_row *row_out);

/* Keep it for keep_ms from its time on.  False: it is too long for a store, in
 * part or (its id) as a whole. */
bool history_put(struct store *store, const struct history_row *row,
    int64_t keep_ms);

struct history_query {
	int64_t		since_us;	/* rows before it are left out */
	int64_t		until_us;	/* from it on too; 0: no end */
	struct str	queue_id;	/* empty: all */
	bool		lines;		/* rows come with them */
	bool		only_lines;	/* and with nothing else but their
					 * times, which is faster */
};

struct history;

/* As of store_open(); NULL and why, also where a file is none of ours. */
struct history *history_open(struct str where, char *why_out,
    size_t why_size);
void history_close(struct history *history);		/* NULL is allowed */

/* Begin anew, with this; the text must live on. */
void history_ask(struct history *history, const struct history_query *query);
/* 1: a row; 0: no more of them; -1: the store failed, why says how. */
int history_next(struct history *history, struct history_row *row_out,
    char *why_out, size_t why_size);

/* How far the lines are read; begin with {}. */
struct history_mark {
	int64_t		first_us, last_us;	/* rows so far */
	uint64_t	without;		/* of them with no line */
};

/*
 * Instead of history_next(): the lines of rows that were asked for with them,
 * each with its newline, as many octets as are there at once, at most size.  0:
 * no more of them; -1: the store failed.
 */
ssize_t history_lines(struct history *history, char *into, size_t size,
    struct history_mark *mark, char *why_out, size_t why_size);

#endif
