/*
 * text_parts - what the files of the text printer share
 */
#ifndef ASSAY_SUMMARY_TEXT_PARTS_H
#define ASSAY_SUMMARY_TEXT_PARTS_H

#include "summary/summary.h"

enum { TEXT_INDENT = 2 };

struct text_printer {
	FILE				*out;
	const struct summary		*summary;
	const struct summary_print	*how;
	size_t				 width;
};

/* code: of SGR, "31"; NULL: none. */
void text_begin_colour(const struct text_printer *printer, const char *code);
void text_end_colour(const struct text_printer *printer, const char *code);
void text_blanks(const struct text_printer *printer, size_t count);
/* A line. */
void text_title(const struct text_printer *printer, const char *text);
/* A line, where commands are asked for and there is one. */
void text_command(const struct text_printer *printer,
    const struct summary_query *query);

bool text_is_nothing(enum summary_type type,
    const struct summary_value *value);

/* text_table.c */
void text_table(const struct text_printer *printer,
    const struct summary_table *table);

#endif
