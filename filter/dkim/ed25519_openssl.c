#include <stdatomic.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "base/ensure.h"
#include "dkim/ed25519.h"

enum { READY = 4 };	/* threads that sign with one key at a time, mostly */

/* Contexts that are set up, each for one thread at a time; or NULL. */
struct key {
	EVP_PKEY		*pkey;
	_Atomic(EVP_MD_CTX *)	 ready[READY];
};

static void *
key_open(EVP_PKEY *pkey)
{
	struct key *key = xcalloc(1, sizeof(*key));

	ensure(EVP_PKEY_up_ref(pkey) == 1);
	key->pkey = pkey;
	return key;
}

/* OpenSSL wipes the numbers of a private key as it frees them. */
static void
key_close(void *ctx)
{
	struct key *key = ctx;

	for (int i = 0; i < READY; i++)
		EVP_MD_CTX_free(key->ready[i]);
	EVP_PKEY_free(key->pkey);
	free(key);
}

/*
 * To look the algorithm up and set it up takes, with its locks, a tenth of what
 * a signature does.  NULL: none is ready.
 */
static EVP_MD_CTX *
take_ready(struct key *key)
{
	EVP_MD_CTX *ctx = NULL;

	for (int i = 0; i < READY && ctx == NULL; i++)
		ctx = atomic_exchange(&key->ready[i], NULL);
	/* With no key it begins anew with its own; not every version can. */
	if (ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, NULL) != 1) {
		ERR_clear_error();
		EVP_MD_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

static void
put_ready(struct key *key, EVP_MD_CTX *ctx)
{
	for (int i = 0; i < READY && ctx != NULL; i++) {
		EVP_MD_CTX *none = NULL;

		if (atomic_compare_exchange_strong(&key->ready[i],
		    &none, ctx))
			ctx = NULL;
	}
	EVP_MD_CTX_free(ctx);
}

static EVP_MD_CTX *
set_up(EVP_PKEY *pkey)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1)
		return ctx;
	EVP_MD_CTX_free(ctx);
	return NULL;
}

static bool
key_sign(void *ctx, struct str text,
    unsigned char out[ED25519_SIGNATURE_OCTETS])
{
	struct key *key = ctx;
	EVP_MD_CTX *sign = take_ready(key);
	size_t len = ED25519_SIGNATURE_OCTETS;

	if (sign == NULL)
		sign = set_up(key->pkey);
	if (sign == NULL || EVP_DigestSign(sign, out, &len,
	    (const unsigned char *)text.ptr, text.len) != 1) {
		EVP_MD_CTX_free(sign);
		return false;
	}
	put_ready(key, sign);
	return true;
}

const struct ed25519_engine ed25519_openssl = {
	"openssl", key_open, key_close, key_sign
};
