/*
 * Tags of bounce addresses: what we tag is valid and comes back as it was;
 * nothing is valid that we did not make.  The same octets as a file of keys:
 * what is taken has a key to make tags with.
 */
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "bounce/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct prvs_keys keys = {
	.secrets = { [0] = STR_INIT("0123456789abcdef"),
	    [7] = STR_INIT("fedcba9876543210") },
	.current = 7
};

enum { NOW = 1790000000, WEEK = 7 };

/* The inner address is tagged again: the two tags are the same text. */
static void
check_made_by_us(struct arena *arena, struct str address, struct str bare)
{
	struct str again;
	bool found = false;

	for (unsigned key = 0; key < PRVS_KEYS && !found; key += 7) {
		struct prvs_keys one = keys;

		one.current = key;
		for (unsigned days = 0; days <= WEEK && !found; days++)
			found = prvs_tag(arena, &one, bare, NOW, days,
			    &again) != NULL || str_eq_nocase(again, address);
	}
	ensure(found);
}

static void
check_as_keys(struct arena *arena, struct str text)
{
	struct diag *diag = diag_new();
	struct prvs_keys read;

	if (bounce_keys_read(source_new(arena, "keys", text), &read, diag))
		ensure(read.secrets[read.current].len >=
		    LIMIT_BOUNCE_SECRET_MIN);
	else
		ensure(diag_count(diag, DIAG_ERROR) > 0);
	diag_free(diag);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str address = str_make(data, size > LIMIT_ADDRESS_OCTETS ?
	    LIMIT_ADDRESS_OCTETS : size);
	struct str bare, tagged, back;
	enum prvs_state state = prvs_check(arena, &keys, address, NOW, WEEK,
	    &bare);

	ensure(bare.len <= address.len);
	ensure(state != PRVS_MISSING || bare.len == address.len);
	if (state == PRVS_VALID)
		check_made_by_us(arena, address, bare);
	if (prvs_tag(arena, &keys, address, NOW, WEEK, &tagged) == NULL) {
		ensure(prvs_check(arena, &keys, tagged, NOW, WEEK, &back) ==
		    PRVS_VALID);
		ensure(str_eq(back, address));
		ensure(prvs_check(arena, &keys, tagged,
		    NOW + (WEEK + 1) * 86400, WEEK, &back) == PRVS_EXPIRED);
	}
	check_as_keys(arena, str_make(data, size));
	arena_free(arena);
	return 0;
}
