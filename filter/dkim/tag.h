/*
 * tag - tag lists (RFC 6376 section 3.2), as in DKIM signatures and keys
 *
 * Names are compared with their case; a name that comes twice makes the whole
 * list invalid.  White space is SP, TAB and folds (CRLF and white space);
 * values may hold UTF-8 (RFC 8616).  At most LIMIT_DKIM_TAGS tags.
 *
 * Ownership:	the slices point into the text that was parsed.
 */
#ifndef ASSAY_DKIM_TAG_H
#define ASSAY_DKIM_TAG_H

#include "base/arena.h"
#include "base/limits.h"

struct dkim_tag {
	struct str	name;
	struct str	value;	/* without white space at its ends */
	struct str	span;	/* all octets between "=" and ";" */
};

struct dkim_tags {		/* 3 kB: for the stack */
	size_t		count;
	struct dkim_tag	at[LIMIT_DKIM_TAGS];
};

/*
 * NULL, or what is wrong in a few words; the tags before the fault are in the
 * list then.
 */
const char *dkim_tags_parse(struct str text, struct dkim_tags *tags_out);

/* NULL where there is none. */
const struct dkim_tag *dkim_tags_find(const struct dkim_tags *tags,
    const char *name);

/* The value without any white space in it. */
struct str dkim_tag_squeeze(struct arena *arena, struct str value);

/* The next item of a colon-separated value, without white space around it. */
bool dkim_tag_item(struct str *rest, struct str *item_out);

#endif
