#include <string.h>

#include "summary/summary.h"

#define DAY_US	(24 * 3600 * INT64_C(1000000))

/* What its hours ask for but the time, it asks, too. */
static struct summary_row *
add_day(struct summary_table *days, const struct summary_query *query,
    int64_t day_us, struct arena *arena)
{
	struct summary_row row = { .values = arena_alloc(arena,
	    days->column_count * sizeof(row.values[0])), .query = *query };

	row.values[0].us = day_us;
	row.query.lists = 0;
	row.query.since_us = day_us;
	row.query.until_us = day_us + days->step_us;
	VEC_PUSH(arena, &days->rows, row);
	return &days->rows.at[days->rows.count - 1];
}

/* Of RATES: the shares of a day, from those of its hours. */
static void
divide_days(struct summary_table *days)
{
	for (size_t i = 0; i < days->rows.count; i++) {
		struct summary_value *values = days->rows.at[i].values;

		for (size_t k = 2; k < days->column_count; k++)
			values[k].number /= (double)values[1].count;
	}
}

static void
add_hour(const struct summary_table *table, struct summary_value *day,
    const struct summary_value *hour)
{
	for (size_t k = 1; k < table->column_count; k++)
		if (table->columns[k].type != SUMMARY_SHARE)
			day[k].count += hour[k].count;
		else if (!hour[k].none)
			day[k].number += hour[k].number *
			    (double)hour[1].count;
}

bool
summary_is_drawn(const struct summary_table *table,
    const struct summary_row *row)
{
	int64_t us = row->values[0].us;

	return table->to_us == 0 || (us <= table->to_us &&
	    us + table->step_us > table->from_us);
}

uint64_t
summary_outside(const struct summary_table *table)
{
	uint64_t count = 0;

	for (size_t i = 0; table->to_us != 0 && i < table->rows.count; i++) {
		const struct summary_row *row = &table->rows.at[i];

		for (size_t k = 1; k < table->column_count &&
		    !summary_is_drawn(table, row); k++)
			if (table->columns[k].type == SUMMARY_COUNT)
				count += row->values[k].count;
	}
	return count;
}

struct summary_table
summary_by_day(const struct summary_table *table, struct arena *arena)
{
	struct summary_table days = *table;
	struct summary_row *day = NULL;

	if (table->step_us == 0 || table->step_us >= DAY_US)
		return days;
	days.step_us = DAY_US;
	memset(&days.rows, 0, sizeof(days.rows));
	for (size_t i = 0; i < table->rows.count; i++) {
		const struct summary_value *values =
		    table->rows.at[i].values;
		int64_t day_us = values[0].us - values[0].us % days.step_us;

		if (day == NULL || day->values[0].us != day_us)
			day = add_day(&days, &table->rows.at[i].query, day_us,
			    arena);
		day->query.lists += table->rows.at[i].query.lists;
		add_hour(table, day->values, values);
	}
	if (table->shape == SUMMARY_RATES)
		divide_days(&days);
	return days;
}
