/* Which picture a table is. */
#include <math.h>
#include <string.h>

#include "page/plot.h"
#include "summary/html_parts.h"

/* What was done to a message has the same colour everywhere. */
static enum page_tone
tone_of(const char *action, size_t column)
{
	static const struct {
		const char *action;
		enum page_tone tone;
	} tones[] = {
		{ "accept", TONE_GOOD }, { "bypass", TONE_CALM },
		{ "continue", TONE_DIM }, { "discard", TONE_GONE },
		{ "quarantine", TONE_HOLD }, { "reject", TONE_BAD },
		{ "tempfail", TONE_LATER },
	};
	static const enum page_tone others[] = {
		TONE_CALM, TONE_LATER, TONE_GOOD, TONE_HOLD, TONE_DIM,
		TONE_GONE, TONE_BAD,
	};

	for (size_t i = 0; action != NULL &&
	    i < sizeof(tones) / sizeof(tones[0]); i++)
		if (strcmp(tones[i].action, action) == 0)
			return tones[i].tone;
	return others[(column - 1) % (sizeof(others) / sizeof(others[0]))];
}

bool
html_has_plot(const struct summary_table *table)
{
	return table->shape != SUMMARY_LIST && table->column_count > 1 &&
	    table->rows.count > 0;
}

static uint64_t
count_at(const struct summary_row *row, size_t column)
{
	return row == NULL || row->values[column].none ? 0 :
	    row->values[column].count;
}

static double
share_at(const struct summary_row *row, size_t column)
{
	return row == NULL || row->values[column].none ? NAN :
	    row->values[column].number;
}

static void
bars(struct html *html, const struct summary_table *table,
    struct str caption, const struct html_places *at, bool edges)
{
	struct plot_places places = { at->labels, at->ticks, at->count };
	struct plot_series *series = arena_alloc(html->arena,
	    table->column_count * sizeof(series[0]));
	size_t count = 0;

	for (size_t i = 1; i < table->column_count; i++) {
		uint64_t *counts = arena_alloc(html->arena,
		    at->count * sizeof(counts[0]));
		bool any = false;

		for (size_t k = 0; k < at->count; k++) {
			counts[k] = count_at(at->rows[k], i);
			any = any || counts[k] > 0;
		}
		if (any)
			series[count++] = (struct plot_series){
			    str_from(table->columns[i].title),
			    tone_of(table->columns[i].action, i), counts };
	}
	plot_bars(&html->page, caption, &places, series,
	    count, edges);
}

static void
lines(struct html *html, const struct summary_table *table,
    struct str caption, const struct html_places *at)
{
	struct plot_places places = { at->labels, at->ticks, at->count };
	struct plot_line *all = arena_alloc(html->arena,
	    table->column_count * sizeof(all[0]));
	size_t count = 0;

	for (size_t i = 1; i < table->column_count; i++) {
		double *shares = arena_alloc(html->arena,
		    at->count * sizeof(shares[0]));

		if (table->columns[i].type != SUMMARY_SHARE)
			continue;
		for (size_t k = 0; k < at->count; k++)
			shares[k] = share_at(at->rows[k], i);
		count++;
		all[count - 1] = (struct plot_line){
		    str_from(table->columns[i].title), tone_of(NULL, count),
		    shares };
	}
	plot_lines(&html->page, caption, &places, all, count);
}

/* The others would be a line at its edge. */
static void
outside(struct html *html, const struct summary_table *table)
{
	struct summary_value count = { .count = summary_outside(table) };

	if (count.count == 0)
		return;
	fputs("<p><small>Outside of this picture, far from all others: ",
	    html->page.out);
	page_text(&html->page, summary_value_text(SUMMARY_COUNT, &count,
	    html->arena));
	fputs(". Was a clock wrong?</small></p>\n", html->page.out);
}

static void
series(struct html *html, const struct summary_table *table,
    struct str caption)
{
	struct html_places at = html_places(table, html->arena);

	if (table->shape == SUMMARY_RATES)
		lines(html, table, caption, &at);
	else
		bars(html, table, caption, &at, false);
	outside(html, table);
}

static void
histogram(struct html *html, const struct summary_table *table,
    struct str caption)
{
	struct html_places at = html_classes(table, html->arena);

	bars(html, table, caption, &at, true);
}

static void
heat(struct html *html, const struct summary_table *table,
    struct str caption)
{
	size_t columns = table->column_count - 1, count = table->rows.count;
	struct str *names = arena_alloc(html->arena,
	    count * sizeof(names[0]));
	struct str *heads = arena_alloc(html->arena,
	    columns * sizeof(heads[0]));
	uint64_t *counts = arena_alloc(html->arena,
	    count * columns * sizeof(counts[0]));

	for (size_t k = 0; k < columns; k++)
		heads[k] = str_from(table->columns[k + 1].title);
	for (size_t i = 0; i < count; i++) {
		names[i] = summary_value_text(table->columns[0].type,
		    &table->rows.at[i].values[0], html->arena);
		for (size_t k = 0; k < columns; k++)
			counts[i * columns + k] =
			    count_at(&table->rows.at[i], k + 1);
	}
	plot_heat(&html->page, caption, names, count, heads,
	    columns, counts);
}

/* The columns of percentiles: spans that grow; not their sum. */
static size_t
find_points(const struct summary_table *table, size_t *at, struct str *names)
{
	size_t count = 0;

	for (size_t k = 1; k < table->column_count; k++)
		if (table->columns[k].type == SUMMARY_SPAN &&
		    strcmp(table->columns[k].key, "sum") != 0) {
			names[count] = str_from(table->columns[k].title);
			at[count++] = k;
		}
	return count;
}

static uint64_t
us_at(const struct summary_row *row, size_t column)
{
	const struct summary_value *value = &row->values[column];

	return value->none || value->us < 0 ? 0 : (uint64_t)value->us;
}

static void
percentiles(struct html *html, const struct summary_table *table,
    struct str caption)
{
	size_t *at = arena_alloc(html->arena,
	    table->column_count * sizeof(at[0]));
	struct str *names = arena_alloc(html->arena,
	    table->column_count * sizeof(names[0]));
	struct plot_spans *rows = arena_alloc(html->arena,
	    table->rows.count * sizeof(rows[0]));
	size_t points = find_points(table, at, names), count = 0;

	for (size_t i = 0; i < table->rows.count; i++) {
		const struct summary_row *row = &table->rows.at[i];
		uint64_t *us = arena_alloc(html->arena,
		    (points + 1) * sizeof(us[0]));

		if (points == 0 || row->values[at[points - 1]].none)
			continue;
		for (size_t k = 0; k < points; k++)
			us[k] = us_at(row, at[k]);
		rows[count++] = (struct plot_spans){ summary_value_text(
		    table->columns[0].type, &row->values[0], html->arena),
		    us };
	}
	plot_percentiles(&html->page, caption, rows, count, names, points);
}

void
html_plot(struct html *html, const struct summary_table *table,
    struct str caption)
{
	switch (table->shape) {
	case SUMMARY_SERIES:
	case SUMMARY_RATES:
		series(html, table, caption);
		break;
	case SUMMARY_HISTOGRAM:
		histogram(html, table, caption);
		break;
	case SUMMARY_HEAT:
		heat(html, table, caption);
		break;
	case SUMMARY_PERCENTILES:
		percentiles(html, table, caption);
		break;
	case SUMMARY_LIST:
		break;
	}
}
