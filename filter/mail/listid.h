/*
 * listid - the identifier of a mailing list (RFC 2919 section 3)
 */
#ifndef ASSAY_MAIL_LISTID_H
#define ASSAY_MAIL_LISTID_H

#include "base/arena.h"

/*
 * What stands between "<" and ">" in a List-Id field, comments and white
 * space dropped; or all of it, where there are no brackets and it is one word.
 * Empty where there is no identifier.  Nobody vouches for it.
 */
struct str listid_read(struct arena *arena, struct str value);

#endif
