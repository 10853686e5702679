#include <stdlib.h>

#include "summary/section.h"

#define HOUR_US	(3600 * INT64_C(1000000))
#define DAY_US	(24 * HOUR_US)

void
hours_init(struct hours *hours, unsigned columns)
{
	/* Hours are names: a log with any number of them is bounded, too. */
	tally_init(&hours->tally, columns + 1, 0, LIMIT_SUMMARY_HOURS);
}

void
hours_fini(struct hours *hours)
{
	tally_fini(&hours->tally);
}

/* As octets that sort like the numbers: times are never before 1970. */
static struct str
name_of(int64_t hour, char octets[8])
{
	for (int i = 0; i < 8; i++)
		octets[i] = (char)((uint64_t)hour >> (56 - 8 * i) & 0xff);
	return str_make(octets, 8);
}

static int64_t
hour_of(struct str name)
{
	uint64_t hour = 0;

	for (size_t i = 0; i < name.len; i++)
		hour = hour << 8 | (unsigned char)name.ptr[i];
	return (int64_t)hour;
}

void
hours_add(struct hours *hours, int64_t time_us, unsigned column)
{
	char octets[8];
	struct tally_row *row = tally_at(&hours->tally,
	    name_of(time_us / HOUR_US, octets));

	row->counts[0]++;
	row->counts[1 + column]++;
}

void
hours_add_each(struct hours *hours, int64_t time_us, const bool *columns,
    unsigned count)
{
	char octets[8];
	struct tally_row *row = tally_at(&hours->tally,
	    name_of(time_us / HOUR_US, octets));

	row->counts[0]++;
	for (unsigned i = 0; i < count; i++)
		row->counts[1 + i] += columns[i];
}

void
hours_merge(struct hours *hours, const struct hours *from)
{
	tally_merge(&hours->tally, &from->tally);
}

static int
compare_hours(const void *a, const void *b)
{
	const struct tally_row *x = *(const struct tally_row *const *)a;
	const struct tally_row *y = *(const struct tally_row *const *)b;

	return str_cmp(x->name, y->name);
}

/* shift: 0 leaves the sum of a row out, 1 has it in the first column. */
static void
add_row(struct builder *builder, const struct tally_row *from, size_t shift)
{
	struct summary_table *table = builder->table;
	int64_t start = hour_of(from->name) * HOUR_US / table->step_us *
	    table->step_us;
	struct summary_row *row = table->rows.count == 0 ? NULL :
	    &table->rows.at[table->rows.count - 1];

	if (row == NULL || row->values[0].us != start) {
		row = builder_row(builder);
		row->values[0].us = start;
		row->query.since_us = start;
		row->query.until_us = start + table->step_us;
	}
	row->query.lists += from->counts[0];
	for (size_t i = 1; i < table->column_count; i++)
		row->values[i].count += from->counts[i - shift];
}

static void
tell(struct builder *builder, const struct hours *hours, size_t shift)
{
	size_t hour_count = hours->tally.count;
	const struct tally_row **rows;

	if (hour_count == 0)
		return;
	rows = arena_alloc(builder->arena, hour_count * sizeof(*rows));
	for (size_t i = 0; i < hour_count; i++)
		rows[i] = hours->tally.rows[i];
	qsort(rows, hour_count, sizeof(*rows), compare_hours);
	builder->table->step_us = hour_of(rows[hour_count - 1]->name) -
	    hour_of(rows[0]->name) < LIMIT_SUMMARY_STEPS ? HOUR_US : DAY_US;
	builder->table->rest = (struct summary_rest){
	    .count = hours->tally.dropped, .error = hours->tally.floor };
	for (size_t i = 0; i < hour_count; i++)
		add_row(builder, rows[i], shift);
}

void
hours_table(struct builder *builder, const struct hours *hours,
    const char *key, const char *title, const struct summary_column *columns,
    size_t count)
{
	builder_table(builder, key, title, SUMMARY_SERIES, columns, count);
	tell(builder, hours, 0);
}

void
hours_rates(struct builder *builder, const struct hours *hours,
    const char *key, const char *title, const struct summary_column *columns,
    size_t count)
{
	struct summary_table *table;

	builder_table(builder, key, title, SUMMARY_RATES, columns, count);
	tell(builder, hours, 1);
	table = builder->table;
	for (size_t i = 0; i < table->rows.count; i++) {
		struct summary_value *values = table->rows.at[i].values;

		for (size_t k = 2; k < count; k++)
			values[k].number = (double)values[k].count /
			    (double)values[1].count;
	}
}
