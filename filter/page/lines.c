/* Lines of shares. */
#include <math.h>

#include "page/number.h"
#include "page/svg.h"

enum { HEIGHT = 220, AXIS = HEIGHT - SVG_FOOT, LEVELS = 4 };

static double
y_of(double share)
{
	return AXIS - share * (AXIS - SVG_TOP);
}

/* A place without a value ends a line; one between two of them is a dot. */
static void
draw(struct page *page, const struct plot_line *line, size_t which,
    size_t count, double space)
{
	bool drawing = false;

	fprintf(page->out, "<path class=\"line l%zu %s\" d=\"", which,
	    page_tone_name(line->tone));
	for (size_t i = 0; i < count; i++) {
		if (isnan(line->at[i])) {
			drawing = false;
			continue;
		}
		fputc(drawing ? 'L' : 'M', page->out);
		svg_number(page, SVG_LEFT + space * ((double)i + 0.5));
		fputc(' ', page->out);
		svg_number(page, y_of(line->at[i]));
		if (!drawing && (i + 1 == count || isnan(line->at[i + 1])))
			fputs("h.1", page->out);
		drawing = true;
	}
	fputs("\"/>\n", page->out);
}

/* "DKIM 97.0 % to 99.1 %": the worst and the best place of a line. */
static int
range(const struct plot_line *line, size_t count, char *text, size_t size)
{
	double low = NAN, high = NAN;

	for (size_t i = 0; i < count; i++) {
		low = fmin(low, line->at[i]);
		high = fmax(high, line->at[i]);
	}
	if (isnan(low))
		return 0;
	return snprintf(text, size, " %.*s: %.1f %% to %.1f %%.",
	    (int)(line->name.len < 40 ? line->name.len : 40), line->name.ptr,
	    low * 100, high * 100);
}

void
plot_lines(struct page *page, struct str title,
    const struct plot_places *places, const struct plot_line *lines,
    size_t count)
{
	double space = (double)SVG_SPACE / (double)places->count;
	char text[1024], label[NUMBER_SIZE];
	int len;

	if (page->use == PAGE_MAIL || places->count == 0 || count == 0)
		return;
	len = snprintf(text, sizeof(text), "Shares at %zu places.",
	    places->count);
	for (size_t i = 0; i < count && len < (int)sizeof(text) - 128; i++)
		len += range(&lines[i], places->count, text + len,
		    sizeof(text) - (size_t)len);
	svg_key_begin(page);
	for (size_t i = 0; i < count; i++)
		svg_key_line(page, lines[i].tone, i, lines[i].name);
	svg_key_end(page);
	svg_begin(page, HEIGHT, title, text);
	for (unsigned i = 0; i <= LEVELS; i++) {
		snprintf(label, sizeof(label), "%u %%", i * 100 / LEVELS);
		svg_level(page, y_of((double)i / LEVELS), label);
	}
	for (size_t i = 0; i < count; i++)
		draw(page, &lines[i], i, places->count, space);
	svg_ticks(page, places, AXIS, space, false);
	svg_end(page);
}
