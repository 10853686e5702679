/*
 * A summary for people, on a terminal or in a mail: lines of at least 80
 * columns.  What is 0 everywhere is left out, and so is a section without
 * anything; a text that does not fit has a line of its own below its row.
 */
#include <inttypes.h>
#include <string.h>

#include "base/print.h"
#include "summary/section.h"

enum { WIDTH_LEAST = 80, INDENT = 2, GAP = 2, BAR_MOST = 30, BAR_LEAST = 8,
       FIRST_MOST = 40 };

struct printer {
	FILE				*out;
	const struct summary		*summary;
	const struct summary_print	*how;
	size_t				 width;
};

/* ---- colours ---- */

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

static void
begin_colour(const struct printer *printer, const char *code)
{
	if (printer->how->colour && code != NULL)
		fprintf(printer->out, "\033[%sm", code);
}

static void
end_colour(const struct printer *printer, const char *code)
{
	if (printer->how->colour && code != NULL)
		fputs("\033[0m", printer->out);
}

static void
title(const struct printer *printer, const char *text)
{
	begin_colour(printer, "1");
	fputs(text, printer->out);
	end_colour(printer, "1");
	fputc('\n', printer->out);
}

static void
blanks(const struct printer *printer, size_t count)
{
	fprintf(printer->out, "%*s", (int)count, "");
}

/* ---- figures ---- */

static bool
is_nothing(enum summary_type type, const struct summary_value *value)
{
	if (value->none)
		return true;
	switch (type) {
	case SUMMARY_TEXT:
		return value->text.len == 0;
	case SUMMARY_COUNT:
	case SUMMARY_OCTETS:
		return value->count == 0;
	case SUMMARY_SHARE:
	case SUMMARY_NUMBER:
		return value->number == 0;
	case SUMMARY_SPAN:
	case SUMMARY_TIME:
		break;
	}
	return value->us == 0;
}

static void
print_command(const struct printer *printer,
    const struct summary_query *query)
{
	struct str command = printer->how->commands ?
	    summary_command(printer->summary, query,
	    printer->summary->arena) : STR_NONE;

	if (command.len == 0)
		return;
	blanks(printer, INDENT * 3);
	print_safe(printer->out, command);
	fputc('\n', printer->out);
}

static void
print_figures(const struct printer *printer,
    const struct summary_section *section)
{
	struct arena *arena = printer->summary->arena;

	for (size_t i = 0; i < section->figures.count; i++) {
		const struct summary_figure *figure = &section->figures.at[i];
		struct str text = summary_value_text(figure->type,
		    &figure->value, arena);

		if (i > 0 && is_nothing(figure->type, &figure->value))
			continue;
		fprintf(printer->out, "%*s%-38s %*s%.*s\n", INDENT, "",
		    figure->title, text.len < 20 ? 20 - (int)text.len : 0, "",
		    STR_ARG(text));
		print_command(printer, &figure->query);
	}
}

/* ---- the columns of a table ---- */

struct layout {
	const struct summary_table *table;
	struct str	*cells;		/* rows times columns */
	size_t		*widths;	/* 0: left out */
	bool		*below;		/* on a line of its own */
	size_t		 last;		/* column on the line */
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
		any |= !is_nothing(table->columns[column].type,
		    &table->rows.at[i].values[column]);
	}
	if (!any && column > 0)
		return 0;
	if (widest < strlen(table->columns[column].title))
		widest = strlen(table->columns[column].title);
	return column == 0 && is_text(layout, 0) && widest > FIRST_MOST ?
	    FIRST_MOST : widest;
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
	layout->used = INDENT;
	for (size_t k = 0; k < columns; k++) {
		layout->widths[k] = width_of(layout, k);
		if (layout->widths[k] > 0 && (k == 0 || !is_text(layout, k)))
			layout->used += layout->widths[k] + GAP;
	}
	for (size_t k = 1; k < columns; k++) {
		if (is_text(layout, k) && layout->widths[k] > 0) {
			layout->below[k] = layout->used +
			    layout->widths[k] > width;
			if (!layout->below[k])
				layout->used += layout->widths[k] + GAP;
		}
		if (layout->widths[k] > 0 && !layout->below[k])
			layout->last = k;
	}
}

static void
print_cell(const struct printer *printer, const struct layout *layout,
    size_t column, struct str text, const char *colour)
{
	size_t width = layout->widths[column], is = print_width(text);

	begin_colour(printer, colour);
	if (is_text(layout, column)) {
		print_column(printer->out, text, column == layout->last &&
		    column > 0 ? 0 : (int)width);
	} else {
		blanks(printer, is < width ? width - is : 0);
		print_safe(printer->out, text);
	}
	end_colour(printer, colour);
	blanks(printer, column == layout->last ? 0 : GAP);
}

