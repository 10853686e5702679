/*
 * der - the numbers of an RSA public key in DER
 *
 * Either a SubjectPublicKeyInfo with the algorithm rsaEncryption (RFC 5280
 * section 4.1.2.7, RFC 3279 section 2.3.1) or a bare RSAPublicKey (RFC 8017
 * appendix A.1.1).  Nothing may follow it.
 */
#ifndef ASSAY_DKIM_DER_H
#define ASSAY_DKIM_DER_H

#include "base/str.h"

/* Big-endian, without leading zeros; slices of der. */
bool der_rsa_public_key(struct str der, struct str *modulus_out,
    struct str *exponent_out);

#endif
