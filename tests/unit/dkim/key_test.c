#include "tests/unit/dkim/dkim_test.h"

#include "dkim/der.h"
#include "dkim/key.h"
#include "dkim/keycache.h"

#define RSA512 "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALOByCRE7oajAC8ADURIjCKtLl" \
    "J9ia+N/VPrqfJpHkRWiXUSwyBwijq5L3nUAY3AW3y5K+x/hDSlXJuPbT5M2FMCAwEAAQ=="
#define RSA1024 "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDE5Sh015Ehooeyz4CtR" \
    "zWmlFWvpZv4eoeV+x0WTUoz7HBaSs0xy1gnaFKbGmSXYLDNuuyg19xDjng3qJJ65Tpz1" \
    "st64JPJvdgxQjIloeTYlRiN/rJ1nHa/Vpva7qqH5u7jmAeoVcIWBD4xddPY/mTW2XM+9" \
    "AmDL4zdeaGM3Ha+9wIDAQAB"
#define RSA1024_BARE "MIGJAoGBAMTlKHTXkSGih7LPgK1HNaaUVa+lm/h6h5X7HRZNSjPs" \
    "cFpKzTHLWCdoUpsaZJdgsM267KDX3EOOeDeoknrlOnPWy3rgk8m92DFCMiWh5NiVGI3+" \
    "snWcdr9Wm9ruqofm7uOYB6hVwhYEPjF109j+ZNbZcz70CYMvjN15oYzcdr73AgMBAAE="
#define RSA2048 "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1M6ufIwTS0FJH" \
    "hKSXfzetUb+LVcZs6bBts1Ty9DrsisLmLp2QxOLaOhGuK/CAEQZO2/YHlEo27UwGq36y" \
    "6Ty/qlJ0bZmZwtJmFNESaYODJLdX0t42Mwffpk5b8Q/Pr1D41Xnxu8nv6xwpm8tNKIKS" \
    "teGLhQIoRKITx99Mj4hrcp42VgpxSUvn2lhmAYkOO6nBAuowIUlzE4yhjZT2gtA0Iank" \
    "Er7yzLqCUHx7Wvw1mE4gnvjNz4UvqxTZrWvurIlRsmjRMIX0hlk01l/IDNX3Yxnw8jGD" \
    "VaPRhATKubeOmuND+0x72J4eRzPbatubMLSiog4vHhmpZX8GouHz42QvwIDAQAB"
#define ED25519 "YfA7Vw2JGFCZ/24oRjwYXONBzycQVmMzpCBGxcPV0NQ="
#define ED25519_INFO "MCowBQYDK2VwAyEAYfA7Vw2JGFCZ/24oRjwYXONBzycQVmMzpCBG" \
    "xcPV0NQ="
#define EC "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEX8G1ByFLKE3Ur1fswG44KnDlwf" \
    "FxOw7MMpYSmgfWRSse7rGjbXanvVJu4LympbuVulYJefc1u3bi0RQ1EDClhg=="

