#include "metrics/metrics.h"

enum { OWN_WORDS = 40 };

/* What one cell of a row is. */
enum {
	CELLS_COUNTER = 1, CELLS_GAUGE = 1, CELLS_HISTOGRAM = HISTOGRAM_CELLS
};

/* AT_x is its first cell, LAST_x its last one. */
enum {
	LAST_BEFORE = -1,
#define METRIC(id, name, type, unit, l1, l2, help) \
	AT_##id, LAST_##id = AT_##id + \
	    LABEL_SIZE_##l1 * LABEL_SIZE_##l2 * CELLS_##type - 1,
#include "metrics/metrics.def"
#undef METRIC
	CELLS
};

atomic_uint_least64_t metric_cells[CELLS];

static atomic_bool gauges[METRIC_COUNT];	/* those that have a value */

const struct metric_info metric_table[METRIC_COUNT] = {
#define METRIC(id, name, type, unit, l1, l2, help)			\
	[METRIC_ID_##id] = { name, help, METRIC_##type, UNIT_##unit,	\
	    { LABEL_##l1, LABEL_##l2 },					\
	    { LABEL_SIZE_##l1, LABEL_SIZE_##l2 }, AT_##id },
#include "metrics/metrics.def"
#undef METRIC
};

/* ---- labels ---- */

static const struct {
	const char *name;
	unsigned size;
	const char *words[OWN_WORDS];
} labels[LABEL_COUNT] = {
#define LABEL(id, name, size, ...) \
	[LABEL_##id] = { name, size, { __VA_ARGS__ } },
#include "metrics/labels.def"
#undef LABEL
};

/* Told at run time; always the same. */
static const char *_Atomic told[LABEL_COUNT][OWN_WORDS];

const char *
metric_label_name(enum metric_label label)
{
	return labels[label].name;
}

const char *
metric_word(enum metric_label label, unsigned number)
{
	if (number >= labels[label].size)
		return NULL;
	return labels[label].words[0] != NULL ? labels[label].words[number] :
	    told[label][number];
}

void
metrics_words(enum metric_label label, const char *const *words,
    unsigned count)
{
	ensure(count <= labels[label].size && count <= OWN_WORDS);
	for (unsigned i = 0; i < count; i++)
		told[label][i] = words[i];
}

/* ---- cells ---- */

const uint64_t *
histogram_bounds(enum metric_unit unit)
{
	static const uint64_t times[HISTOGRAM_BOUNDS] = { 500, 1000, 2500,
	    5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000,
	    2500000, 5000000, 10000000, 30000000 };
	static const uint64_t sizes[HISTOGRAM_BOUNDS] = { 1 << 10, 1 << 11,
	    1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16, 1 << 17, 1 << 18,
	    1 << 19, 1 << 20, 1 << 22, 1 << 24, 1 << 25, 1 << 26 };

	return unit == UNIT_BYTES ? sizes : times;
}

void
metric_observe(enum metric id, unsigned a, uint64_t value)
{
	const uint64_t *bounds = histogram_bounds(metric_table[id].unit);
	atomic_uint_least64_t *cells = metric_cell(id, a, 0);
	unsigned i = 0;

	ensure(metric_table[id].type == METRIC_HISTOGRAM);
	while (i < HISTOGRAM_BOUNDS && value > bounds[i])
		i++;
	atomic_fetch_add_explicit(&cells[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&cells[HISTOGRAM_CELLS - 1], value,
	    memory_order_relaxed);
}

void
metric_set(enum metric id, uint64_t value)
{
	atomic_store_explicit(metric_cell(id, 0, 0), value,
	    memory_order_relaxed);
	atomic_store_explicit(&gauges[id], true, memory_order_relaxed);
}

void
metric_unset(enum metric id)
{
	atomic_store_explicit(&gauges[id], false, memory_order_relaxed);
}

bool
metric_is_set(enum metric id)
{
	return metric_table[id].type != METRIC_GAUGE ||
	    atomic_load_explicit(&gauges[id], memory_order_relaxed);
}
