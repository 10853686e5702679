#include "tests/unit/dkim/dkim_test.h"

#include <string.h>

#include "base/arena.h"
#include "dkim/digest.h"
#include "dkim/ed25519.h"

/* RFC 8032 section 7.1, TEST 1 to 3. */
static const struct {
	const char	*seed, *text, *signature;
} vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc4"
	  "4449c5697b326919703bac031cae7f60", "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	  "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f"
	  "5b8a319f35aba624da8cf6ed4fb8a6fb", "\x72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b1"
	  "66d38535076f094b85ce3a2e0b4458f7", "\xaf\x82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	  "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

static EVP_PKEY *
key_of(const unsigned char seed[ED25519_OCTETS])
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
	    seed, ED25519_OCTETS);

	ck_assert_ptr_nonnull(pkey);
	return pkey;
}

/* Twice with one key that the caller has let go: the first time sets it up. */
static void
sign(const struct ed25519_engine *engine, const unsigned char *seed,
    struct str text, unsigned char out[ED25519_SIGNATURE_OCTETS])
{
	unsigned char again[ED25519_SIGNATURE_OCTETS];
	EVP_PKEY *pkey = key_of(seed);
	void *key = engine->open(pkey);

	EVP_PKEY_free(pkey);
	ck_assert_ptr_nonnull(key);
	ck_assert(engine->sign(key, text, again));
	ck_assert(engine->sign(key, text, out));
	ck_assert_mem_eq(out, again, sizeof(again));
	engine->close(key);
}

START_TEST(ed25519_signatures_are_those_of_rfc8032)
{
	const struct ed25519_engine *engine = _i % 2 == 0 ? &ed25519_openssl :
	    ed25519_fastest;
	struct str seed = str_from(vectors[_i / 2].seed);
	unsigned char octets[ED25519_OCTETS], out[ED25519_SIGNATURE_OCTETS];
	char hex[2 * ED25519_SIGNATURE_OCTETS];

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (unsigned char)ascii_octet(seed, 2 * i);
	sign(engine, octets, str_from(vectors[_i / 2].text), out);
	ascii_hex_write(out, sizeof(out), hex);
	assert_str(str_make(hex, sizeof(hex)), vectors[_i / 2].signature);
}
END_TEST

static bool
verifies(const unsigned char *seed, struct str text,
    const unsigned char *signature)
{
	EVP_PKEY *pkey = key_of(seed);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
	    EVP_DigestVerify(ctx, signature, ED25519_SIGNATURE_OCTETS,
	    (const unsigned char *)text.ptr, text.len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return good;
}

/* Other keys, and texts of every length up to 100. */
START_TEST(both_engines_give_the_same_signature)
{
	unsigned char seed[DKIM_DIGEST_OCTETS], a[ED25519_SIGNATURE_OCTETS],
	    b[ED25519_SIGNATURE_OCTETS];
	char letters[100];

	for (size_t len = 0; len <= sizeof(letters); len++) {
		struct str text;

		memset(letters, 'a' + (int)len % 26, sizeof(letters));
		text = str_make(letters, len);
		dkim_digest(text, seed);
		sign(&ed25519_openssl, seed, text, a);
		sign(ed25519_fastest, seed, text, b);
		ck_assert_mem_eq(a, b, sizeof(a));
		ck_assert(verifies(seed, text, b));
		b[len % sizeof(b)] ^= 1;
		ck_assert(!verifies(seed, text, b));
	}
}
END_TEST

START_TEST(public_key_does_not_sign)
{
	static const unsigned char seed[ED25519_OCTETS] = { 1 };
	EVP_PKEY *public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
	    seed, sizeof(seed));
	void *key = ed25519_fastest->open(public);
	unsigned char out[ED25519_SIGNATURE_OCTETS];

	/* A public key alone: refused at once, or when it is to sign. */
	ck_assert(key == NULL || !ed25519_fastest->sign(key, STR("x"), out));
	if (key != NULL)
		ed25519_fastest->close(key);
	EVP_PKEY_free(public);
}
END_TEST

void
add_ed25519_tests(TCase *tc)
{
	tcase_add_loop_test(tc, ed25519_signatures_are_those_of_rfc8032, 0,
	    2 * TEST_COUNT(vectors));
	tcase_add_test(tc, both_engines_give_the_same_signature);
	tcase_add_test(tc, public_key_does_not_sign);
}
