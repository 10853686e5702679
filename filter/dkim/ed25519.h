/*
 * ed25519 - sign with an Ed25519 key (RFC 8032 section 5.1)
 *
 * Two engines: OpenSSL's, and libsodium's, which takes half of the time.  Both
 * give the same octets, for a signature depends on nothing but the key and
 * the text.  A key is copied by open, and wiped by close.
 *
 * Errors:	open gives NULL, and sign false, where the library fails.
 * Threads:	any, also several at once with one key.
 */
#ifndef ASSAY_DKIM_ED25519_H
#define ASSAY_DKIM_ED25519_H

#include <stdbool.h>

#include <openssl/evp.h>

#include "base/str.h"

enum { ED25519_OCTETS = 32, ED25519_SIGNATURE_OCTETS = 64 };

struct ed25519_engine {
	const char	*name;
	void		*(*open)(EVP_PKEY *pkey);
	void		(*close)(void *key);
	bool		(*sign)(void *key, struct str text,
			    unsigned char out[ED25519_SIGNATURE_OCTETS]);
};

extern const struct ed25519_engine ed25519_openssl;

/* libsodium's where assay is built with it, else OpenSSL's. */
extern const struct ed25519_engine *const ed25519_fastest;

#endif
