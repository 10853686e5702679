/*
 * header - the header fields of one message, as they came
 *
 * RFC 5322 section 2.2.  A value is everything after the colon up to and
 * without the final CRLF: leading white space kept, folds as CRLF + white
 * space (the MTA's bare LF already mended).  All bytes are hostile.
 */
#ifndef ASSAY_MAIL_HEADER_H
#define ASSAY_MAIL_HEADER_H

#include "base/vec.h"

struct header_field {
	struct str	name;		/* as written, without the colon */
	struct str	value;
};

struct header {
	VEC(struct header_field) fields;	/* in their order */
	size_t			 octets;	/* names and values, in all */
	bool			 cut;		/* past a cap only From
						 * fields are kept */
};

/*
 * Whether a field has this name; how many do; the nth of them (from 0) or
 * NULL.  Blanks before the colon ("From :") make no other name.
 */
bool header_is_named(const struct header_field *field, struct str name);
size_t header_count(const struct header *header, struct str name);
const struct header_field *header_find(const struct header *header,
    struct str name, size_t nth);

/* The value without folds (CRLF dropped, RFC 5322 section 2.2.3), trimmed. */
struct str header_unfold(struct arena *arena, struct str value);

#endif
