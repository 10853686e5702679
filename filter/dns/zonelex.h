/*
 * zonelex - a line of a zone file as words
 *
 * Words are separated by blanks.  "quoted words" keep blanks, ';' and '#'.
 * \DDD is the octet of this decimal number, \X any other X as it is (RFC 1035
 * section 5.1).  A comment starts with ';' or '#' where a word could.
 *
 * Ownership:	the words are in the arena.
 */
#ifndef ASSAY_DNS_ZONELEX_H
#define ASSAY_DNS_ZONELEX_H

#include "base/vec.h"

struct zonelex_word {
	struct str	text;		/* without quotes and escapes */
	unsigned	column;		/* from 1 */
	bool		quoted, escaped, escaped_dot;
};

struct zonelex_line {
	struct zonelex_word	*at;
	size_t			 count, size;
	size_t			 end;	/* column behind the last word */
};

struct zonelex_mistake {
	unsigned	 column;
	const char	*text;
};

bool zonelex_split(struct arena *arena, struct str line,
    struct zonelex_line *line_out, struct zonelex_mistake *mistake_out);

#endif
