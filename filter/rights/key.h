/*
 * key - an address in the one form in which rights are compared
 *
 * Lower case, the domain as A-labels without a final dot, the local part
 * without quotes.  That is no address any more, but it is unambiguous: no
 * domain holds an '@', so the last one is it.
 *
 * Ownership:	text in the arena.
 */
#ifndef ASSAY_RIGHTS_KEY_H
#define ASSAY_RIGHTS_KEY_H

#include "base/arena.h"

struct key {
	struct str	text;		/* local@domain, local, or @domain */
	size_t		at;		/* of the '@', or the length */
};

/*
 * NULL, or what is wrong with it.  An empty local part is taken only before a
 * domain ("@example.com"), for tables.
 */
const char *key_make(struct arena *arena, struct str address,
    struct key *key_out);

struct str key_local(const struct key *key);
struct str key_domain(const struct key *key);	/* empty: there is none */

/*
 * The same without its extension; false where there is none.  "owner-x" and
 * "x-request" have none behind '-' (as in Postfix).
 */
bool key_without_extension(struct arena *arena, const struct key *key,
    const char *delimiters, struct key *key_out);

#endif
