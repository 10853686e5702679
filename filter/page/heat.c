/* Counts as darker and lighter fields. */
#include "page/number.h"
#include "page/svg.h"

enum { ROW = 24, STEPS = 9 };

/* 0: nothing; else 1..STEPS, so that a tenth of the most is still seen. */
static unsigned
step_of(uint64_t count, uint64_t most)
{
	if (count == 0)
		return 0;
	return 1 + (unsigned)((double)count / (double)most * (STEPS - 0.001));
}

static void
field(struct page *page, double x, double y, double width, unsigned step,
    struct str label)
{
	fprintf(page->out, "<rect class=\"h%u\" x=\"", step);
	svg_number(page, x);
	fputs("\" y=\"", page->out);
	svg_number(page, y);
	fputs("\" width=\"", page->out);
	svg_number(page, width - 2);
	fprintf(page->out, "\" height=\"%d\"><title>", ROW - 2);
	page_text(page, label);
	fputs("</title></rect>", page->out);
}

static void
row_of_fields(struct page *page, unsigned row, struct str name,
    const struct str *columns, size_t count, const uint64_t *counts,
    uint64_t most)
{
	double width = (double)SVG_SPACE / (double)count;
	double y = SVG_TOP + row * ROW;
	char text[256], number[NUMBER_SIZE];

	svg_text(page, SVG_LEFT - 6, y + ROW / 2.0 + 4, SVG_END, name);
	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "%.*s %.*s: %s",
		    (int)(name.len < 60 ? name.len : 60), name.ptr,
		    (int)(columns[i].len < 60 ? columns[i].len : 60),
		    columns[i].ptr, number_grouped(counts[i], number));
		field(page, SVG_LEFT + width * (double)i + 1, y + 1, width,
		    step_of(counts[i], most), str_from(text));
	}
	fputc('\n', page->out);
}

static void
about(char *text, size_t size, const struct str *rows,
    const struct str *columns, size_t column_count, const uint64_t *counts,
    size_t best)
{
	char number[NUMBER_SIZE];
	struct str row = rows[best / column_count];
	struct str column = columns[best % column_count];

	snprintf(text, size, "The most is %s, in %.*s %.*s.",
	    number_grouped(counts[best], number),
	    (int)(row.len < 60 ? row.len : 60), row.ptr,
	    (int)(column.len < 60 ? column.len : 60), column.ptr);
}

void
plot_heat(struct page *page, struct str title, const struct str *rows,
    size_t row_count, const struct str *columns, size_t column_count,
    const uint64_t *counts)
{
	double width = (double)SVG_SPACE / (double)column_count;
	double foot = SVG_TOP + (double)row_count * ROW;
	size_t best = 0;
	char text[256];

	if (page->use == PAGE_MAIL || row_count == 0 || column_count == 0)
		return;
	for (size_t i = 0; i < row_count * column_count; i++)
		if (counts[i] > counts[best])
			best = i;
	about(text, sizeof(text), rows, columns, column_count, counts, best);
	svg_begin(page, (unsigned)foot + SVG_FOOT, title, text);
	for (size_t i = 0; i < row_count; i++)
		row_of_fields(page, (unsigned)i, rows[i], columns,
		    column_count, counts + i * column_count, counts[best]);
	for (size_t i = 0; i < column_count; i++)
		svg_text(page, SVG_LEFT + width * ((double)i + 0.5),
		    foot + 14, SVG_MIDDLE, columns[i]);
	svg_end(page);
}