/* why: of the parse, else of the objection, else of the decoding. */
static const struct {
	const char *text;
	enum dkim_algorithm algorithm;
	unsigned bits;
	const char *why;
	bool is_key, testing, strict;
} keys[] = {
	{ "v=DKIM1; k=rsa; p=" RSA2048, DKIM_RSA_SHA256, 2048, NULL, 1, 0, 0 },
	{ "p=" RSA2048, DKIM_RSA_SHA256, 2048, NULL, 1, 0, 0 },
	{ "p=" RSA1024, DKIM_RSA_SHA256, 1024, NULL, 1, 0, 0 },
	{ "p=" RSA1024_BARE, DKIM_RSA_SHA256, 1024, NULL, 1, 0, 0 },
	{ "k=RSA; p=" RSA1024, DKIM_RSA_SHA256, 1024, NULL, 1, 0, 0 },
	{ "v=DKIM1; k=ed25519; p=" ED25519, DKIM_ED25519_SHA256, 256, NULL,
	  1, 0, 0 },
	{ "p=" RSA1024 "; n=a note; x=y; t=y:s", DKIM_RSA_SHA256, 1024, NULL,
	  1, 1, 1 },
	{ "p=" RSA1024 "; t=y", DKIM_RSA_SHA256, 1024, NULL, 1, 1, 0 },
	{ "p=" RSA1024 "; t=s : other", DKIM_RSA_SHA256, 1024, NULL, 1, 0, 1 },
	{ "p=" RSA1024 "; t=", DKIM_RSA_SHA256, 1024, NULL, 1, 0, 0 },
	{ "p=" RSA1024 "; h=sha1:sha256; s=email", DKIM_RSA_SHA256, 1024,
	  NULL, 1, 0, 0 },
	{ "p=" RSA1024 "; h=sha256:new; s=other:*", DKIM_RSA_SHA256, 1024,
	  NULL, 1, 0, 0 },
	{ " v=DKIM1 ; p = " RSA1024 " ; ", DKIM_RSA_SHA256, 1024, NULL,
	  1, 0, 0 },
	/* the record */
	{ "v=DKIM2; p=" RSA1024, DKIM_RSA_SHA256, 0,
	  "the key's v= is not DKIM1", 0, 0, 0 },
	{ "v=dkim1; p=" RSA1024, DKIM_RSA_SHA256, 0,
	  "the key's v= is not DKIM1", 0, 0, 0 },
	{ "p=" RSA1024 "; v=DKIM1", DKIM_RSA_SHA256, 0,
	  "the key's v= is not first", 1, 0, 0 },
	{ "v=DKIM1; k=rsa", DKIM_RSA_SHA256, 0, "the key record has no p=",
	  1, 0, 0 },
	{ "v=DKIM1; p=x; p=y", DKIM_RSA_SHA256, 0, "a tag comes twice",
	  1, 0, 0 },
	{ "v=DKIM1; p=!", DKIM_RSA_SHA256, 0, "the key's p= is not base64",
	  1, 0, 0 },
	{ "v=spf1 -all", DKIM_RSA_SHA256, 0, "the key's v= is not DKIM1",
	  0, 0, 0 },
	{ "hello", DKIM_RSA_SHA256, 0, "a tag has no \"=\"", 0, 0, 0 },
	{ "", DKIM_RSA_SHA256, 0, "an empty tag", 0, 0, 0 },
	/* objections */
	{ "v=DKIM1; p=", DKIM_RSA_SHA256, 0, "the key is revoked", 1, 0, 0 },
	{ "p= ; k=rsa", DKIM_RSA_SHA256, 0, "the key is revoked", 1, 0, 0 },
	{ "k=dsa; p=" RSA1024, DKIM_RSA_SHA256, 0, "the key's type is unknown",
	  1, 0, 0 },
	{ "k=; p=" RSA1024, DKIM_RSA_SHA256, 0, "the key's type is unknown",
	  1, 0, 0 },
	{ "p=" RSA1024, DKIM_ED25519_SHA256, 0,
	  "the key is of another type than the signature", 1, 0, 0 },
	{ "k=ed25519; p=" ED25519, DKIM_RSA_SHA256, 0,
	  "the key is of another type than the signature", 1, 0, 0 },
	{ "h=sha1; p=" RSA1024, DKIM_RSA_SHA256, 0,
	  "the key is not for this hash", 1, 0, 0 },
	{ "h=; p=" RSA1024, DKIM_RSA_SHA256, 0,
	  "the key is not for this hash", 1, 0, 0 },
	{ "s=tlsrpt; p=" RSA1024, DKIM_RSA_SHA256, 0,
	  "the key is not for mail", 1, 0, 0 },
	/* decoding */
	{ "p=" RSA512, DKIM_RSA_SHA256, 512,
	  "the key is too short (RFC 8301)", 1, 0, 0 },
	{ "p=" EC, DKIM_RSA_SHA256, 0, "the key in p= cannot be decoded",
	  1, 0, 0 },
	{ "p=" ED25519_INFO, DKIM_RSA_SHA256, 0,
	  "the key in p= cannot be decoded", 1, 0, 0 },
	{ "k=ed25519; p=" ED25519_INFO, DKIM_ED25519_SHA256, 0,
	  "the key in p= cannot be decoded", 1, 0, 0 },
	{ "p=AAAA" RSA1024, DKIM_RSA_SHA256, 0,
	  "the key in p= cannot be decoded", 1, 0, 0 },
	{ "p=" RSA1024 "AAAA", DKIM_RSA_SHA256, 0,
	  "the key in p= cannot be decoded", 1, 0, 0 },
	{ "p=MIGf", DKIM_RSA_SHA256, 0, "the key in p= cannot be decoded",
	  1, 0, 0 },
};

START_TEST(keys_are_read)
{
	struct arena *arena = arena_new();
	struct dkim_parsed parsed = { .algorithm = keys[_i].algorithm };
	struct dkim_key key;
	unsigned bits = 0;
	bool is_key;
	EVP_PKEY *pkey = NULL;
	const char *why = dkim_key_parse(arena, str_from(keys[_i].text), &key,
	    &is_key);

	ck_assert_int_eq(is_key, keys[_i].is_key);
	if (why == NULL)
		why = dkim_key_objection(&key, &parsed);
	if (why == NULL)
		pkey = dkim_key_decode(&key, &bits, &why);
	ck_assert_uint_eq(bits, keys[_i].bits);
	if (keys[_i].why != NULL) {
		ck_assert_ptr_nonnull(why);
		ck_assert_str_eq(why, keys[_i].why);
	} else {
		ck_assert_msg(why == NULL, "%s", why);
		ck_assert_int_eq(EVP_PKEY_get_bits(pkey), (int)bits);
		ck_assert_int_eq(key.testing, keys[_i].testing);
		ck_assert_int_eq(key.strict, keys[_i].strict);
	}
	EVP_PKEY_free(pkey);
	arena_free(arena);
}
END_TEST

