#include "base/keyed.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/ensure.h"

struct str
keyed_digits(struct str key, struct str text, char out[KEYED_DIGITS])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len;

	ensure(HMAC(EVP_sha256(), key.ptr, (int)key.len,
	    (const unsigned char *)text.ptr, text.len, digest, &len) != NULL);
	for (size_t i = 0; i < KEYED_DIGITS / 2; i++) {
		out[2 * i] = hex[digest[i] >> 4];
		out[2 * i + 1] = hex[digest[i] & 15];
	}
	return str_make(out, KEYED_DIGITS);
}
