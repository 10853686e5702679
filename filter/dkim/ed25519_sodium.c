#include "config.h"
#include "dkim/ed25519.h"

#ifdef HAVE_SODIUM
#include <stdlib.h>

#include <openssl/core_names.h>
#include <sodium.h>

#include "base/ensure.h"

_Static_assert(crypto_sign_SEEDBYTES == ED25519_OCTETS &&
    crypto_sign_BYTES == ED25519_SIGNATURE_OCTETS, "RFC 8032 section 5.1");

struct key {
	unsigned char	secret[crypto_sign_SECRETKEYBYTES];
};

static void
key_close(void *ctx)
{
	struct key *key = ctx;

	sodium_memzero(key, sizeof(*key));
	free(key);
}

/* EVP_PKEY_get_raw_private_key() would leave a copy on the heap. */
static void *
key_open(EVP_PKEY *pkey)
{
	unsigned char seed[ED25519_OCTETS], public[crypto_sign_PUBLICKEYBYTES];
	struct key *key = xcalloc(1, sizeof(*key));
	size_t len = 0;
	bool good = sodium_init() >= 0 &&
	    EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY,
	    seed, sizeof(seed), &len) == 1 && len == sizeof(seed) &&
	    crypto_sign_seed_keypair(public, key->secret, seed) == 0;

	sodium_memzero(seed, sizeof(seed));
	if (good)
		return key;
	key_close(key);
	return NULL;
}

static bool
key_sign(void *ctx, struct str text,
    unsigned char out[ED25519_SIGNATURE_OCTETS])
{
	const struct key *key = ctx;

	return crypto_sign_detached(out, NULL,
	    (const unsigned char *)text.ptr, text.len, key->secret) == 0;
}

static const struct ed25519_engine sodium = {
	"libsodium", key_open, key_close, key_sign
};
const struct ed25519_engine *const ed25519_fastest = &sodium;

#else

const struct ed25519_engine *const ed25519_fastest = &ed25519_openssl;

#endif
