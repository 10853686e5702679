/*
 * lines - the text of a Postfix lookup table, line by line
 *
 * As postmap(1) reads it: empty lines and those that begin with '#' (behind
 * white space, too) say nothing; a line that begins with white space goes on
 * with the one before.  What belongs together comes as one text, newlines and
 * comments still in it; lines_word() steps over them.
 */
#ifndef ASSAY_RIGHTS_LINES_H
#define ASSAY_RIGHTS_LINES_H

#include "base/source.h"

struct lines {
	const struct source	*source;
	struct str		 rest;
	unsigned		 next;		/* of rest's first line */
	struct str		 line;		/* the one in hand, a slice */
	unsigned		 number;	/* of its first line, from 1 */
};

void lines_begin(struct lines *lines, const struct source *source);

/* The next one that says something; false at the end. */
bool lines_next(struct lines *lines);

/* The next word before white space, or also a comma; empty: no more. */
struct str lines_word(struct str *rest, bool commas);

/* Where an octet of the line in hand is. */
struct place lines_place(const struct lines *lines, const char *at);

#endif
