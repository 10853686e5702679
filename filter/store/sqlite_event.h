/*
 * sqlite_event - events in the SQLite store
 *
 * A row's place is its time and ten bits more, so that the order of the table
 * is that of time, and a stretch of it is read or forgotten without an index.
 * Lines stand in a table of their own: who looks for rows does not read them.
 */
#ifndef ASSAY_STORE_SQLITE_EVENT_H
#define ASSAY_STORE_SQLITE_EVENT_H

#include "store/sqlite_op.h"

enum { SQLITE_EVENT_SAME_TIME = 1024 };	/* rows of one microsecond */

static inline int64_t
sqlite_event_place(int64_t time_us, int64_t more)
{
	int64_t last = INT64_MAX / SQLITE_EVENT_SAME_TIME - 1;

	return (time_us < 0 ? 0 : time_us > last ? last : time_us) *
	    SQLITE_EVENT_SAME_TIME + more;
}

static inline int64_t
sqlite_event_time(int64_t place)
{
	return place / SQLITE_EVENT_SAME_TIME;
}

/* In a transaction; count is 1, or 0 where it was there.  False: an error. */
bool sqlite_event_put(struct sqlite *sqlite, const struct store_op *op,
    struct store_answer *answer);

/* Forget some of those that are older than they are to be kept; true: there
 * may be more. */
bool sqlite_event_expire(struct sqlite *sqlite, int64_t now_ms);

#endif
