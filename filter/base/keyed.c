#include "base/keyed.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/ensure.h"

struct str
keyed_digits(struct str key, struct str text, char out[KEYED_DIGITS])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len;

	ensure(HMAC(EVP_sha256(), key.ptr, (int)key.len,
	    (const unsigned char *)text.ptr, text.len, digest, &len) != NULL);
	ascii_hex_write(digest, KEYED_DIGITS / 2, out);
	return str_make(out, KEYED_DIGITS);
}
