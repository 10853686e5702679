/*
 * series - series whose labels are known only at run time
 *
 * Of metrics with the label OWN: one for each rule of a policy, one for each
 * DNS list.  Their words come from an admin's files, never from a client.  One
 * is kept as long as somebody has a reference, so that a reload with the same
 * rule goes on counting.  Past LIMIT_METRIC_SERIES of a metric there is one
 * more, whose labels all say "other".
 *
 * Threads:	any; adding takes no lock.
 */
#ifndef ASSAY_METRICS_SERIES_H
#define ASSAY_METRICS_SERIES_H

#include "base/str.h"
#include "metrics/metrics.h"

struct series;

struct series_label {
	const char	*name;
	struct str	 value;		/* any bytes; cut at
					 * LIMIT_METRIC_LABEL_OCTETS */
};

/* That of these labels, in this order, found or made; and a reference. */
struct series *series_get(enum metric id, const struct series_label *labels,
    size_t count);
void series_put(struct series *series);		/* NULL is allowed */

void series_add(struct series *series, uint64_t amount);
void series_set(struct series *series, uint64_t value);

/* Each of a metric's, labels as they are written between braces; the order in
 * which they were made.  No series may be got or put in see(). */
void series_each(enum metric id, void (*see)(void *ctx, struct str labels,
    uint64_t value), void *ctx);

#endif
