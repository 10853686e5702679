/* Stacked bars. */
#include "page/number.h"
#include "page/svg.h"

enum { HEIGHT = 220, AXIS = HEIGHT - SVG_FOOT, HINTS_MAX = 400,
       WIDTH_MAX = 80 };

struct bars {
	struct page			*page;
	const struct plot_places	*places;
	const struct plot_series	*series;
	size_t				 count;
	uint64_t			 top;	/* of the scale */
	double				 space;	/* a place */
};

static uint64_t
height_of(const struct bars *bars, size_t place, size_t below)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < below; i++)
		sum += bars->series[i].at[place];
	return sum;
}

static double
y_of(const struct bars *bars, uint64_t count)
{
	return AXIS - (double)count / (double)bars->top * (AXIS - SVG_TOP);
}

/* One path a series: a page of a month has 744 places. */
static void
draw(const struct bars *bars, size_t which)
{
	FILE *out = bars->page->out;
	double width = bars->space > WIDTH_MAX ? WIDTH_MAX :
	    bars->space > 6 ? bars->space - 2 : bars->space * 0.8;

	fprintf(out, "<path class=\"area %s\" d=\"",
	    page_tone_name(bars->series[which].tone));
	for (size_t i = 0; i < bars->places->count; i++) {
		uint64_t from = height_of(bars, i, which);
		double low = y_of(bars, from);
		double high = y_of(bars, from + bars->series[which].at[i]);

		if (bars->series[which].at[i] == 0)
			continue;
		fputc('M', out);
		svg_number(bars->page, SVG_LEFT + bars->space * (double)i +
		    (bars->space - width) / 2);
		fputc(' ', out);
		svg_number(bars->page, low);
		fputc('v', out);
		svg_number(bars->page, high - low);
		fputc('h', out);
		svg_number(bars->page, width);
		fputc('v', out);
		svg_number(bars->page, low - high);
		fputc('z', out);
	}
	fputs("\"/>\n", out);
}

static void
hint(const struct bars *bars, size_t place)
{
	char text[512], number[NUMBER_SIZE];
	struct str label = bars->places->labels[place];
	int len = snprintf(text, sizeof(text), "%.*s",
	    (int)(label.len < 80 ? label.len : 80), label.ptr);

	for (size_t i = 0; i < bars->count && len < 400; i++)
		if (bars->series[i].at[place] > 0)
			len += snprintf(text + len, sizeof(text) - (size_t)len,
			    "%s%.*s %s", i == 0 ? ": " : ", ",
			    (int)(bars->series[i].name.len < 40 ?
			    bars->series[i].name.len : 40),
			    bars->series[i].name.ptr, number_grouped(
			    bars->series[i].at[place], number));
	svg_hint(bars->page, SVG_LEFT + bars->space * (double)place, SVG_TOP,
	    bars->space, AXIS - SVG_TOP, str_make(text, (size_t)len));
}

static void
scale(const struct bars *bars, unsigned steps)
{
	char text[NUMBER_SIZE];

	for (unsigned i = 0; i <= steps; i++)
		svg_level(bars->page, y_of(bars, bars->top / steps * i),
		    number_short(bars->top / steps * i, text));
}

static void
about(const struct bars *bars, char *text, size_t size)
{
	char all[NUMBER_SIZE], most[NUMBER_SIZE];
	uint64_t sum = 0, best = 0;
	size_t at = 0;

	for (size_t i = 0; i < bars->places->count; i++) {
		uint64_t height = height_of(bars, i, bars->count);

		sum += height;
		if (height > best) {
			best = height;
			at = i;
		}
	}
	snprintf(text, size, "%zu %s, %s in all; the highest is %.*s "
	    "with %s.", bars->places->count,
	    bars->places->count == 1 ? "bar" : "bars", number_grouped(sum, all),
	    (int)(bars->places->labels[at].len < 80 ?
	    bars->places->labels[at].len : 80), bars->places->labels[at].ptr,
	    number_grouped(best, most));
}

void
plot_bars(struct page *page, struct str title,
    const struct plot_places *places, const struct plot_series *series,
    size_t count, bool edges)
{
	struct bars bars = { page, places, series, count, 1, 0 };
	char text[256];
	unsigned steps;

	if (page->use == PAGE_MAIL || places->count == 0 || count == 0)
		return;
	for (size_t i = 0; i < places->count; i++)
		if (height_of(&bars, i, count) > bars.top)
			bars.top = height_of(&bars, i, count);
	bars.top = number_scale(bars.top, &steps);
	bars.space = (double)SVG_SPACE / (double)places->count;
	about(&bars, text, sizeof(text));
	svg_key_begin(page);
	for (size_t i = 0; i < count; i++)
		svg_key(page, series[i].tone, series[i].name);
	svg_key_end(page);
	svg_begin(page, HEIGHT, title, text);
	scale(&bars, steps);
	for (size_t i = 0; i < count; i++)
		draw(&bars, i);
	svg_ticks(page, places, AXIS, bars.space, edges);
	if (places->count <= HINTS_MAX)
		for (size_t i = 0; i < places->count; i++)
			hint(&bars, i);
	svg_end(page);
}
