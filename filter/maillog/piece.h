/*
 * piece - the small pieces that lines of both MTAs are made of
 *
 * Each takes what it asks for off the front of *rest, or says false and leaves
 * it alone.
 */
#ifndef ASSAY_MAILLOG_PIECE_H
#define ASSAY_MAILLOG_PIECE_H

#include "base/str.h"

bool piece_is(struct str s, struct str prefix);	/* and takes nothing */
/* The same of any of a list. */
bool piece_is_of(struct str s, const struct str *prefixes, size_t count);
bool piece_text(struct str *rest, struct str text);

/* "<ann@example.com>": what is between; a ">" in a quoted local part does not
 * end it.  One that does not end within LIMIT_MAILLOG_PATH_OCTETS takes
 * nothing. */
bool piece_path(struct str *rest, struct str *path_out);

/* Digits; false too for more than 18 of them. */
bool piece_number(struct str *rest, uint64_t *number_out);

/* "12.345": seconds, as microseconds; at most 100 years. */
bool piece_seconds(struct str *rest, int64_t *us_out);

/* What stands behind the first of these texts, to the end; empty if it is not
 * there. */
struct str piece_after(struct str s, struct str text);

/* Where text stands first, or s.len. */
size_t piece_find(struct str s, struct str text);

#endif
