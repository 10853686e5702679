/*
 * unsubscribe - how a list says that it can be left (RFC 2369, RFC 8058)
 */
#ifndef ASSAY_MAIL_UNSUBSCRIBE_H
#define ASSAY_MAIL_UNSUBSCRIBE_H

#include "mail/header.h"

/*
 * The URI in a field of RFC 2369, white space dropped: the first one that is
 * https, else the first.  Empty where there is none between "<" and ">".
 */
struct str unsubscribe_uri(struct arena *arena, struct str value);

/*
 * RFC 8058 section 3.1: one List-Unsubscribe field with an https URI, and one
 * List-Unsubscribe-Post field that says "List-Unsubscribe=One-Click".  Whether
 * a signature covers both is another question.
 */
bool unsubscribe_is_one_click(struct arena *arena,
    const struct header *header);

#endif
