#include "page/table.h"

#include "base/ensure.h"
#include "page/number.h"

/* In a file, and in a mail: clients keep the style of an element. */
static const struct {
	const char	*class, *style;
} kinds[] = {
	[PAGE_WORDS] = { "w", "text-align:left" },
	[PAGE_TIMES] = { "t", "text-align:left;white-space:nowrap" },
	[PAGE_NUMBERS] = { "n", "text-align:right" },
	[PAGE_COMMANDS] = { "do", "text-align:left" },
};

static void
look(const struct page *page, enum page_column_kind kind)
{
	if (page->use == PAGE_FILE)
		fprintf(page->out, " class=\"%s\"", kinds[kind].class);
	else
		fprintf(page->out, " style=\"%s;padding:2px 9px 2px 0\"",
		    kinds[kind].style);
}

void
page_table_begin(struct page *page, struct str caption,
    const struct page_column *columns, size_t count)
{
	ensure(page->columns == NULL);
	page->columns = columns;
	page->column_count = page->column = count;
	fputs("<div class=\"wide\"><table><caption>", page->out);
	page_text(page, caption);
	fputs("</caption>\n<thead><tr>", page->out);
	for (size_t i = 0; i < count; i++) {
		fputs("<th scope=\"col\"", page->out);
		look(page, columns[i].kind);
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
	look(page, page->columns[page->column].kind);
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
page_cell_code(struct page *page, struct str text)
{
	page_cell_begin(page);
	page_code(page, text);
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
