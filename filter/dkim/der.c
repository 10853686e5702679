#include "dkim/der.h"

enum { DER_INTEGER = 0x02, DER_BIT_STRING = 0x03, DER_SEQUENCE = 0x30 };

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

/* The body of SubjectPublicKeyInfo; gives the body of RSAPublicKey. */
static bool
unwrap(struct str body, struct str *numbers_out)
{
	static const unsigned char rsa_encryption[] = {
		0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
		0x01
	};
	struct str algorithm, bits;

	if (!der_take(&body, DER_SEQUENCE, &algorithm) ||
	    !der_take(&body, DER_BIT_STRING, &bits) || body.len != 0 ||
	    !str_eq(str_slice(algorithm, 0, sizeof(rsa_encryption)),
	    str_make(rsa_encryption, sizeof(rsa_encryption))) ||
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
