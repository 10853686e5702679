/*
 * Private keys: a text as it is, or octets as the DER of one.  What is taken
 * signs, and has a public key; what is not taken says why.
 */
#include "base/base64.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "dkim/digest.h"
#include "dkim/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(struct arena *arena, struct str text)
{
	static const unsigned char digest[DKIM_DIGEST_OCTETS] = { 2 };
	struct str note;
	struct dkim_private *key = dkim_private_read(arena, "k", text, &note);

	if (key == NULL) {
		ensure(note.len > 0);
		return;
	}
	ensure(dkim_private_bits(key) <= LIMIT_DKIM_RSA_BITS_MAX);
	ensure(dkim_private_public(arena, key).len > 0);
	ensure(dkim_private_sign(arena, key, digest).len > 0);
	dkim_private_unref(key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str octets = str_make(data, size > LIMIT_PRIVATE_KEY_OCTETS / 2 ?
	    LIMIT_PRIVATE_KEY_OCTETS / 2 : size);

	check(arena, octets);
	check(arena, base64_write(arena, octets));
	arena_free(arena);
	return 0;
}
