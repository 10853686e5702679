/*
 * table - tables of a page
 *
 * Each has a caption, heads with scope, and a row head in its first column.
 * The script of a page makes them sortable by a button in each head; a cell
 * whose text does not sort by itself carries the number (data-v).
 *
 * Every row has to fill all columns; what does not is a mistake of the
 * caller's and aborts.
 */
#ifndef ASSAY_PAGE_TABLE_H
#define ASSAY_PAGE_TABLE_H

#include "page/page.h"

enum page_column_kind {
	PAGE_WORDS, PAGE_TIMES, PAGE_NUMBERS, PAGE_COMMANDS
};

struct page_column {
	const char		*name;
	enum page_column_kind	 kind;
};

/* The columns must live until the table's end. */
void page_table_begin(struct page *page, struct str caption,
    const struct page_column *columns, size_t count);
void page_table_end(struct page *page);
void page_row(struct page *page);

/* The next cell. */
void page_cell(struct page *page, struct str text);
void page_cell_number(struct page *page, uint64_t number);
/* With a bar behind it: share is 0..1. */
void page_cell_bar(struct page *page, struct str text, double share);
/* part of whole in percent, with its bar; "-" where whole is 0. */
void page_cell_share(struct page *page, uint64_t part, uint64_t whole);
/* A text that sorts by its value. */
void page_cell_sorted(struct page *page, struct str text, double value);
/* Empty where there is no command. */
void page_cell_command(struct page *page, struct str command);

/* For cells of other kinds: what is printed between is inside. */
void page_cell_begin(struct page *page);
void page_cell_end(struct page *page);

#endif
