/*
 * tally - counts by name, in bounded memory whatever the names are
 *
 * Each name has a row of width counts, of which the first is the one that
 * matters.  Twice max names are kept; when there is no room for another, the
 * half that was counted least is dropped.  From then on a name can have been
 * counted before without being known: floor is how often at most, so
 *
 *	row->counts[0] <= what is true <= row->counts[0] + row->missing,
 *
 * and a name that is not there came at most floor times (as of "space-saving",
 * Metwally and others 2005, with many evicted at once).
 *
 * Names with a NUL in them are made of several parts, see tally_part().  What
 * comes out does not depend on hashes: rows stand in the order in which they
 * were met, ties are broken by name.
 *
 * Ownership:	names and notes are copied into an arena of the tally's own.
 * Threads:	one at a time; parts of several threads are merged.
 */
#ifndef ASSAY_BASE_TALLY_H
#define ASSAY_BASE_TALLY_H

#include "base/arena.h"

struct tally_row {
	struct str	name;
	struct str	note;		/* a sample of it, whose length does
					 * not count as the name does */
	uint64_t	hash;
	uint64_t	missing;
	uint64_t	counts[];	/* the tally's width */
};

struct tally {
	struct arena		*arena;		/* NULL: nothing was counted */
	unsigned		 width;
	unsigned		 maxima;	/* a bit for each count that is
						 * no sum but the highest one */
	size_t			 max;
	struct tally_row	**rows;
	size_t			 count, room;
	uint32_t		*slots;		/* row + 1; 0: free */
	size_t			 slot_count;
	uint64_t		 floor;
	uint64_t		 dropped;	/* first counts of the gone */
};

/* Zeroed counts of width; it costs nothing until the first name. */
void tally_init(struct tally *tally, unsigned width, unsigned maxima,
    size_t max);
void tally_fini(struct tally *tally);

/* The name's row, until the next call; it is made where there is none. */
struct tally_row *tally_at(struct tally *tally, struct str name);
/* NULL where there is none. */
const struct tally_row *tally_find(const struct tally *tally,
    struct str name);
/* The row's note, if it has none. */
void tally_note(struct tally *tally, struct tally_row *row, struct str note);
/* Add what is in from; notes that are there stay. */
void tally_merge(struct tally *tally, const struct tally *from);

/* All rows, highest counts[0] first; in the arena. */
const struct tally_row *const *tally_sorted(const struct tally *tally,
    struct arena *arena);

/* "a NUL b NUL c"; and one of them, from 0. */
struct str tally_join(struct arena *arena, const struct str *parts,
    size_t count);
struct str tally_part(struct str name, size_t part);

#endif
