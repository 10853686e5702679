/*
 * history_backend - where events are kept; for the files of this room
 */
#ifndef ASSAY_STORE_HISTORY_BACKEND_H
#define ASSAY_STORE_HISTORY_BACKEND_H

#include "store/history.h"

/* A row whose texts live until this returns; false: that is enough for now. */
typedef bool history_take_fn(void *ctx, const struct history_row *row);

/* A reader; the functions are those of history.h. */
struct history_backend {
	const char	*scheme;
	void		*(*open)(struct str rest, char *why, size_t size);
	void		 (*ask)(void *state, const struct history_query *query);
	/* Give a page of rows, or what is left of one.  1: there may be more;
	 * 0: there are no more for now; -1: the store failed, why says how. */
	int		 (*page)(void *state, history_take_fn *take,
			    void *ctx, char *why, size_t size);
	void		 (*close)(void *state);
};

extern const struct history_backend history_sqlite, history_redis,
    history_redis_unix;

/*
 * The octets of a row before those of its line and their length: a row by
 * themselves, without a line.
 */
size_t history_head(struct str octets, const struct history_row *row);

/* How many rows a reader asks for at a time. */
enum { HISTORY_PAGE = 500 };

#endif