static void
print_head(const struct printer *printer, const struct layout *layout)
{
	blanks(printer, INDENT);
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
print_bar(const struct printer *printer, const struct layout *layout,
    size_t row, uint64_t most)
{
	const struct summary_table *table = layout->table;
	size_t room = printer->width > layout->used ?
	    printer->width - layout->used : 0;

	if (room < BAR_LEAST || most == 0)
		return;
	if (room > BAR_MOST)
		room = BAR_MOST;
	blanks(printer, GAP);
	for (uint64_t i = 0; i < (row_sum(table, row) * room + most - 1) /
	    most; i++)
		fputc('#', printer->out);
}

static void
print_below(const struct printer *printer, const struct layout *layout,
    size_t row)
{
	const struct summary_table *table = layout->table;

	for (size_t k = 1; k < table->column_count; k++) {
		if (!layout->below[k] || is_nothing(SUMMARY_TEXT,
		    &table->rows.at[row].values[k]))
			continue;
		fprintf(printer->out, "%*s%s: ", INDENT * 3, "",
		    table->columns[k].title);
		print_safe(printer->out, *cell(layout, row, k));
		fputc('\n', printer->out);
	}
}

static void
print_row(const struct printer *printer, const struct layout *layout,
    size_t row, uint64_t most)
{
	const struct summary_table *table = layout->table;
	const struct summary_row *at = &table->rows.at[row];

	blanks(printer, INDENT);
	for (size_t k = 0; k < table->column_count; k++)
		if (layout->widths[k] > 0 && !layout->below[k])
			print_cell(printer, layout, k, *cell(layout, row, k),
			    is_nothing(table->columns[k].type,
			    &at->values[k]) ? NULL :
			    colour_of(table->columns[k].action));
	print_bar(printer, layout, row, most);
	fputc('\n', printer->out);
	print_below(printer, layout, row);
	print_command(printer, &at->query);
}

static void
print_rest(const struct printer *printer, const struct summary_table *table)
{
	struct arena *arena = printer->summary->arena;
	struct summary_value count = { .count = table->rest.count };

	if (table->rest.count > 0)
		fprintf(printer->out, "%*sand others: %.*s\n", INDENT, "",
		    STR_ARG(summary_value_text(SUMMARY_COUNT, &count,
		    arena)));
	if (table->rest.error > 0)
		fprintf(printer->out, "%*s(so many names that each count can "
		    "be up to %" PRIu64 " too low)\n", INDENT, "",
		    table->rest.error);
}

/* A weekday a line, an hour a character. */
static void
print_heat(const struct printer *printer, const struct summary_table *table)
{
	static const char marks[] = " .:-=+*#%@";
	uint64_t most = 1;

	for (size_t i = 0; i < table->rows.count; i++)
		for (size_t k = 1; k < table->column_count; k++)
			if (table->rows.at[i].values[k].count > most)
				most = table->rows.at[i].values[k].count;
	fprintf(printer->out, "%*s%-5s 0     6     12    18\n", INDENT, "",
	    table->columns[0].title);
	for (size_t i = 0; i < table->rows.count; i++) {
		const struct summary_value *values =
		    table->rows.at[i].values;

		fprintf(printer->out, "%*s%-5.*s ", INDENT, "",
		    STR_ARG(values[0].text));
		for (size_t k = 1; k < table->column_count; k++)
			fputc(marks[(values[k].count * 9 + most - 1) / most],
			    printer->out);
		fputc('\n', printer->out);
	}
}

static void
print_table(const struct printer *printer, const struct summary_table *table)
{
	struct summary_table days = table->rows.count > LIMIT_SUMMARY_LINES ?
	    summary_by_day(table, printer->summary->arena) : *table;
	struct layout layout = { .table = &days };
	uint64_t most = 0;

	table = &days;
	fprintf(printer->out, "\n%*s", INDENT, "");
	title(printer, table->title);
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

/* ---- all of it ---- */

/* In lines of whole words. */
static void
print_note(const struct printer *printer, struct str note)
{
	size_t used = 0;
	struct str word;

	while (str_next(&note, ' ', &word)) {
		size_t width = print_width(word);

		if (used > 0 && used + 1 + width > printer->width) {
			fputc('\n', printer->out);
			used = 0;
		}
		blanks(printer, used == 0 ? INDENT : 1);
		print_safe(printer->out, word);
		used += (used == 0 ? INDENT : 1) + width;
	}
	fputc('\n', printer->out);
}

static void
print_section(const struct printer *printer,
    const struct summary_section *section)
{
	if (!printer->how->without_events)
		fputc('\n', printer->out);
	title(printer, section->title);
	print_figures(printer, section);
	for (size_t i = 0; i < section->tables.count; i++)
		print_table(printer, &section->tables.at[i]);
	for (size_t i = 0; i < section->notes.count; i++)
		print_note(printer, section->notes.at[i]);
}

static void
print_time(const struct printer *printer, const char *before, int64_t us)
{
	struct summary_value value = { .us = us };

	if (us != 0)
		fprintf(printer->out, " %s %.*s", before,
		    STR_ARG(summary_value_text(SUMMARY_TIME, &value,
		    printer->summary->arena)));
}

static void
print_events(const struct printer *printer)
{
	const struct summary *summary = printer->summary;
	struct summary_value events = { .count = summary->events };

	fprintf(printer->out, "%.*s event%s", STR_ARG(summary_value_text(
	    SUMMARY_COUNT, &events, summary->arena)),
	    summary->events == 1 ? "" : "s");
	print_time(printer, "from", summary->first_us);
	print_time(printer, "to", summary->last_us);
	fputs(summary->events > 0 ? " (UTC)\n" : "\n", printer->out);
}

void
summary_print_text(FILE *out, const struct summary *summary,
    const struct summary_print *how)
{
	struct printer printer = { out, summary, how,
	    how->width > WIDTH_LEAST ? how->width : WIDTH_LEAST };
	bool any = false;

	if (!how->without_events)
		print_events(&printer);
	for (size_t i = 0; i < summary->section_count; i++)
		if (summary_is_wanted(how, &summary->sections[i]) &&
		    !summary_is_empty(&summary->sections[i]))
			print_section(&printer, &summary->sections[i]);
	for (size_t i = 0; i < summary->section_count; i++) {
		if (!summary_is_wanted(how, &summary->sections[i]) ||
		    !summary_is_empty(&summary->sections[i]) ||
		    str_eqz(STR("by"), summary->sections[i].key))
			continue;
		fprintf(out, "%s %s", any ? "," : "\nNothing to tell of:",
		    summary->sections[i].key);
		any = true;
	}
	if (any)
		fputc('\n', out);
}
