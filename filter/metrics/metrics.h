/*
 * metrics - counters, gauges and histograms of this process
 *
 * One row of metrics.def each.  What differs in words of labels.def has a cell
 * for each combination; what is known only at run time (rules, DNS lists) is
 * in series.h.  Nothing here takes a lock or memory: a count is one relaxed
 * atomic addition.
 *
 * Units:	SECONDS are given and kept in microseconds, and shown in
 *		seconds.
 * Threads:	any.
 */
#ifndef ASSAY_METRICS_METRICS_H
#define ASSAY_METRICS_METRICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"

enum metric_label {
#define LABEL(id, name, size, ...) LABEL_##id,
#include "metrics/labels.def"
#undef LABEL
	LABEL_COUNT, LABEL_OWN
};

enum {
#define LABEL(id, name, size, ...) LABEL_SIZE_##id = (size),
#include "metrics/labels.def"
#undef LABEL
	LABEL_SIZE_OWN = 1
};

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

enum metric_unit { UNIT_NONE, UNIT_SECONDS, UNIT_BYTES };

enum metric {
#define METRIC(id, name, type, unit, l1, l2, help) METRIC_ID_##id,
#include "metrics/metrics.def"
#undef METRIC
	METRIC_COUNT
};

struct metric_info {
	const char		*name, *help;
	enum metric_type	 type;
	enum metric_unit	 unit;
	enum metric_label	 labels[2];
	unsigned		 sizes[2];	/* words of the labels */
	unsigned		 at;		/* its first cell */
};

extern const struct metric_info metric_table[METRIC_COUNT];

const char *metric_label_name(enum metric_label label);
/* NULL where the label has no such word. */
const char *metric_word(enum metric_label label, unsigned number);

/*
 * The words of a label that has none in labels.def.  They must live on; telling
 * the same again is allowed.
 */
void metrics_words(enum metric_label label, const char *const *words,
    unsigned count);

/*
 * A histogram has a bucket up to each of these, one for what is more, and
 * their sum.  SECONDS: 0.5 ms to 30 s; BYTES: 1 KiB to 64 MiB.
 */
enum { HISTOGRAM_BOUNDS = 15, HISTOGRAM_CELLS = HISTOGRAM_BOUNDS + 2 };

const uint64_t *histogram_bounds(enum metric_unit unit);

/* The cells, for this room and the functions below. */
extern atomic_uint_least64_t metric_cells[];

static inline atomic_uint_least64_t *
metric_cell(enum metric id, unsigned a, unsigned b)
{
	const struct metric_info *metric = &metric_table[id];

	ensure(a < metric->sizes[0] && b < metric->sizes[1]);
	return &metric_cells[metric->at + (a * metric->sizes[1] + b) *
	    (metric->type == METRIC_HISTOGRAM ? HISTOGRAM_CELLS : 1)];
}

/* a and b: the words of its labels, by number; 0 where there is none. */
static inline void
metric_add(enum metric id, unsigned a, unsigned b, uint64_t amount)
{
	atomic_fetch_add_explicit(metric_cell(id, a, b), amount,
	    memory_order_relaxed);
}

static inline void
metric_count(enum metric id, unsigned a, unsigned b)
{
	metric_add(id, a, b, 1);
}

static inline uint64_t
metric_value(enum metric id, unsigned a, unsigned b)
{
	return atomic_load_explicit(metric_cell(id, a, b),
	    memory_order_relaxed);
}

/* Of a histogram. */
void metric_observe(enum metric id, unsigned a, uint64_t value);

/* A gauge; or a counter that somebody else keeps. */
void metric_set(enum metric id, uint64_t value);
/* A gauge that has no value (any more). */
void metric_unset(enum metric id);
bool metric_is_set(enum metric id);

#endif
