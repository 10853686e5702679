/*
 * digest - the SHA-256 hashes that the signatures of one message need
 *
 * The body is brought into each canonical form once, and each distinct (form,
 * limit) is hashed once, whichever signatures ask for it.
 *
 * Ownership:	the arena's, but for OpenSSL's contexts: dkim_bodies_free().
 */
#ifndef ASSAY_DKIM_DIGEST_H
#define ASSAY_DKIM_DIGEST_H

#include "dkim/canon.h"

enum { DKIM_DIGEST_OCTETS = 32 };

struct dkim_bodies;
struct dkim_body_hash;

struct dkim_bodies *dkim_bodies_new(struct arena *arena);
void dkim_bodies_free(struct dkim_bodies *bodies);

/* limit: octets of the canonical body, UINT64_MAX for all.  Before feeding. */
struct dkim_body_hash *dkim_bodies_add(struct dkim_bodies *bodies,
    enum dkim_form form, uint64_t limit);

/* False: no hash needs more. */
bool dkim_bodies_feed(struct dkim_bodies *bodies, struct str piece);
void dkim_bodies_end(struct dkim_bodies *bodies);

/* After the end. */
struct str dkim_body_hash_value(const struct dkim_body_hash *hash);
/* Octets of the canonical body up to limit; and whether there are more. */
uint64_t dkim_body_hash_octets(const struct dkim_body_hash *hash);
bool dkim_body_hash_left_out(const struct dkim_body_hash *hash);

void dkim_digest(struct str octets, unsigned char out[DKIM_DIGEST_OCTETS]);

/*
 * Of a chain, the hash at each link i: of all whole texts before it, then
 * its proof.  Every text is hashed once, however long the chain.
 */
struct dkim_link {
	struct str	proof, whole;
	unsigned char	digest[DKIM_DIGEST_OCTETS];
};

void dkim_digest_chain(struct dkim_link *links, size_t count);

#endif
