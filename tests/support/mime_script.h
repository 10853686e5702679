/*
 * mime_script - what mail/mime.h's reader tells of a message, as one text
 *
 * A line a part: a dot for each level, the type, "+" for a multipart and "@"
 * for an attached message, "!" for text of another type, its charset,
 * disposition and names, and for others than containers the octets in braces;
 * at last what is wrong with the message:
 *
 *	multipart/mixed+
 *	.text/plain charset=utf-8 {hello}
 *	.application/pdf attachment <a.pdf> {%PDF...}
 *	= no-end
 */
#ifndef ASSAY_TESTS_MIME_SCRIPT_H
#define ASSAY_TESTS_MIME_SCRIPT_H

#include "base/buf.h"
#include "mail/mime.h"

/* Header and body, fed in pieces of this many octets. */
struct str mime_script(struct arena *arena, struct str message, size_t piece);

/* The line of this part, up to its octets. */
void mime_script_part(struct buf *out, const struct mime_part *part);

#endif
