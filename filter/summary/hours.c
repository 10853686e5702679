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

static int64_t
start_of(const struct summary_table *table, const struct tally_row *row)
{
	return hour_of(row->name) * HOUR_US / table->step_us *
	    table->step_us;
}

/* shift: 0 leaves the sum of a row out, 1 has it in the first column. */
static void
add_row(struct builder *builder, const struct tally_row *from, size_t shift)
{
	struct summary_table *table = builder->table;
	int64_t start = start_of(table, from);
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

/* ---- what is far from all others ---- */

struct range {
	const struct tally_row	**rows;
	size_t			 from, to;	/* both of them in it */
	uint64_t		 count;		/* what it comes to */
};

static int64_t
hours_of(const struct range *range, size_t from, size_t to)
{
	return hour_of(range->rows[to]->name) -
	    hour_of(range->rows[from]->name);
}

static uint64_t
count_of(const struct range *range, size_t from, size_t to)
{
	uint64_t count = 0;

	for (size_t i = from; i <= to; i++)
		count += range->rows[i]->counts[0];
	return count;
}

/* The last row before the longest time without any. */
static size_t
widest_gap(const struct range *range)
{
	size_t widest = range->from;

	for (size_t i = range->from; i < range->to; i++)
		if (hours_of(range, i, i + 1) >
		    hours_of(range, widest, widest + 1))
			widest = i;
	return widest;
}

/*
 * A clock that was wrong for a moment puts a few events years away from all
 * others.  What is at one side of a gap longer than all the rest, and comes to
 * few, is left out; each time this halves the range.  False: nothing is.
 */
static bool
leave_out(struct range *range, uint64_t *few)
{
	size_t gap = widest_gap(range);
	uint64_t before = count_of(range, range->from, gap);
	bool is_before = before < range->count - before;
	uint64_t out = is_before ? before : range->count - before;
	int64_t rest = is_before ? hours_of(range, gap + 1, range->to) :
	    hours_of(range, range->from, gap);

	if (out > *few || out * 2 >= range->count ||
	    hours_of(range, gap, gap + 1) <= rest)
		return false;
	*few -= out;
	range->count -= out;
	if (is_before)
		range->from = gap + 1;
	else
		range->to = gap;
	return true;
}

/* Hours or days, and which of them can be drawn. */
static void
choose_steps(struct summary_table *table, struct range *range, size_t last)
{
	uint64_t few = range->count / 100 + 1;
	int64_t most;

	while (hours_of(range, range->from, range->to) >=
	    LIMIT_SUMMARY_STEPS && leave_out(range, &few))
		;
	table->step_us = hours_of(range, range->from, range->to) <
	    LIMIT_SUMMARY_STEPS ? HOUR_US : DAY_US;
	most = (LIMIT_PLOT_PLACES - 1) * table->step_us;
	table->from_us = start_of(table, range->rows[range->from]);
	table->to_us = start_of(table, range->rows[range->to]);
	if (table->to_us - table->from_us > most)
		table->from_us = table->to_us - most;
	else if (range->from == 0 && range->to == last)
		table->from_us = table->to_us = 0;
}

static void
tell(struct builder *builder, const struct hours *hours, size_t shift)
{
	size_t hour_count = hours->tally.count;
	const struct tally_row **rows;
	struct range range;

	if (hour_count == 0)
		return;
	rows = arena_alloc(builder->arena, hour_count * sizeof(*rows));
	for (size_t i = 0; i < hour_count; i++)
		rows[i] = hours->tally.rows[i];
	qsort(rows, hour_count, sizeof(*rows), compare_hours);
	range = (struct range){ rows, 0, hour_count - 1, 0 };
	range.count = count_of(&range, 0, hour_count - 1);
	choose_steps(builder->table, &range, hour_count - 1);
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
