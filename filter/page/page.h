/*
 * page - the frame of an HTML report: one file, readable by day and by night
 *
 * A page refers to nothing outside of itself.  PAGE_FILE is for a browser,
 * also from file://: its plots are inline SVG, and one short inline script
 * sorts tables and copies commands; without the script all is there but these
 * two.  PAGE_MAIL is for mail clients, which show neither: it has no script
 * and no SVG, what a plot shows stands in a table, and what a client strips
 * from a style sheet is said at the element.
 *
 * A page is a header with its title, <main> with sections, and a footer.
 * Whatever is printed goes through print_html() (base/print.h), the one place
 * that escapes: texts of messages and of DNS are hostile.
 *
 * Threads:	one page, one thread.
 */
#ifndef ASSAY_PAGE_PAGE_H
#define ASSAY_PAGE_PAGE_H

#include <stdio.h>

#include "base/str.h"

enum page_use { PAGE_FILE, PAGE_MAIL };

struct page_column;

struct page {
	FILE			*out;
	enum page_use		 use;
	unsigned		 ids;		/* given so far */
	unsigned		 sections;
	bool			 in_section;
	const struct page_column *columns;	/* of the open table */
	size_t			 column_count, column;
	bool			 in_row;
};

/* about: a sentence below the title; may be empty. */
void page_begin(struct page *page, FILE *out, enum page_use use,
    struct str title, struct str about);
void page_end(struct page *page);

/* Links to the sections, which have to be printed in this order. */
void page_contents(struct page *page, const struct str *titles,
    size_t count);

/* A heading of the second level, and all up to the next one. */
void page_section(struct page *page, struct str title);
void page_paragraph(struct page *page, struct str text);

/* The escaped text, as it is and as code. */
void page_text(struct page *page, struct str text);
void page_code(struct page *page, struct str text);

/*
 * A command to be copied: in a file it unfolds below the word "list" (or what
 * else word says), in a mail it stands there.
 */
void page_command(struct page *page, struct str word, struct str command);

/* The few numbers that come first: between begin and end, as many as fit. */
struct page_tile {
	struct str	name, value;
	struct str	note;		/* small, below; may be empty */
	struct str	command;	/* may be empty */
};

void page_tiles(struct page *page, const struct page_tile *tiles,
    size_t count);

/* An id that no other element of the page has. */
unsigned page_id(struct page *page);

/* What style.c and script.c hold. */
const char *page_style(enum page_use use);
extern const char page_script[];

#endif
