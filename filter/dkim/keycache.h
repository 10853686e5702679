/*
 * keycache - public keys, ready to verify with, and kept
 *
 * Looked up by the octets of p=, not by the name that published them: what a
 * name publishes now is the resolver's to know, and equal octets are the same
 * key whoever has them.  LIMIT_DKIM_CACHED_KEYS at most; the least recently
 * used of a few makes room.
 *
 * Threads:	any; a public key does not change.
 */
#ifndef ASSAY_DKIM_KEYCACHE_H
#define ASSAY_DKIM_KEYCACHE_H

#include <stdatomic.h>

#include "dkim/key.h"

struct dkim_public {
	atomic_uint	 refs;
	EVP_PKEY	*pkey;
	EVP_PKEY_CTX	*rsa;	/* set up for PKCS #1 v1.5 with SHA-256, to be
				 * copied: setting up costs a quarter of a
				 * verification; NULL for Ed25519 */
	unsigned	 bits;
};

/*
 * A reference, or NULL and why; *bits_out as dkim_key_decode() sets it.
 */
struct dkim_public *dkim_keycache_get(const struct dkim_key *key,
    unsigned *bits_out, const char **why_out);
void dkim_public_unref(struct dkim_public *key);	/* NULL is allowed */

/* How many there are. */
size_t dkim_keycache_count(void);

/* Forget all. */
void dkim_keycache_clear(void);

#endif
