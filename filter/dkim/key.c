#include "dkim/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "base/base64.h"
#include "base/limits.h"
#include "dkim/der.h"

static bool
list_has(struct str list, const char *word)
{
	struct str item;

	while (dkim_tag_item(&list, &item))
		if (str_eqz_nocase(item, word))
			return true;
	return false;
}

static enum dkim_key_type
type_of(const struct dkim_tag *tag)
{
	if (tag == NULL || str_eqz_nocase(tag->value, "rsa"))
		return DKIM_KEY_RSA;
	if (str_eqz_nocase(tag->value, "ed25519"))
		return DKIM_KEY_ED25519;
	return DKIM_KEY_UNKNOWN;
}

/* RFC 6376 section 3.6.1: v= is optional, but first and DKIM1 if there. */
static const char *
version_fault(const struct dkim_tags *tags)
{
	const struct dkim_tag *tag = dkim_tags_find(tags, "v");

	if (tag == NULL)
		return NULL;
	if (!str_eqz(tag->value, "DKIM1"))
		return "the key's v= is not DKIM1";
	return tag == tags->at ? NULL : "the key's v= is not first";
}

static bool
means_to_be_key(const struct dkim_tags *tags)
{
	const struct dkim_tag *tag = dkim_tags_find(tags, "v");

	if (tag != NULL)
		return str_eqz(tag->value, "DKIM1");
	return dkim_tags_find(tags, "p") != NULL;
}

static void
read_flags(const struct dkim_tags *tags, struct dkim_key *key)
{
	const struct dkim_tag *hashes = dkim_tags_find(tags, "h");
	const struct dkim_tag *services = dkim_tags_find(tags, "s");
	const struct dkim_tag *flags = dkim_tags_find(tags, "t");

	key->type = type_of(dkim_tags_find(tags, "k"));
	key->sha256 = hashes == NULL || list_has(hashes->value, "sha256");
	key->email = services == NULL || list_has(services->value, "*") ||
	    list_has(services->value, "email");
	key->testing = flags != NULL && list_has(flags->value, "y");
	key->strict = flags != NULL && list_has(flags->value, "s");
}

const char *
dkim_key_parse(struct arena *arena, struct str text, struct dkim_key *key_out,
    bool *is_key_out)
{
	const struct dkim_tag *p;
	struct dkim_tags tags;
	const char *why;

	*key_out = (struct dkim_key){ .type = DKIM_KEY_UNKNOWN };
	*is_key_out = false;
	if (text.len > LIMIT_DKIM_KEY_OCTETS)
		return "the key record is too large";
	why = dkim_tags_parse(text, &tags);
	*is_key_out = means_to_be_key(&tags);
	if (why != NULL)
		return why;
	why = version_fault(&tags);
	if (why != NULL)
		return why;
	read_flags(&tags, key_out);
	p = dkim_tags_find(&tags, "p");
	if (p == NULL)
		return "the key record has no p=";
	if (!base64_read(arena, p->value, &key_out->octets))
		return "the key's p= is not base64";
	return NULL;
}

const char *
dkim_key_objection(const struct dkim_key *key,
    const struct dkim_parsed *parsed)
{
	if (key->type == DKIM_KEY_UNKNOWN)
		return "the key's type is unknown";
	if (key->octets.len == 0)
		return "the key is revoked";
	if ((key->type == DKIM_KEY_ED25519) !=
	    (parsed->algorithm == DKIM_ED25519_SHA256))
		return "the key is of another type than the signature";
	if (!key->sha256)
		return "the key is not for this hash";
	if (!key->email)
		return "the key is not for mail";
	if (key->strict && parsed->identity_under)
		return "the key does not allow i= below d=";
	return NULL;
}

static EVP_PKEY *
rsa_build(struct str modulus, struct str exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn((const unsigned char *)modulus.ptr,
	    (int)modulus.len, NULL);
	BIGNUM *e = BN_bin2bn((const unsigned char *)exponent.ptr,
	    (int)exponent.len, NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (ctx != NULL && build != NULL && n != NULL && e != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(build);
	if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static unsigned
bits_of(struct str number)
{
	unsigned bits = 0;

	if (number.len == 0)
		return 0;
	for (unsigned char top = (unsigned char)number.ptr[0]; top != 0;
	    top >>= 1)
		bits++;
	return bits + 8 * (unsigned)(number.len - 1);
}

static bool
is_odd(struct str number)
{
	return number.len > 0 && (number.ptr[number.len - 1] & 1) == 1;
}

static EVP_PKEY *
rsa_decode(struct str octets, unsigned *bits_out, const char **why_out)
{
	struct str modulus, exponent;
	EVP_PKEY *pkey;

	*why_out = "the key in p= cannot be decoded";
	if (!der_rsa_public_key(octets, &modulus, &exponent))
		return NULL;
	*bits_out = bits_of(modulus);
	if (*bits_out < LIMIT_DKIM_RSA_BITS_MIN)
		*why_out = "the key is too short (RFC 8301)";
	else if (*bits_out > LIMIT_DKIM_RSA_BITS_MAX)
		*why_out = "the key is too long";
	if (*bits_out < LIMIT_DKIM_RSA_BITS_MIN ||
	    *bits_out > LIMIT_DKIM_RSA_BITS_MAX)
		return NULL;
	/* A large exponent only burns our time. */
	if (!is_odd(modulus) || !is_odd(exponent) || bits_of(exponent) < 2 ||
	    bits_of(exponent) > 64)
		return NULL;
	pkey = rsa_build(modulus, exponent);
	if (pkey != NULL)
		*why_out = NULL;
	return pkey;
}

/* RFC 8463 section 4.2: the bare 32 octets. */
static EVP_PKEY *
ed25519_decode(struct str octets, unsigned *bits_out, const char **why_out)
{
	EVP_PKEY *pkey = NULL;

	if (octets.len == 32)
		pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
		    (const unsigned char *)octets.ptr, octets.len);
	if (pkey == NULL) {
		*why_out = "the key in p= cannot be decoded";
		return NULL;
	}
	*bits_out = 256;
	*why_out = NULL;
	return pkey;
}

EVP_PKEY *
dkim_key_decode(const struct dkim_key *key, unsigned *bits_out,
    const char **why_out)
{
	*bits_out = 0;
	if (key->type == DKIM_KEY_ED25519)
		return ed25519_decode(key->octets, bits_out, why_out);
	return rsa_decode(key->octets, bits_out, why_out);
}
