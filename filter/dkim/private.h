/*
 * private - a private key that signs (RFC 6376, RFC 8301, RFC 8463)
 *
 * RSA of LIMIT_DKIM_RSA_BITS_MIN..MAX bits, or Ed25519; read from PEM (PKCS
 * #8 or #1), or from the base64 of the same DER, or of the bare 32 octets of
 * an Ed25519 key, as some tools write them.  Decoded once; what was read is
 * wiped, and so is the key when the last reference goes.
 *
 * Errors:	NULL, and a note that says what is wrong and what to do, such
 *		as "/etc/k.pem: mode 0644 is readable by others: chmod 600".
 *		A key that is loaded may have a note too: a warning.
 * Ownership:	a reference, dkim_private_unref(); notes are the arena's.
 * Threads:	any, also several at once.
 */
#ifndef ASSAY_DKIM_PRIVATE_H
#define ASSAY_DKIM_PRIVATE_H

#include <sys/types.h>

#include "dkim/key.h"

struct dkim_private;

/*
 * From a file.  Refused where its group or others can read it, unless
 * allowed, and where its owner is neither root nor the user that we are.
 */
struct dkim_private *dkim_private_load(struct arena *arena, const char *path,
    bool allow_readable, struct str *note_out);

/* The same for another user, who will sign; (uid_t)-1: we. */
struct dkim_private *dkim_private_load_for(struct arena *arena,
    const char *path, uid_t signer, bool allow_readable,
    struct str *note_out);

/* From text; name is what notes call it. */
struct dkim_private *dkim_private_read(struct arena *arena, const char *name,
    struct str text, struct str *note_out);

struct dkim_private *dkim_private_ref(struct dkim_private *key);
void dkim_private_unref(struct dkim_private *key);	/* NULL is allowed */

enum dkim_key_type dkim_private_type(const struct dkim_private *key);
unsigned dkim_private_bits(const struct dkim_private *key);

/*
 * What p= of its key record holds, before base64: a SubjectPublicKeyInfo, or
 * the 32 octets of an Ed25519 key (RFC 6376 section 3.6.1, RFC 8463 section
 * 4).
 */
struct str dkim_private_public(struct arena *arena,
    const struct dkim_private *key);

/*
 * The signature of a SHA-256 hash, DKIM_DIGEST_OCTETS (RFC 8463 section 3:
 * Ed25519 signs the hash too).  Empty where the library fails.
 */
struct str dkim_private_sign(struct arena *arena,
    const struct dkim_private *key, const unsigned char *digest);

#endif
