/* A table as lines of a terminal. */
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/print.h"
#include "summary/text_parts.h"

enum { GAP = 2, GAP_LEAST = 1, BAR_MOST = 30, BAR_LEAST = 8, FIRST_MOST = 40 };

static const char *
colour_of(const char *action)
{
	static const struct { const char *action, *code; } colours[] = {
		{ "accept", "32" }, { "quarantine", "35" },
		{ "tempfail", "33" }, { "reject", "31" },
		{ "discard", "31" },
	};

	for (size_t i = 0; action != NULL &&
	    i < sizeof(colours) / sizeof(colours[0]); i++)
		if (str_eqz(str_from(action), colours[i].action))
			return colours[i].code;
	return NULL;
}

struct layout {
	const struct summary_table *table;
	struct str	*cells;		/* rows times columns */
	size_t		*widths;	/* 0: left out */
	bool		*below;		/* on a line of its own */
	size_t		 last;		/* column on the line */
	size_t		 gap;		/* between two columns */
	size_t		 used;		/* of the line */
};

static const struct str *
cell(const struct layout *layout, size_t row, size_t column)
{
	return &layout->cells[row * layout->table->column_count + column];
}

static bool
is_text(const struct layout *layout, size_t column)
{
	return layout->table->columns[column].type == SUMMARY_TEXT;
}

static size_t
width_of(const struct layout *layout, size_t column)
{
	const struct summary_table *table = layout->table;
	size_t widest = 0;
	bool any = false;

	for (size_t i = 0; i < table->rows.count; i++) {
		size_t width = print_width(*cell(layout, i, column));

		if (width > widest)
			widest = width;
		any |= !text_is_nothing(table->columns[column].type,
		    &table->rows.at[i].values[column]);
	}
	if (!any && column > 0)
		return 0;
	if (widest < strlen(table->columns[column].title))
		widest = strlen(table->columns[column].title);
	return column == 0 && is_text(layout, 0) && widest > FIRST_MOST ?
	    FIRST_MOST : widest;
}

/* What stands on the line in any case: the first column, and all numbers. */
static void
lay_out_numbers(struct layout *layout, size_t gap)
{
	layout->gap = gap;
	layout->used = TEXT_INDENT;
	for (size_t k = 0; k < layout->table->column_count; k++)
		if (layout->widths[k] > 0 && (k == 0 || !is_text(layout, k)))
			layout->used += layout->widths[k] + gap;
}

/* Numbers have their places first; texts what is left, in their order. */
static void
lay_out(struct layout *layout, size_t width, struct arena *arena)
{
	const struct summary_table *table = layout->table;
	size_t columns = table->column_count;

	layout->cells = arena_alloc(arena, table->rows.count * columns *
	    sizeof(*layout->cells));
	layout->widths = arena_alloc(arena, columns *
	    sizeof(*layout->widths));
	layout->below = arena_alloc(arena, columns * sizeof(*layout->below));
	for (size_t i = 0; i < table->rows.count; i++)
		for (size_t k = 0; k < columns; k++)
			layout->cells[i * columns + k] = summary_value_text(
			    table->columns[k].type,
			    &table->rows.at[i].values[k], arena);
	for (size_t k = 0; k < columns; k++)
		layout->widths[k] = width_of(layout, k);
	lay_out_numbers(layout, GAP);
	if (layout->used > width + GAP)
		lay_out_numbers(layout, GAP_LEAST);
	for (size_t k = 1; k < columns; k++) {
		if (is_text(layout, k) && layout->widths[k] > 0) {
			layout->below[k] = layout->used +
			    layout->widths[k] > width;
			if (!layout->below[k])
				layout->used += layout->widths[k] +
				    layout->gap;
		}
		if (layout->widths[k] > 0 && !layout->below[k])
			layout->last = k;
	}
}

static void
print_cell(const struct text_printer *printer, const struct layout *layout,
    size_t column, struct str text, const char *colour)
{
	size_t width = layout->widths[column], is = print_width(text);

	text_begin_colour(printer, colour);
	if (is_text(layout, column)) {
		print_column(printer->out, text, column == layout->last &&
		    column > 0 ? 0 : (int)width);
	} else {
		text_blanks(printer, is < width ? width - is : 0);
		print_safe(printer->out, text);
	}
	text_end_colour(printer, colour);
	text_blanks(printer, column == layout->last ? 0 :
	    layout->gap);
}

static void
print_head(const struct text_printer *printer, const struct layout *layout)
{
	text_blanks(printer, TEXT_INDENT);
	for (size_t k = 0; k < layout->table->column_count; k++)
		if (layout->widths[k] > 0 && !layout->below[k])
			print_cell(printer, layout, k,
			    str_from(layout->table->columns[k].title), "4");
	fputc('\n', printer->out);
}

/* All counts together, of a series or a histogram. */
static uint64_t
row_sum(const struct summary_table *table, size_t row)
{
	bool counts = table->shape == SUMMARY_SERIES ||
	    table->shape == SUMMARY_HISTOGRAM;
	uint64_t sum = 0;

	for (size_t k = 1; counts && k < table->column_count; k++)
		sum += table->rows.at[row].values[k].count;
	return sum;
}

