/*
 * print - hostile text on a terminal or in a page
 *
 * What could move a cursor, colour a line or turn the order of letters around
 * is printed as "?": control characters (C0, DEL and C1), octets that are not
 * UTF-8, line and paragraph separators and the marks of writing direction.  So
 * is what cannot be seen, with which two names look the same.  A tab is a
 * blank.
 *
 * A width is the columns of a terminal: East Asian wide characters take two,
 * marks upon others none.
 */
#ifndef ASSAY_BASE_PRINT_H
#define ASSAY_BASE_PRINT_H

#include <stdio.h>

#include "base/str.h"

/* False: this one character of UTF-8 is one of those. */
bool print_shows(struct str character);
/* What stands for it in XML and HTML, or NULL: the character itself. */
const char *print_entity(char c);

void print_safe(FILE *out, struct str text);
/* The same, with &, <, >, " and ' as entities of HTML. */
void print_html(FILE *out, struct str text);

/* As many characters as fit into width, and blanks up to it; 0: all of them.
 * Nothing is "-". */
void print_column(FILE *out, struct str text, int width);
size_t print_width(struct str text);

/* What makes a word of ours one of several: "" for one, else "s". */
const char *print_plural(uint64_t count);

#endif
