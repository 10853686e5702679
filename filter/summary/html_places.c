/* The places of a series and of a histogram, those of no row as well. */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "base/limits.h"
#include "summary/html_parts.h"

enum { HOUR = 3600, DAY = 24 * HOUR, TICKS_MAX = 10 };

/* Seconds between two ticks, so that there are not too many of them. */
static int64_t
tick_step(int64_t seconds)
{
	static const int64_t steps[] = { HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR,
	    12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY };
	size_t i = 0;

	while (i + 1 < sizeof(steps) / sizeof(steps[0]) &&
	    seconds / steps[i] > TICKS_MAX)
		i++;
	return steps[i];
}

static struct str
formatted(int64_t seconds, const char *format, struct arena *arena)
{
	time_t when = (time_t)seconds;
	char text[64];
	struct tm tm;
	size_t len = 0;

	if (gmtime_r(&when, &tm) != NULL)
		len = strftime(text, sizeof(text), format, &tm);
	return arena_copy(arena, str_make(text, len));
}

static struct str
tick(int64_t seconds, int64_t step, struct arena *arena)
{
	/* Weeks begin on a Monday; 1970 began on a Thursday. */
	int64_t from = step % (7 * DAY) == 0 ? 4 * DAY : 0;

	if ((seconds - from) % step != 0)
		return STR_NONE;
	return formatted(seconds, seconds % DAY != 0 ? "%H:%M" : step >= DAY *
	    28 ? "%Y-%m-%d" : "%a %d", arena);
}

struct html_places
html_places(const struct summary_table *table, struct arena *arena)
{
	struct html_places places = { NULL, NULL, NULL, 0 };
	size_t last = table->rows.count, at = 0;
	int64_t first_us, step, count;
	struct str *labels, *ticks;

	while (last > 0 && !summary_is_drawn(table, &table->rows.at[last - 1]))
		last--;
	while (at < last && !summary_is_drawn(table, &table->rows.at[at]))
		at++;
	if (at == last || table->step_us <= 0)
		return places;
	first_us = table->rows.at[at].values[0].us;
	count = (table->rows.at[last - 1].values[0].us - first_us) /
	    table->step_us + 1;
	if (count < 2 || count > LIMIT_PLOT_PLACES)
		return places;
	places.count = (size_t)count;
	labels = arena_alloc(arena, places.count * sizeof(labels[0]));
	ticks = arena_alloc(arena, places.count * sizeof(ticks[0]));
	places.rows = arena_alloc(arena,
	    places.count * sizeof(places.rows[0]));
	step = tick_step(count * table->step_us / 1000000);
	for (size_t i = 0; i < places.count; i++) {
		int64_t us = first_us + (int64_t)i * table->step_us;
		bool there = at < last && table->rows.at[at].values[0].us <= us;

		labels[i] = formatted(us / 1000000, table->step_us %
		    ((int64_t)DAY * 1000000) == 0 ? "%a %Y-%m-%d" :
		    "%a %Y-%m-%d %H:%M", arena);
		ticks[i] = tick(us / 1000000, step, arena);
		places.rows[i] = there ? &table->rows.at[at] : NULL;
		at += there ? 1 : 0;
	}
	places.labels = labels;
	places.ticks = ticks;
	return places;
}

/* How far two classes are apart, from the rows that there are. */
static double
class_width(const struct summary_table *table)
{
	double width = INFINITY;

	for (size_t i = 1; i < table->rows.count; i++)
		width = fmin(width, table->rows.at[i].values[0].number -
		    table->rows.at[i - 1].values[0].number);
	return width;
}

struct html_places
html_classes(const struct summary_table *table, struct arena *arena)
{
	struct html_places places = { NULL, NULL, NULL, 0 };
	size_t last = table->rows.count, at = 0, each;
	double first = table->rows.at[0].values[0].number;
	double width = class_width(table);
	struct str *labels, *ticks;

	places.count = 1;
	if (last > 1)
		places.count += (size_t)fmin(LIMIT_PLOT_PLACES, round((
		    table->rows.at[last - 1].values[0].number - first) /
		    width));
	labels = arena_alloc(arena, places.count * sizeof(labels[0]));
	ticks = arena_alloc(arena, places.count * sizeof(ticks[0]));
	places.rows = arena_alloc(arena,
	    places.count * sizeof(places.rows[0]));
	each = 1 + places.count / 14;
	for (size_t i = 0; i < places.count; i++) {
		struct summary_value value = { .number = i == 0 ? first :
		    first + (double)i * width };

		while (at < last && table->rows.at[at].values[0].number <
		    value.number - width / 2)
			at++;
		if (at < last && table->rows.at[at].values[0].number <
		    value.number + (last > 1 ? width / 2 : 1))
			places.rows[i] = &table->rows.at[at];
		labels[i] = summary_value_text(table->columns[0].type,
		    &value, arena);
		ticks[i] = i % each == 0 ? labels[i] : STR_NONE;
	}
	places.labels = labels;
	places.ticks = ticks;
	return places;
}
