/*
 * make - new keys, and their records for DNS
 */
#ifndef ASSAY_DKIM_MAKE_H
#define ASSAY_DKIM_MAKE_H

#include "dkim/private.h"

/*
 * "rsa2048", "rsa4096", "ed25519"; bits are 0 for Ed25519.  False: no such
 * algorithm.
 */
bool dkim_make_from(const char *word, enum dkim_key_type *type_out,
    unsigned *bits_out);

/* Write a new key to an open file, as PEM (PKCS #8); false: it failed. */
bool dkim_make_key(enum dkim_key_type type, unsigned bits, int fd);

/* The text of its key record (RFC 6376 section 3.6.1, RFC 8463 section 4). */
struct str dkim_make_record(struct arena *arena,
    const struct dkim_private *key);

/*
 * A TXT record of it, as a zone file has it: strings of at most 255 octets
 * (RFC 1035 section 3.3).
 */
struct str dkim_make_zone(struct arena *arena, struct str name,
    struct str record);

#endif
