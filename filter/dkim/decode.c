#include "dkim/decode.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "base/base64.h"
#include "base/ensure.h"
#include "dkim/der.h"
#include "dkim/ed25519.h"

static bool
has(struct str text, const char *word)
{
	return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

static const char *
why_undecoded(struct str text)
{
	if (has(text, "ENCRYPTED"))
		return "the key is encrypted, and nobody is there to type its "
		    "passphrase: openssl pkey -in FILE -out NEW";
	if (has(text, "BEGIN PUBLIC KEY") || has(text, "BEGIN RSA PUBLIC"))
		return "holds a public key; the private one belongs here";
	if (has(text, "BEGIN CERTIFICATE"))
		return "holds a certificate; a private key belongs here";
	if (has(text, "BEGIN OPENSSH"))
		return "holds a key of OpenSSH: make one with assay key new";
	if (has(text, "BEGIN EC PRIVATE") || has(text, "BEGIN DSA PRIVATE"))
		return "is neither an RSA nor an Ed25519 key";
	return "holds no private key in PEM: make one with assay key new";
}

/* What stands between two lines of PEM (RFC 7468); empty: there are none. */
static struct str
between(struct str text, const char *begin, const char *end)
{
	const char *from = memmem(text.ptr, text.len, begin, strlen(begin));
	const char *to;

	if (from == NULL)
		return STR_NONE;
	text = str_skip(text, (size_t)(from - text.ptr) + strlen(begin));
	to = memmem(text.ptr, text.len, end, strlen(end));
	return to == NULL ? STR_NONE :
	    str_slice(text, 0, (size_t)(to - text.ptr));
}

static struct str
base64_of(struct str text)
{
	struct str body;

	if (!has(text, "-----BEGIN"))
		return text;
	body = between(text, "-----BEGIN PRIVATE KEY-----",
	    "-----END PRIVATE KEY-----");
	return body.len > 0 ? body : between(text,
	    "-----BEGIN RSA PRIVATE KEY-----",
	    "-----END RSA PRIVATE KEY-----");
}

/* The octets of a number in the order that parameters have. */
static struct str
native(struct arena *arena, struct str number)
{
	BIGNUM *bn = BN_bin2bn((const unsigned char *)number.ptr,
	    (int)number.len, NULL);
	unsigned char *out = arena_alloc(arena, number.len);

	ensure(bn != NULL && BN_bn2nativepad(bn, out, (int)number.len) >= 0);
	BN_clear_free(bn);
	return str_make(out, number.len);
}

static EVP_PKEY *
rsa_of(struct arena *arena, const struct der_private *numbers)
{
	static const char *const names[DER_RSA_NUMBERS] = {
		OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1
	};
	OSSL_PARAM params[DER_RSA_NUMBERS + 1];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *pkey = NULL;

	for (int i = 0; i < DER_RSA_NUMBERS; i++) {
		struct str value = native(arena, numbers->numbers[i]);

		params[i] = OSSL_PARAM_construct_BN(names[i],
		    (unsigned char *)(uintptr_t)value.ptr, value.len);
	}
	params[DER_RSA_NUMBERS] = OSSL_PARAM_construct_end();
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		pkey = NULL;
	for (int i = 0; i < DER_RSA_NUMBERS; i++)
		OPENSSL_cleanse(params[i].data, params[i].data_size);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static EVP_PKEY *
ed25519_of(struct str seed)
{
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
	    (const unsigned char *)seed.ptr, seed.len);
}

static EVP_PKEY *
key_of(struct arena *arena, struct str octets, const char **why_out)
{
	struct der_private private;

	if (octets.len == ED25519_OCTETS)
		return ed25519_of(octets);
	switch (der_private_key(octets, &private)) {
	case DER_NO_KEY:
		break;
	case DER_OTHER:
		*why_out = "is neither an RSA nor an Ed25519 key";
		break;
	case DER_RSA:
		return rsa_of(arena, &private);
	case DER_ED25519:
		return ed25519_of(private.seed);
	}
	return NULL;
}

EVP_PKEY *
decode_private(struct str text, const char **why_out)
{
	struct arena *arena = arena_new();
	struct str octets;
	EVP_PKEY *pkey = NULL;

	*why_out = why_undecoded(text);
	if (base64_read(arena, base64_of(text), &octets)) {
		pkey = key_of(arena, octets, why_out);
		OPENSSL_cleanse((char *)(uintptr_t)octets.ptr, octets.len);
	}
	ERR_clear_error();
	arena_free(arena);
	return pkey;
}
