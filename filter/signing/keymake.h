/*
 * keymake - a new key in a directory of keys (keydir.h)
 *
 * The key appears under its name as a whole or not at all, with mode 600, and
 * never in the place of another one.
 */
#ifndef ASSAY_SIGNING_KEYMAKE_H
#define ASSAY_SIGNING_KEYMAKE_H

#include <sys/types.h>

#include "dkim/make.h"

/*
 * owner: who will sign; (uid_t)-1: we.  keydir_lock() is held.  False: why, and
 * *exists_out if it is there already.
 */
bool keymake(struct arena *arena, struct str directory, struct str domain,
    struct str selector, enum dkim_key_type type, unsigned bits, uid_t owner,
    bool *exists_out, struct str *why_out);

#endif