/* RFC 6376 section 3.6.1: t=s forbids an i= below d=. */
START_TEST(strict_key_refuses_subdomains)
{
	struct dkim_key key = {
		.type = DKIM_KEY_RSA, .octets = STR("x"), .sha256 = true,
		.email = true, .strict = true
	};
	struct dkim_parsed parsed = { .algorithm = DKIM_RSA_SHA256 };

	ck_assert_ptr_null(dkim_key_objection(&key, &parsed));
	parsed.identity_under = true;
	ck_assert_str_eq(dkim_key_objection(&key, &parsed),
	    "the key does not allow i= below d=");
	key.strict = false;
	ck_assert_ptr_null(dkim_key_objection(&key, &parsed));
}
END_TEST

#define DER(lit)	STR_INIT(lit)

static const struct {
	struct str der;
	bool ok;
} ders[] = {
	{ DER("\x30\x06\x02\x01\x11\x02\x01\x03"), true },
	{ DER("\x30\x07\x02\x02\x00\x91\x02\x01\x03"), true },
	{ DER("\x30\x81\x06\x02\x01\x11\x02\x01\x03"), true },
	{ DER("\x30\x82\x00\x06\x02\x01\x11\x02\x01\x03"), true },
	{ DER(""), false },
	{ DER("\x30"), false },
	{ DER("\x30\x00"), false },
	{ DER("\x30\x80\x02\x01\x11\x02\x01\x03\x00\x00"), false },
	{ DER("\x30\x83\x00\x00\x06\x02\x01\x11\x02\x01\x03"), false },
	{ DER("\x30\x07\x02\x01\x11\x02\x01\x03"), false },	/* too long */
	{ DER("\x30\x05\x02\x01\x11\x02\x01\x03"), false },	/* too short */
	{ DER("\x30\x06\x02\x01\x11\x02\x01\x03\x00"), false },
	{ DER("\x30\x06\x02\x01\x91\x02\x01\x03"), false },	/* negative */
	{ DER("\x30\x06\x02\x01\x00\x02\x01\x03"), false },	/* zero */
	{ DER("\x30\x05\x02\x00\x02\x01\x03"), false },
	{ DER("\x30\x09\x02\x01\x11\x02\x01\x03\x02\x01\x05"), false },
	{ DER("\x30\x03\x02\x01\x11"), false },
	{ DER("\x31\x06\x02\x01\x11\x02\x01\x03"), false },
	{ DER("\x30\x82\x02"), false },
};

START_TEST(der_is_read)
{
	struct str modulus, exponent;

	ck_assert_int_eq(der_rsa_public_key(ders[_i].der, &modulus,
	    &exponent), ders[_i].ok);
	if (ders[_i].ok) {
		ck_assert_uint_eq(modulus.len, 1);
		assert_str(exponent, "\x03");
	}
}
END_TEST

START_TEST(decoded_keys_are_kept)
{
	struct arena *arena = arena_new();
	struct dkim_key rsa, ed;
	struct dkim_public *first, *again, *other;
	const char *why = "";
	unsigned bits = 0;
	bool is_key;

	dkim_key_parse(arena, STR("p=" RSA1024), &rsa, &is_key);
	dkim_key_parse(arena, STR("k=ed25519; p=" ED25519), &ed, &is_key);
	first = dkim_keycache_get(&rsa, &bits, &why);
	other = dkim_keycache_get(&ed, &bits, &why);
	ck_assert_uint_eq(bits, 256);
	again = dkim_keycache_get(&rsa, &bits, &why);
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_eq(first, again);
	ck_assert_ptr_ne(first, other);
	ck_assert_uint_eq(bits, 1024);
	ck_assert_ptr_null(why);
	dkim_keycache_clear();
	dkim_public_unref(again);
	again = dkim_keycache_get(&rsa, &bits, &why);
	ck_assert_ptr_ne(first, again);
	/* The same octets are no key of another type. */
	rsa.type = DKIM_KEY_ED25519;
	ck_assert_ptr_null(dkim_keycache_get(&rsa, &bits, &why));
	ck_assert_ptr_nonnull(why);
	dkim_public_unref(first);
	dkim_public_unref(again);
	dkim_public_unref(other);
	dkim_keycache_clear();
	arena_free(arena);
}
END_TEST

/* More keys than there is room for: each is still found or made. */
START_TEST(kept_keys_are_bounded)
{
	unsigned char octets[32] = { 1 };
	struct dkim_key key = { .type = DKIM_KEY_ED25519 };
	const char *why;
	unsigned bits;

	key.octets = str_make(octets, sizeof(octets));
	for (int i = 0; i < 3000; i++) {
		struct dkim_public *kept;

		octets[1] = (unsigned char)i;
		octets[2] = (unsigned char)(i >> 8);
		kept = dkim_keycache_get(&key, &bits, &why);
		ck_assert_ptr_nonnull(kept);
		dkim_public_unref(kept);
	}
	dkim_keycache_clear();
}
END_TEST

void
add_key_tests(TCase *tc)
{
	tcase_add_loop_test(tc, keys_are_read, 0, TEST_COUNT(keys));
	tcase_add_test(tc, strict_key_refuses_subdomains);
	tcase_add_test(tc, decoded_keys_are_kept);
	tcase_add_test(tc, kept_keys_are_bounded);
	tcase_add_loop_test(tc, der_is_read, 0, TEST_COUNT(ders));
}
