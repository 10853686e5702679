/*
 * der - the numbers of keys in DER
 *
 * Nothing may follow a key.
 */
#ifndef ASSAY_DKIM_DER_H
#define ASSAY_DKIM_DER_H

#include "base/str.h"

/*
 * Either a SubjectPublicKeyInfo with the algorithm rsaEncryption (RFC 5280
 * section 4.1.2.7, RFC 3279 section 2.3.1) or a bare RSAPublicKey (RFC 8017
 * appendix A.1.1).  Big-endian, without leading zeros; slices of der.
 */
bool der_rsa_public_key(struct str der, struct str *modulus_out,
    struct str *exponent_out);

/*
 * A private key: PKCS #8 (RFC 5958; RFC 8017 appendix A.1, RFC 8410 section 7)
 * or a bare RSAPrivateKey (RFC 8017 appendix A.1.2) of two primes.  Slices of
 * der, as above.
 */
enum der_kind {
	DER_NO_KEY,		/* or a broken one */
	DER_OTHER,		/* of another algorithm */
	DER_RSA, DER_ED25519
};

enum { DER_RSA_NUMBERS = 8 };	/* n, e, d, p, q, dp, dq, qi */

struct der_private {
	struct str	numbers[DER_RSA_NUMBERS];
	struct str	seed;		/* of Ed25519 */
};

enum der_kind der_private_key(struct str der, struct der_private *key_out);

#endif
