/* How long things took: a row each, on a logarithmic scale. */
#include <math.h>

#include "page/number.h"
#include "page/svg.h"

enum { ROW = 26, LEFT = 150, SPACE = SVG_WIDTH - LEFT - SVG_RIGHT,
       LABELS_MOST = 8 };

struct scale {
	int	low, high;		/* powers of ten, of microseconds */
};

static double
x_of(const struct scale *scale, uint64_t us)
{
	double power = us == 0 ? scale->low : log10((double)us);

	power = fmax(power, scale->low);
	return LEFT + (power - scale->low) / (scale->high - scale->low) *
	    SPACE;
}

static struct scale
scale_of(const struct plot_spans *rows, size_t row_count, size_t points)
{
	struct scale scale = { 99, 0 };

	for (size_t i = 0; i < row_count; i++)
		for (size_t k = 0; k < points; k++) {
			uint64_t us = rows[i].us[k] == 0 ? 1 : rows[i].us[k];

			scale.low = fmin(scale.low, floor(log10((double)us)));
			scale.high = fmax(scale.high, ceil(log10((double)us)));
		}
	if (scale.high <= scale.low)
		scale.high = scale.low + 1;
	return scale;
}

static void
grid(struct page *page, const struct scale *scale, double foot)
{
	int each = 1 + (scale->high - scale->low) / LABELS_MOST;
	char text[NUMBER_SIZE];

	for (int power = scale->low; power <= scale->high; power++) {
		uint64_t us = (uint64_t)llround(pow(10, power));
		double x = x_of(scale, us);

		fputs("<path class=\"grid\" d=\"M", page->out);
		svg_number(page, x);
		fprintf(page->out, " %dV", SVG_TOP);
		svg_number(page, foot);
		fputs("\"/>", page->out);
		if ((power - scale->low) % each == 0)
			svg_text(page, x, foot + 16, power == scale->high ?
			    SVG_END : SVG_MIDDLE,
			    str_from(number_us(us, text)));
	}
	fputc('\n', page->out);
}

/* A bar from the first to the last percentile, and a mark for each. */
static void
draw(struct page *page, const struct scale *scale,
    const struct plot_spans *row, const struct str *points, size_t count,
    double y)
{
	char number[NUMBER_SIZE], text[128];
	double first = x_of(scale, row->us[0]);
	double last = x_of(scale, row->us[count - 1]);
	struct str name = row->name;

	/* What is cut stands whole in the table. */
	if (name.len > 20)
		name.len = 20;
	svg_text(page, LEFT - 8, y + 4, SVG_END, name);
	fputs("<path class=\"span\" d=\"M", page->out);
	svg_number(page, first);
	fputc(' ', page->out);
	svg_number(page, y);
	fputc('H', page->out);
	svg_number(page, last > first ? last : first + 0.1);
	fputs("\"/>", page->out);
	for (size_t i = 0; i < count; i++) {
		fprintf(page->out, "<circle class=\"p%zu\" cx=\"",
		    i < 4 ? i : 4);
		svg_number(page, x_of(scale, row->us[i]));
		fputs("\" cy=\"", page->out);
		svg_number(page, y);
		fputs("\" r=\"5\"><title>", page->out);
		snprintf(text, sizeof(text), "%.*s: %s",
		    (int)(points[i].len < 40 ? points[i].len : 40),
		    points[i].ptr, number_us(row->us[i], number));
		page_text(page, str_from(text));
		fputs("</title></circle>", page->out);
	}
	fputc('\n', page->out);
}

void
plot_percentiles(struct page *page, struct str title,
    const struct plot_spans *rows, size_t row_count, const struct str *points,
    size_t point_count)
{
	struct scale scale = scale_of(rows, row_count, point_count);
	double foot = SVG_TOP + (double)row_count * ROW;
	char text[256], number[NUMBER_SIZE];
	size_t worst = 0;

	if (page->use == PAGE_MAIL || row_count == 0 || point_count == 0)
		return;
	for (size_t i = 1; i < row_count; i++)
		if (rows[i].us[point_count - 1] >
		    rows[worst].us[point_count - 1])
			worst = i;
	snprintf(text, sizeof(text), "%zu %s; the slowest is %.*s with %s "
	    "at %.*s.", row_count, row_count == 1 ? "row" : "rows",
	    (int)(rows[worst].name.len < 80 ?
	    rows[worst].name.len : 80), rows[worst].name.ptr,
	    number_us(rows[worst].us[point_count - 1], number),
	    (int)(points[point_count - 1].len < 40 ?
	    points[point_count - 1].len : 40), points[point_count - 1].ptr);
	fputs("<ul class=\"key\">", page->out);
	for (size_t i = 0; i < point_count; i++) {
		fprintf(page->out, "<li><i class=\"p%zu\"></i>",
		    i < 4 ? i : 4);
		page_text(page, points[i]);
		fputs("</li>", page->out);
	}
	fputs("</ul>\n", page->out);
	svg_begin(page, (unsigned)foot + SVG_FOOT, title, text);
	grid(page, &scale, foot);
	for (size_t i = 0; i < row_count; i++)
		draw(page, &scale, &rows[i], points, point_count,
		    SVG_TOP + ((double)i + 0.5) * ROW);
	svg_end(page);
}
