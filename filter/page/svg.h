/*
 * svg - what the plots of a page are made of
 *
 * Units are those of the picture, SVG_WIDTH wide; y grows downwards.
 */
#ifndef ASSAY_PAGE_SVG_H
#define ASSAY_PAGE_SVG_H

#include "page/plot.h"

enum {
	SVG_WIDTH = 720, SVG_LEFT = 44, SVG_TOP = 10, SVG_RIGHT = 10,
	SVG_FOOT = 24,			/* below the axis, for its ticks */
	SVG_SPACE = SVG_WIDTH - SVG_LEFT - SVG_RIGHT
};

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

/* about: what it shows, in a sentence; escaped here. */
void svg_begin(struct page *page, unsigned height, struct str title,
    const char *about);
void svg_end(struct page *page);

/* " 12.5" with at most one decimal, for attributes. */
void svg_number(struct page *page, double number);
void svg_text(struct page *page, double x, double y, enum svg_anchor anchor,
    struct str text);
/* A line of the grid, and its label at the left. */
void svg_level(struct page *page, double y, const char *label);
/* The ticks below an axis at y; space: between two places. */
void svg_ticks(struct page *page, const struct plot_places *places, double y,
    double space, bool edges);
/* Something to point at that says what it is. */
void svg_hint(struct page *page, double x, double y, double width,
    double height, struct str label);

/* The names of the series, before the picture. */
void svg_key_begin(struct page *page);
void svg_key(struct page *page, enum page_tone tone, struct str name);
/* Dashed as the line of this number is, for those who see no colours. */
void svg_key_line(struct page *page, enum page_tone tone, size_t which,
    struct str name);
void svg_key_end(struct page *page);

#endif
