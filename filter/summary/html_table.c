/* A table of a summary, row by row. */
#include "summary/html_parts.h"

static bool
has_commands(const struct summary_table *table)
{
	for (size_t i = 0; i < table->rows.count; i++)
		if (summary_has_query(&table->rows.at[i].query))
			return true;
	return false;
}

static enum page_column_kind
kind_of(enum summary_type type)
{
	switch (type) {
	case SUMMARY_TEXT:
		return PAGE_WORDS;
	case SUMMARY_TIME:
		return PAGE_TIMES;
	case SUMMARY_COUNT:
	case SUMMARY_OCTETS:
	case SUMMARY_SHARE:
	case SUMMARY_NUMBER:
	case SUMMARY_SPAN:
		break;
	}
	return PAGE_NUMBERS;
}

static void
cell(struct html *html, const struct summary_column *column,
    const struct summary_value *value)
{
	struct page *page = &html->page;
	struct str text = summary_value_text(column->type, value,
	    html->arena);

	if (value->none) {
		page_cell(page, text);
		return;
	}
	switch (column->type) {
	case SUMMARY_TEXT:
	case SUMMARY_COUNT:
	case SUMMARY_NUMBER:
		page_cell(page, text);
		break;
	case SUMMARY_OCTETS:
		page_cell_sorted(page, text, (double)value->count);
		break;
	case SUMMARY_SHARE:
		page_cell_bar(page, text, value->number);
		break;
	case SUMMARY_SPAN:
	case SUMMARY_TIME:
		page_cell_sorted(page, text, (double)value->us);
		break;
	}
}

static void
row(struct html *html, const struct summary_table *table,
    const struct summary_row *one, bool commands)
{
	page_row(&html->page);
	for (size_t i = 0; i < table->column_count; i++)
		cell(html, &table->columns[i], &one->values[i]);
	if (!commands)
		return;
	page_cell_command(&html->page, summary_command(html->summary,
	    &one->query, html->arena));
}

static void
rest(struct html *html, const struct summary_rest *left)
{
	FILE *out = html->page.out;
	struct summary_value rows = { .count = left->rows };
	struct summary_value count = { .count = left->count };
	struct summary_value error = { .count = left->error };

	if (left->count > 0) {
		fputs("<p><small>", out);
		if (left->rows > 0)
			page_text(&html->page, summary_value_text(
			    SUMMARY_COUNT, &rows, html->arena));
		fputs(left->rows > 0 ? " others, together " : "Others: ", out);
		page_text(&html->page, summary_value_text(SUMMARY_COUNT,
		    &count, html->arena));
		fputs(".</small></p>\n", out);
	}
	if (left->error > 0) {
		fputs("<p><small>Too many names: each count can be too "
		    "small by ", out);
		page_text(&html->page, summary_value_text(SUMMARY_COUNT,
		    &error, html->arena));
		fputs(".</small></p>\n", out);
	}
}

void
html_table(struct html *html, const struct summary_table *table,
    struct str caption)
{
	bool commands = !html->brief && has_commands(table);
	struct page_column *columns = arena_alloc(html->arena,
	    (table->column_count + 1) * sizeof(columns[0]));

	for (size_t i = 0; i < table->column_count; i++)
		columns[i] = (struct page_column){ table->columns[i].title,
		    kind_of(table->columns[i].type) };
	columns[table->column_count] = (struct page_column){ "list",
	    PAGE_COMMANDS };
	page_table_begin(&html->page, caption, columns,
	    table->column_count + (commands ? 1 : 0));
	for (size_t i = 0; i < table->rows.count; i++)
		row(html, table, &table->rows.at[i], commands);
	page_table_end(&html->page);
	rest(html, &table->rest);
}
