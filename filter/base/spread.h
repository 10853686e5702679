/*
 * spread - how long something took: percentiles, in a fixed space
 *
 * Classes of spans, 16 for each doubling: a percentile is the upper end of the
 * class that it falls into, at most 1/16 too much (and never more than the
 * longest).  Count, sum and the longest are exact.
 */
#ifndef ASSAY_BASE_SPREAD_H
#define ASSAY_BASE_SPREAD_H

#include "base/str.h"

enum {
	SPREAD_STEPS = 16,
	SPREAD_DOUBLINGS = 40,		/* up to 12 days; more is as much */
	SPREAD_CLASSES = SPREAD_STEPS * (SPREAD_DOUBLINGS - 3)
};

struct spread {
	uint64_t	count, sum_us, max_us;
	uint32_t	classes[SPREAD_CLASSES];
};

void spread_add(struct spread *spread, uint64_t us);
void spread_merge(struct spread *spread, const struct spread *from);
/* The least span that percent (1..100) of all do not exceed; 0 of none. */
uint64_t spread_percentile(const struct spread *spread, unsigned percent);
/* The least span of the class that this percentile falls into, and how many
 * took that long or longer: so many exactly; 0 of none. */
uint64_t spread_slowest(const struct spread *spread, unsigned percent,
    uint64_t *count_out);

#endif
