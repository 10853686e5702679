/*
 * pull - JSON text (RFC 8259), read from front to back
 *
 * The counterpart of emit.h: the reader asks for what it expects, skips what
 * it does not know, and builds no tree.  Nothing is trusted: what is not as
 * asked for sets bad, from then on every call says false, and nesting past
 * LIMIT_EVENT_DEPTH is bad too.  Of what is skipped, only the strings and
 * brackets are looked at.
 *
 *	pull_object(pull);
 *	while (pull_key(pull, &key))
 *		if (!str_eqz(key, "v") || !pull_number(pull, &version))
 *			pull_skip(pull);
 *
 * Ownership:	strings point into the text; those with escapes in them are
 *		decoded into the arena.
 */
#ifndef ASSAY_EVENT_PULL_H
#define ASSAY_EVENT_PULL_H

#include "base/arena.h"

enum pull_type {
	PULL_BAD, PULL_OBJECT, PULL_ARRAY, PULL_TEXT, PULL_NUMBER, PULL_BOOL,
	PULL_NULL
};

extern const uint8_t pull_types[256];	/* by their first character */

struct pull {
	const char	*at, *end;
	struct arena	*arena;
	unsigned	 depth;
	bool		 first;		/* no comma before the next one */
	bool		 bad;
};

void pull_init(struct pull *pull, struct str text, struct arena *arena);

/* The next character that is no blank, or NUL at the end. */
static inline char
pull_peek(struct pull *pull)
{
	/* Our own writer makes no blanks. */
	while (pull->at < pull->end && *pull->at <= ' ' &&
	    ascii_space(*pull->at))
		pull->at++;
	return pull->at < pull->end ? *pull->at : '\0';
}

/* What comes next, by its first character. */
static inline enum pull_type
pull_type(struct pull *pull)
{
	return (enum pull_type)pull_types[(unsigned char)pull_peek(pull)];
}

bool pull_object(struct pull *pull);
/* False at the end of the object, which is behind us then, and when bad. */
bool pull_key(struct pull *pull, struct str *key_out);
/* The next key, where it is known which one to expect: true if it is that,
 * written as our writer does, and not the first one.  Else nothing was done. */
static inline bool
pull_key_is(struct pull *pull, struct str key)
{
	const char *at = pull->at;

	if (pull->first || (size_t)(pull->end - at) < key.len + 4 ||
	    at[0] != ',' || at[1] != '"' || at[key.len + 2] != '"' ||
	    at[key.len + 3] != ':')
		return false;
	for (size_t i = 0; i < key.len; i++)
		if (at[i + 2] != key.ptr[i])
			return false;
	pull->at += key.len + 4;
	return true;
}
bool pull_array(struct pull *pull);
/* False at the end of the array, which is behind us then, and when bad. */
bool pull_item(struct pull *pull);

/* A lone surrogate and U+0000 become U+FFFD. */
bool pull_text(struct pull *pull, struct str *text_out);
bool pull_number(struct pull *pull, double *number_out);
bool pull_bool(struct pull *pull, bool *truth_out);
bool pull_null(struct pull *pull);
/* Any value. */
bool pull_skip(struct pull *pull);

/*
 * Within the outermost object, where more keys follow: take what follows for
 * whole, if the text ends with this tail (but for blanks), and be at the end.
 * False: nothing was done.
 */
bool pull_leave(struct pull *pull, struct str tail);

/* Nothing follows but white space. */
bool pull_end(struct pull *pull);

#endif
