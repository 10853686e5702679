/*
 * scan - where everything stands in a settings file
 *
 * libconfuse stops at the first mistake, knows no columns, counts comments as
 * lines, takes no comment inside a list, and after a string without an end
 * its scanner stays inside that string for the next file too.  So a file is
 * gone through here first: every mistake of form is found, and what is left
 * goes to libconfuse without comments and without the broken settings.
 *
 *	NAME = VALUE
 *	NAME = { VALUE, VALUE }		a comma at the end is allowed
 *
 * VALUE is a bare word, or text in quotes with \" and \\ inside; ${NAME} is
 * replaced from the environment.  Comments: # and // to the end of a line.
 */
#ifndef ASSAY_CONF_SCAN_H
#define ASSAY_CONF_SCAN_H

#include "base/arena.h"
#include "base/vec.h"

struct place {			/* in a file; what a mistake points at */
	unsigned	line, column;
	struct str	source;	/* the line */
};

struct mistake {
	struct place	 place;
	const char	*text;
};

struct scan_value {
	struct place	place;
	bool		quoted;
};

struct scan_item {
	struct place	place;		/* of the name */
	struct str	name;
	bool		list;		/* in braces */
	size_t		from, to;	/* its octets */
	VEC(struct scan_value) values;
};

struct scan {
	struct arena		*arena;
	char			*clean;	/* for libconfuse; NUL-terminated */
	VEC(struct scan_item)	 items;
	VEC(struct mistake)	 mistakes;
};

void scan_text(struct scan *scan, struct arena *arena, struct str text);

/* Take these octets out of the clean text, or an item. */
void scan_blank(struct scan *scan, size_t from, size_t to);
void scan_drop(struct scan *scan, const struct scan_item *item);

void scan_mistake(struct scan *scan, struct place place, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

#endif
