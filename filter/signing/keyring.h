/*
 * keyring - private keys, read when they are first needed, and kept decoded
 *
 * At most LIMIT_SIGNING_CACHED keys; the least recently used of a few makes
 * room.  A key that could not be had is tried again after
 * KEYRING_RETRY_MS, and what a directory says of its selectors is good for
 * KEYRING_LOOK_MS.  All keys are wiped with the ring.
 *
 * Threads:	any.  A file may be read and decoded (a few milliseconds): not
 *		on the resolver's loop.
 */
#ifndef ASSAY_SIGNING_KEYRING_H
#define ASSAY_SIGNING_KEYRING_H

#include "signing/table.h"

enum { KEYRING_RETRY_MS = 10000, KEYRING_LOOK_MS = 2000 };

struct keyring;

/* signer: whose keys may be; (uid_t)-1: ours.  now_ms: clock_ms(), or what
 * tells the time in its place. */
struct keyring *keyring_new(uid_t signer, bool allow_readable,
    uint64_t (*now_ms)(void));
void keyring_free(struct keyring *ring);		/* NULL is allowed */

/*
 * A reference to be given up with dkim_private_unref(), or NULL and why.
 * path: NUL-terminated; inlined: the key itself, called name.
 */
struct dkim_private *keyring_get(struct keyring *ring, struct arena *arena,
    const struct signing_key *key, struct str path, struct str *why_out);

/*
 * The selectors of a directory that sign for a domain; none: *why_out.
 */
struct keyring_selectors {
	VEC(struct str)	list;
};
void keyring_active(struct keyring *ring, struct arena *arena,
    struct str directory, struct str domain,
    struct keyring_selectors *active_out, struct str *why_out);

/* Keys held now. */
size_t keyring_count(struct keyring *ring);

#endif