static void
print_bar(const struct text_printer *printer, const struct layout *layout,
    size_t row, uint64_t most)
{
	const struct summary_table *table = layout->table;
	size_t room = printer->width > layout->used ?
	    printer->width - layout->used : 0;

	if (room < BAR_LEAST || most == 0)
		return;
	if (room > BAR_MOST)
		room = BAR_MOST;
	text_blanks(printer, GAP);
	for (uint64_t i = 0; i < (row_sum(table, row) * room + most - 1) /
	    most; i++)
		fputc('#', printer->out);
}

/* The first column stands on the line, too: as much of it as fits. */
static bool
is_below(const struct layout *layout, size_t row, size_t column)
{
	return layout->below[column] || (column == 0 && is_text(layout, 0) &&
	    print_width(*cell(layout, row, 0)) > layout->widths[0]);
}

static void
print_below(const struct text_printer *printer, const struct layout *layout,
    size_t row)
{
	const struct summary_table *table = layout->table;

	for (size_t k = 0; k < table->column_count; k++) {
		if (!is_below(layout, row, k) || text_is_nothing(SUMMARY_TEXT,
		    &table->rows.at[row].values[k]))
			continue;
		fprintf(printer->out, "%*s%s: ", TEXT_INDENT * 3, "",
		    table->columns[k].title);
		print_safe(printer->out, *cell(layout, row, k));
		fputc('\n', printer->out);
	}
}

static void
print_row(const struct text_printer *printer, const struct layout *layout,
    size_t row, uint64_t most)
{
	const struct summary_table *table = layout->table;
	const struct summary_row *at = &table->rows.at[row];

	text_blanks(printer, TEXT_INDENT);
	for (size_t k = 0; k < table->column_count; k++)
		if (layout->widths[k] > 0 && !layout->below[k])
			print_cell(printer, layout, k, *cell(layout, row, k),
			    text_is_nothing(table->columns[k].type,
			    &at->values[k]) ? NULL :
			    colour_of(table->columns[k].action));
	print_bar(printer, layout, row, most);
	fputc('\n', printer->out);
	print_below(printer, layout, row);
	text_command(printer, &at->query);
}

static void
print_rest(const struct text_printer *printer,
    const struct summary_table *table)
{
	struct arena *arena = printer->summary->arena;
	struct summary_value count = { .count = table->rest.count };
	struct summary_value far = { .count = summary_outside(table) };

	if (far.count > 0)
		fprintf(printer->out, "%*s(%.*s of them far from the others: "
		    "was a clock wrong?)\n", TEXT_INDENT, "",
		    STR_ARG(summary_value_text(SUMMARY_COUNT, &far, arena)));

	if (table->rest.count > 0)
		fprintf(printer->out, "%*sand others: %.*s\n", TEXT_INDENT, "",
		    STR_ARG(summary_value_text(SUMMARY_COUNT, &count,
		    arena)));
	if (table->rest.error > 0)
		fprintf(printer->out, "%*s(so many names that each count can "
		    "be up to %" PRIu64 " too low)\n", TEXT_INDENT, "",
		    table->rest.error);
}

/* A weekday a line, an hour a character. */
static void
print_heat(const struct text_printer *printer,
    const struct summary_table *table)
{
	static const char marks[] = " .:-=+*#%@";
	uint64_t most = 1;
	struct str top;

	for (size_t i = 0; i < table->rows.count; i++)
		for (size_t k = 1; k < table->column_count; k++)
			if (table->rows.at[i].values[k].count > most)
				most = table->rows.at[i].values[k].count;
	top = summary_value_text(SUMMARY_COUNT, &(struct summary_value){
	    .count = most }, printer->summary->arena);
	fprintf(printer->out, "%*s%-5s 0     6     12    18       @ up to "
	    "%.*s in an hour\n", TEXT_INDENT, "", table->columns[0].title,
	    STR_ARG(top));
	for (size_t i = 0; i < table->rows.count; i++) {
		const struct summary_value *values =
		    table->rows.at[i].values;

		fprintf(printer->out, "%*s%-5.*s ", TEXT_INDENT, "",
		    STR_ARG(values[0].text));
		for (size_t k = 1; k < table->column_count; k++)
			fputc(marks[(values[k].count * 9 + most - 1) / most],
			    printer->out);
		fputc('\n', printer->out);
		text_command(printer, &table->rows.at[i].query);
	}
}

void
text_table(const struct text_printer *printer,
    const struct summary_table *table)
{
	struct summary_table days = table->rows.count > LIMIT_SUMMARY_LINES ?
	    summary_by_day(table, printer->summary->arena) : *table;
	struct layout layout = { .table = &days };
	uint64_t most = 0;

	table = &days;
	fprintf(printer->out, "\n%*s", TEXT_INDENT, "");
	text_title(printer, table->title);
	if (table->shape == SUMMARY_HEAT) {
		print_heat(printer, table);
		return;
	}
	lay_out(&layout, printer->width, printer->summary->arena);
	for (size_t i = 0; i < table->rows.count; i++)
		if (row_sum(table, i) > most)
			most = row_sum(table, i);
	print_head(printer, &layout);
	for (size_t i = 0; i < table->rows.count; i++)
		print_row(printer, &layout, i, most);
	print_rest(printer, table);
}
