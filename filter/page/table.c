#include "page/table.h"

#include "base/ensure.h"
#include "page/number.h"

/*
 * In a file, and in a mail, where clients keep the style of an element: of a
 * head (which is in the middle by itself) and of another cell.  A mail has
 * many of them: each octet counts.
 */
static const struct {
	const char	*class, *head, *cell;
} kinds[] = {
	[PAGE_WORDS] = { "w", "text-align:left", "" },
	[PAGE_TIMES] = { "t", "text-align:left;white-space:nowrap",
			 "white-space:nowrap" },
	[PAGE_NUMBERS] = { "n", "text-align:right", "text-align:right" },
	[PAGE_COMMANDS] = { "do", "text-align:left", "" },
};

static void
look(const struct page *page, enum page_column_kind kind, bool head)
{
	const char *style = head ? kinds[kind].head : kinds[kind].cell;

	if (page->use == PAGE_FILE)
		fprintf(page->out, " class=\"%s\"", kinds[kind].class);
	else if (style[0] != '\0')
		fprintf(page->out, " style=\"%s\"", style);
}

/* Without a button or a list in it, a table that is wider than the window
 * could not be moved by keyboard. */
static bool
has_controls(const struct page *page)
{
	for (size_t i = 0; i < page->column_count; i++)
		if (page->columns[i].kind == PAGE_COMMANDS)
			return page->use == PAGE_FILE;
	return false;
}

static void
begin_wide(struct page *page, struct str caption)
{
	fputs("<div class=\"wide\"", page->out);
	if (!has_controls(page)) {
		fputs(" tabindex=\"0\" role=\"group\" aria-label=\"",
		    page->out);
		page_text(page, caption);
		fputc('"', page->out);
	}
	fputs(page->use == PAGE_FILE ? "><table><caption>" :
	    "><table cellpadding=\"4\"><caption>", page->out);
}

void
page_table_begin(struct page *page, struct str caption,
    const struct page_column *columns, size_t count)
{
	ensure(page->columns == NULL);
	page->columns = columns;
	page->column_count = page->column = count;
	begin_wide(page, caption);
	page_text(page, caption);
	fputs("</caption>\n<thead><tr>", page->out);
	for (size_t i = 0; i < count; i++) {
		fputs("<th scope=\"col\"", page->out);
		look(page, columns[i].kind, true);
		fprintf(page->out, ">%s</th>", columns[i].name);
	}
	fputs("</tr></thead>\n<tbody>", page->out);
}

static void
close_row(struct page *page)
{
	ensure(page->column == page->column_count);
	if (page->in_row)
		fputs("</tr>", page->out);
	page->in_row = false;
}

void
page_row(struct page *page)
{
	close_row(page);
	page->in_row = true;
	page->column = 0;
	fputs("\n<tr>", page->out);
}

void
page_table_end(struct page *page)
{
	close_row(page);
	page->columns = NULL;
	fputs("</tbody></table></div>\n", page->out);
}

static void
begin_cell(struct page *page, const char *more)
{
	ensure(page->in_row && page->column < page->column_count);
	fputs(page->column == 0 ? "<th scope=\"row\"" : "<td", page->out);
	look(page, page->columns[page->column].kind, page->column == 0);
	fprintf(page->out, "%s>", more);
}

void
page_cell_begin(struct page *page)
{
	begin_cell(page, "");
}

void
page_cell_end(struct page *page)
{
	fputs(page->column == 0 ? "</th>" : "</td>", page->out);
	page->column++;
}

void
page_cell(struct page *page, struct str text)
{
	page_cell_begin(page);
	page_text(page, text);
	page_cell_end(page);
}

void
page_cell_number(struct page *page, uint64_t number)
{
	char text[NUMBER_SIZE];

	page_cell(page, str_from(number_grouped(number, text)));
}

void
page_cell_bar(struct page *page, struct str text, double share)
{
	char bar[64] = "";

	if (page->use == PAGE_FILE)
		snprintf(bar, sizeof(bar), " style=\"--p:%.1f%%\"",
		    share * 100);
	begin_cell(page, bar);
	page_text(page, text);
	page_cell_end(page);
}

void
page_cell_share(struct page *page, uint64_t part, uint64_t whole)
{
	char text[NUMBER_SIZE];

	page_cell_bar(page, str_from(number_share(part, whole, text)),
	    whole == 0 ? 0 : (double)part / (double)whole);
}

void
page_cell_sorted(struct page *page, struct str text, double value)
{
	char data[64];

	snprintf(data, sizeof(data), " data-v=\"%.17g\"", value);
	begin_cell(page, data);
	page_text(page, text);
	page_cell_end(page);
}

void
page_cell_command(struct page *page, struct str command)
{
	page_cell_begin(page);
	if (command.len > 0)
		page_command(page, STR("list"), command);
	page_cell_end(page);
}
