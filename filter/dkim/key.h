/*
 * key - a DKIM key record (RFC 6376 section 3.6.1, RFC 8301, RFC 8463)
 *
 * RSA keys may be a SubjectPublicKeyInfo or a bare RSAPublicKey; an ed25519
 * key is its 32 octets.  DER is read here and the key built from its numbers:
 * OpenSSL's own decoder takes several times as long as a verification.
 *
 * Ownership:	slices and octets are the arena's; an EVP_PKEY is a reference
 *		that the caller frees with EVP_PKEY_free().
 */
#ifndef ASSAY_DKIM_KEY_H
#define ASSAY_DKIM_KEY_H

#include <openssl/evp.h>

#include "dkim/signature.h"

enum dkim_key_type { DKIM_KEY_UNKNOWN, DKIM_KEY_RSA, DKIM_KEY_ED25519 };

struct dkim_key {
	enum dkim_key_type	type;
	struct str		octets;		/* p= decoded; empty: revoked */
	bool			sha256;		/* h= allows it */
	bool			email;		/* s= allows it */
	bool			testing;	/* t=y */
	bool			strict;		/* t=s */
};

/*
 * NULL, or what is wrong with the record.  *is_key_out says whether the text
 * means to be a key record at all: others may stand at the same name.
 */
const char *dkim_key_parse(struct arena *arena, struct str text,
    struct dkim_key *key_out, bool *is_key_out);

/*
 * NULL if this key may verify this signature, or why not (RFC 6376 section
 * 6.1.2): revoked, of another type, not for this hash or service, t=s.
 */
const char *dkim_key_objection(const struct dkim_key *key,
    const struct dkim_parsed *parsed);

/*
 * The public key, or NULL and why in *why_out.  RSA keys have
 * LIMIT_DKIM_RSA_BITS_MIN..MAX bits; *bits_out is set for one that has not.
 */
EVP_PKEY *dkim_key_decode(const struct dkim_key *key, unsigned *bits_out,
    const char **why_out);

#endif
