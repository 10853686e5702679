/*
 * encode - text for a field (RFC 2047, encoding Q, UTF-8)
 *
 * ASCII text stays as it is, made safe.  Other text, and words too long for a
 * line, become encoded words of at most 75 octets, with blanks between them
 * that a reader takes out again.
 */
#ifndef ASSAY_MAIL_ENCODE_H
#define ASSAY_MAIL_ENCODE_H

#include "base/arena.h"

/* max: octets of text that are taken; more is cut as safe_text() does. */
struct str encode_text(struct arena *arena, struct str text, size_t max);

/*
 * The same for a phrase, as before an address (RFC 5322 section 3.2.5): quoted
 * where its characters ask for it, and encoded words as RFC 2047 section 5 (3)
 * has them there.
 */
struct str encode_phrase(struct arena *arena, struct str text, size_t max);

#endif
