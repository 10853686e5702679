#include "dkim/der.h"

#include "dkim/ed25519.h"

enum { DER_INTEGER = 0x02, DER_BIT_STRING = 0x03, DER_OCTET_STRING = 0x04,
       DER_SEQUENCE = 0x30 };

/* RFC 8017 appendix A.1, RFC 8410 section 3. */
static const unsigned char rsa_encryption[] = {
	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01
};
static const unsigned char ed25519[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };

/* Take one element with this tag off *rest. */
static bool
der_take(struct str *rest, unsigned char tag, struct str *value_out)
{
	const unsigned char *p = (const unsigned char *)rest->ptr;
	size_t head = 2, len;

	if (rest->len < 2 || p[0] != tag)
		return false;
	len = p[1];
	if (len >= 0x80) {		/* long form: one or two octets */
		size_t octets = len & 0x7f;

		if (octets == 0 || octets > 2 || rest->len < 2 + octets)
			return false;
		len = 0;
		for (size_t i = 0; i < octets; i++)
			len = len << 8 | p[head++];
	}
	if (len > rest->len - head)
		return false;
	*value_out = str_slice(*rest, head, head + len);
	*rest = str_skip(*rest, head + len);
	return true;
}

/* A positive INTEGER. */
static bool
der_take_number(struct str *rest, struct str *number_out)
{
	struct str number;

	if (!der_take(rest, DER_INTEGER, &number) || number.len == 0 ||
	    ((unsigned char)number.ptr[0] & 0x80) != 0)
		return false;
	while (number.len > 0 && number.ptr[0] == 0)
		number = str_skip(number, 1);
	*number_out = number;
	return number.len > 0;
}

static bool
is_algorithm(struct str algorithm, const unsigned char *oid, size_t len)
{
	return str_eq(str_slice(algorithm, 0, len), str_make(oid, len));
}

/* The body of SubjectPublicKeyInfo; gives the body of RSAPublicKey. */
static bool
unwrap(struct str body, struct str *numbers_out)
{
	struct str algorithm, bits;

	if (!der_take(&body, DER_SEQUENCE, &algorithm) ||
	    !der_take(&body, DER_BIT_STRING, &bits) || body.len != 0 ||
	    !is_algorithm(algorithm, rsa_encryption,
	    sizeof(rsa_encryption)) ||
	    bits.len == 0 || bits.ptr[0] != 0)
		return false;
	bits = str_skip(bits, 1);
	return der_take(&bits, DER_SEQUENCE, numbers_out) && bits.len == 0;
}

bool
der_rsa_public_key(struct str der, struct str *modulus_out,
    struct str *exponent_out)
{
	struct str body;

	if (!der_take(&der, DER_SEQUENCE, &body) || der.len != 0)
		return false;
	if (body.len > 0 && body.ptr[0] == DER_SEQUENCE &&
	    !unwrap(body, &body))
		return false;
	return der_take_number(&body, modulus_out) &&
	    der_take_number(&body, exponent_out) && body.len == 0;
}

static enum der_kind
rsa_numbers(struct str body, struct der_private *key)
{
	for (int i = 0; i < DER_RSA_NUMBERS; i++)
		if (!der_take_number(&body, &key->numbers[i]) ||
		    key->numbers[i].len > key->numbers[0].len)
			return DER_NO_KEY;
	return body.len == 0 ? DER_RSA : DER_NO_KEY;
}

/* The privateKey of PKCS #8. */
static enum der_kind
unwrap_private(struct str algorithm, struct str inner,
    struct der_private *key)
{
	struct str body, version;

	if (is_algorithm(algorithm, ed25519, sizeof(ed25519)))
		return der_take(&inner, DER_OCTET_STRING, &key->seed) &&
		    inner.len == 0 && key->seed.len == ED25519_OCTETS ?
		    DER_ED25519 : DER_NO_KEY;
	if (!is_algorithm(algorithm, rsa_encryption, sizeof(rsa_encryption)))
		return DER_OTHER;
	if (!der_take(&inner, DER_SEQUENCE, &body) || inner.len != 0 ||
	    !der_take(&body, DER_INTEGER, &version))
		return DER_NO_KEY;
	return rsa_numbers(body, key);
}

enum der_kind
der_private_key(struct str der, struct der_private *key_out)
{
	struct str body, version, algorithm, inner;

	*key_out = (struct der_private){ .seed = STR_NONE };
	if (!der_take(&der, DER_SEQUENCE, &body) || der.len != 0 ||
	    !der_take(&body, DER_INTEGER, &version))
		return DER_NO_KEY;
	if (body.len > 0 && body.ptr[0] == DER_INTEGER)
		return rsa_numbers(body, key_out);
	/* Attributes and a public key may follow. */
	if (!der_take(&body, DER_SEQUENCE, &algorithm) ||
	    !der_take(&body, DER_OCTET_STRING, &inner))
		return DER_NO_KEY;
	return unwrap_private(algorithm, inner, key_out);
}
