/*
 * plot - pictures of plain arrays, as inline SVG
 *
 * A plot stands in a figure: page_figure_begin() has its caption, then comes
 * the picture, then page_figure_data(), then one table (page/table.h) with
 * the same numbers, then page_figure_end().  A reader who sees no picture is
 * told its title, what it shows in a sentence (made here from the numbers),
 * and has the table; a mail has the table alone.
 *
 * All texts are escaped.  Nothing is drawn of empty arrays.
 */
#ifndef ASSAY_PAGE_PLOT_H
#define ASSAY_PAGE_PLOT_H

#include "page/page.h"

/* Colours that differ by day and by night, and in grey as well. */
enum page_tone {
	TONE_GOOD, TONE_CALM, TONE_LATER, TONE_HOLD, TONE_BAD, TONE_GONE,
	TONE_DIM, TONE_COUNT
};

/* "good": the class of an element of this tone. */
const char *page_tone_name(enum page_tone tone);

void page_figure_begin(struct page *page, struct str title);
/* What unfolds from now on is the data; command lists all of it, or empty. */
void page_figure_data(struct page *page, struct str command);
void page_figure_end(struct page *page);

/* Places along the lower edge.  A tick is a short text, or empty. */
struct plot_places {
	const struct str	*labels, *ticks;
	size_t			 count;
};

/* Counts, one a place. */
struct plot_series {
	struct str		 name;
	enum page_tone		 tone;
	const uint64_t		*at;
};

/* Series upon each other, one bar a place.  edges: a tick tells where its
 * bar begins (a histogram), not what is in its middle. */
void plot_bars(struct page *page, struct str title,
    const struct plot_places *places, const struct plot_series *series,
    size_t count, bool edges);

/* Shares 0..1, one a place; NAN where there is none. */
struct plot_line {
	struct str		 name;
	enum page_tone		 tone;
	const double		*at;
};

void plot_lines(struct page *page, struct str title,
    const struct plot_places *places, const struct plot_line *lines,
    size_t count);

/* counts[row * columns + column], darker where there is more. */
void plot_heat(struct page *page, struct str title, const struct str *rows,
    size_t row_count, const struct str *columns, size_t column_count,
    const uint64_t *counts);

/* Percentiles in microseconds on a logarithmic scale; us[] grows. */
struct plot_spans {
	struct str		 name;
	const uint64_t		*us;
};

void plot_percentiles(struct page *page, struct str title,
    const struct plot_spans *rows, size_t row_count, const struct str *points,
    size_t point_count);

#endif
