/*
 * html_parts - what the files of the HTML printer share
 *
 * The arena is for texts until the page is printed.
 */
#ifndef ASSAY_SUMMARY_HTML_PARTS_H
#define ASSAY_SUMMARY_HTML_PARTS_H

#include "page/table.h"
#include "summary/summary.h"

struct html {
	struct page		 page;
	const struct summary	*summary;
	struct arena		*arena;
	bool			 brief;		/* rows have no commands */
};

/* html_table.c: its rows, and what it leaves out. */
void html_table(struct html *html, const struct summary_table *table,
    struct str caption);

/* html_plot.c: a picture of it, where its shape has one. */
bool html_has_plot(const struct summary_table *table);
void html_plot(struct html *html, const struct summary_table *table,
    struct str caption);

/* html_places.c */
struct html_places {
	const struct str	*labels, *ticks;
	const struct summary_row **rows;	/* NULL: no such row */
	size_t			 count;
};

/* The rows of a SERIES or of RATES with the gaps between them; none where
 * there would be more than LIMIT_PLOT_PLACES. */
struct html_places html_places(const struct summary_table *table,
    struct arena *arena);
/* The same of a HISTOGRAM with one row or more. */
struct html_places html_classes(const struct summary_table *table,
    struct arena *arena);

#endif
