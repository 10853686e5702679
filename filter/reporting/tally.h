/*
 * tally - how often each of very many things was seen, in bounded memory
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
#ifndef ASSAY_REPORTING_TALLY_H
#define ASSAY_REPORTING_TALLY_H

#include "base/arena.h"

struct tally_item {
	struct str	key, detail;
	uint64_t	count;
};

/* a, or something in the arena. */
typedef struct str tally_merge_fn(struct arena *arena, struct str a,
    struct str b);

struct tally;

/* octets: what is held in memory, about. */
struct tally *tally_new(struct arena *arena, size_t octets,
    tally_merge_fn *merge);
void tally_free(struct tally *tally);		/* NULL is allowed */

bool tally_add(struct tally *tally, const struct tally_item *item);

/* To the first item; nothing is added after this. */
bool tally_rewind(struct tally *tally);
/* 1: the next item, until the one after it is asked for; 0: no more. */
int tally_next(struct tally *tally, struct tally_item *item_out);

/* Scratch files so far. */
size_t tally_runs(const struct tally *tally);

#endif
