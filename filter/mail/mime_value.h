/*
 * mime_value - Content-Type and Content-Disposition fields, however written
 *
 * RFC 2045 section 5.1, RFC 2183 and RFC 2231, and what mail programs take for
 * the same: blanks in values without quotes, quotes without an end, missing
 * semicolons, backslashes of paths, encoded words in parameters (RFC 2047
 * forbids them).  All bytes are hostile.
 *
 * Limits:	LIMIT_MIME_PARAMETERS of a field; more are passed over.
 */
#ifndef ASSAY_MAIL_MIME_VALUE_H
#define ASSAY_MAIL_MIME_VALUE_H

#include "base/vec.h"

struct mime_parameter {
	struct str	name;		/* lower case; without RFC 2231's "*" */
	struct str	value;		/* quotes undone, not decoded */
	bool		quoted;
	bool		extended;	/* "name*": charset'language'%xx */
	int		section;	/* "name*3"; -1 where it is whole */
};

struct mime_value {
	struct str			text;	/* lower case, no comments:
						 * "text/html", "attachment" */
	VEC(struct mime_parameter)	parameters;
};

/* Never fails: what cannot be read is not there. */
void mime_value_parse(struct arena *arena, struct str field,
    struct mime_value *value_out);

/*
 * A parameter that is no text (boundary, charset): the first of this name,
 * sections joined; empty where there is none.  several_out (or NULL) says
 * whether there are others with another value.
 */
struct str mime_value_parameter(struct arena *arena,
    const struct mime_value *value, struct str name, bool *several_out);

/*
 * All that this parameter may be read as by somebody, as UTF-8, the most
 * likely one first: added to at[*count], up to max, those that are not there.
 * Each has LIMIT_MIME_NAME_OCTETS at most: the last ones of a longer name,
 * for they say what it is.
 */
void mime_value_texts(struct arena *arena, const struct mime_value *value,
    struct str name, struct str *at, size_t max, size_t *count);

#endif
