/*
 * Authentication-Results: what is believed to be ours is claimed to be ours,
 * with a comment before it and junk behind its id too.
 */
#include "base/ensure.h"
#include "mail/authres.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct str ours = STR_INIT("mx.example.com");
static const struct str ours_idn = STR_INIT("mx.xn--bcher-kva.example");

static void
check_claim(struct arena *arena, struct str value, struct str id)
{
	struct str found;
	char *text;

	if (authres_id(arena, value, &found) && str_eq_nocase(found, id))
		ensure(authres_claims(value, id));
	if (!authres_claims(value, id))
		return;
	text = arena_alloc(arena, value.len + 4);
	memcpy(text, "(x)", 3);
	memcpy(text + 3, value.ptr, value.len);
	ensure(authres_claims(str_make(text, value.len + 3), id));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str value = str_make(data, size);
	struct authres authres;

	if (size > 0) {
		check_claim(arena, value, ours);
		check_claim(arena, value, ours_idn);
	}
	if (authres_parse(arena, value, &authres)) {
		ensure(authres.none == (authres.results.count == 0));
		ensure(!str_eq_nocase(authres.id, ours) ||
		    authres_claims(value, ours));
	} else {
		ensure(authres.problem.len > 0);
	}
	arena_free(arena);
	return 0;
}
