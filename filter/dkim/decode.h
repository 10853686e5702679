/*
 * decode - the text of a private key, of which no copy is left behind
 *
 * PEM (PKCS #8, RFC 5958; or PKCS #1, RFC 8017 appendix A.1.2), with anything
 * before and behind it; or the base64 of the same DER, or of the 32 octets of
 * an Ed25519 key (RFC 8032).  OpenSSL's decoders free what they have copied
 * of a key as it is, so only numbers are given to it, which it wipes.
 */
#ifndef ASSAY_DKIM_DECODE_H
#define ASSAY_DKIM_DECODE_H

#include <openssl/evp.h>

#include "base/arena.h"

/* RSA or Ed25519, not vetted; or NULL and why, a literal. */
EVP_PKEY *decode_private(struct str text, const char **why_out);

#endif
