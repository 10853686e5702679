/*
 * rollup - how often each of very many things was seen, in bounded memory
 *
 * A thing is a key, any octets.  Beside its count it has a detail; two details
 * of one key are made one by merge(), whose outcome must not depend on their
 * order.  What memory does not hold is sorted and goes to scratch files, and
 * comes back merged: in the order of the keys, each once.
 *
 * Errors:	false, or -1, and errno: the disk.  Nothing can be done with
 *		it after that but to free it.
 * Ownership:	what is added is copied.
 * Threads:	one at a time.
 */
#ifndef ASSAY_REPORTING_ROLLUP_H
#define ASSAY_REPORTING_ROLLUP_H

#include "base/arena.h"

struct rollup_item {
	struct str	key, detail;
	uint64_t	count;
};

/* a, or something in the arena. */
typedef struct str rollup_merge_fn(struct arena *arena, struct str a,
    struct str b);

struct rollup;

/* octets: what is held in memory, about. */
struct rollup *rollup_new(struct arena *arena, size_t octets,
    rollup_merge_fn *merge);
void rollup_free(struct rollup *rollup);		/* NULL is allowed */

bool rollup_add(struct rollup *rollup, const struct rollup_item *item);

/* To the first item; nothing is added after this. */
bool rollup_rewind(struct rollup *rollup);
/* 1: the next item, until the one after it is asked for; 0: no more. */
int rollup_next(struct rollup *rollup, struct rollup_item *item_out);

/* Scratch files so far. */
size_t rollup_runs(const struct rollup *rollup);

#endif
