/*
 * asked - the questions that a stub has on the wire
 *
 * By id, and by age.  Ids are random, and no two questions have the same.
 *
 * Threads:	one at a time; the stub has a lock.
 */
#ifndef ASSAY_DNS_ASKED_H
#define ASSAY_DNS_ASKED_H

#include "dns/flight.h"

enum { ASKED_MAX = 1600, ASKED_BUCKETS = 2048, ASKED_RANDOM = 128 };

struct line;			/* the stub's */

struct asked {
	struct asked	*next;		/* in its bucket, or of the unused */
	struct asked	*newer, *older;
	struct flight	*flight;
	struct line	*line;
	uint64_t	 number;	/* each question has its own, from 1 */
	uint64_t	 due;		/* clock_ms; in the order of age */
	unsigned	 id;
};

struct asked_table {			/* zeroed is empty */
	struct asked	*buckets[ASKED_BUCKETS];
	struct asked	*unused, *oldest, *newest;
	struct asked	 at[ASKED_MAX];
	size_t		 count;		/* of them that were ever in use */
	uint64_t	 number;
	uint16_t	 random[ASKED_RANDOM];
	size_t		 random_left;
};

/* NULL where there is none. */
struct asked *asked_find(struct asked_table *table, unsigned id);

/* At most ASKED_MAX at a time. */
struct asked *asked_add(struct asked_table *table, struct flight *flight,
    struct line *line, uint64_t due);

/* Gives its flight; the number becomes 0. */
struct flight *asked_remove(struct asked_table *table, struct asked *asked);

#endif
