/* dkim_key - a key record, parsed and decoded */
#include "base/ensure.h"
#include "base/limits.h"
#include "dkim/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct dkim_parsed parsed = { .algorithm = DKIM_RSA_SHA256 };
	struct dkim_key key;
	bool is_key;
	const char *why = dkim_key_parse(arena, str_make(data, size), &key,
	    &is_key);

	if (why == NULL && key.octets.len > 0) {
		unsigned bits;
		EVP_PKEY *pkey = dkim_key_decode(&key, &bits, &why);

		ensure(is_key);
		ensure((pkey == NULL) == (why != NULL));
		if (pkey != NULL && key.type == DKIM_KEY_RSA)
			ensure(bits >= LIMIT_DKIM_RSA_BITS_MIN &&
			    bits <= LIMIT_DKIM_RSA_BITS_MAX);
		EVP_PKEY_free(pkey);
		dkim_key_objection(&key, &parsed);
	}
	arena_free(arena);
	return 0;
}
