#include "base/spread.h"

/* The first 16 classes are 0..15 us; from there on each doubling has 16. */
static size_t
class_of(uint64_t us)
{
	unsigned doubling;
	size_t class;

	if (us < SPREAD_STEPS)
		return (size_t)us;
	doubling = 63 - (unsigned)__builtin_clzll(us);
	class = (doubling - 3) * SPREAD_STEPS +
	    (us >> (doubling - 4) & (SPREAD_STEPS - 1));
	return class < SPREAD_CLASSES ? class : SPREAD_CLASSES - 1;
}

/* The longest span of the class. */
static uint64_t
end_of(size_t class)
{
	unsigned doubling = (unsigned)(class / SPREAD_STEPS) + 3;
	uint64_t step = class % SPREAD_STEPS;

	if (class < SPREAD_STEPS)
		return class;
	return ((SPREAD_STEPS + step + 1) << (doubling - 4)) - 1;
}

void
spread_add(struct spread *spread, uint64_t us)
{
	spread->count++;
	spread->sum_us += us;
	if (us > spread->max_us)
		spread->max_us = us;
	spread->classes[class_of(us)]++;
}

void
spread_merge(struct spread *spread, const struct spread *from)
{
	spread->count += from->count;
	spread->sum_us += from->sum_us;
	if (from->max_us > spread->max_us)
		spread->max_us = from->max_us;
	for (size_t i = 0; i < SPREAD_CLASSES; i++)
		spread->classes[i] += from->classes[i];
}

/* The class of a percentile; SPREAD_CLASSES: there is none. */
static size_t
find(const struct spread *spread, unsigned percent)
{
	uint64_t wanted = (spread->count * percent + 99) / 100, so_far = 0;

	for (size_t i = 0; i < SPREAD_CLASSES && wanted > 0; i++) {
		so_far += spread->classes[i];
		if (so_far >= wanted)
			return i;
	}
	return SPREAD_CLASSES;
}

uint64_t
spread_percentile(const struct spread *spread, unsigned percent)
{
	size_t class = find(spread, percent);

	if (class == SPREAD_CLASSES)
		return 0;
	return class == SPREAD_CLASSES - 1 ||
	    end_of(class) > spread->max_us ? spread->max_us : end_of(class);
}

uint64_t
spread_slowest(const struct spread *spread, unsigned percent,
    uint64_t *count_out)
{
	size_t class = find(spread, percent);

	*count_out = 0;
	for (size_t i = class; i < SPREAD_CLASSES; i++)
		*count_out += spread->classes[i];
	return class == 0 || class == SPREAD_CLASSES ? 0 :
	    end_of(class - 1) + 1;
}
