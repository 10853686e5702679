/*
 * The parts of a message: the same however it is cut, and the same that the
 * plainest reader finds; and what is said of them.  The first octet is the
 * size of the pieces.
 */
#include "base/ensure.h"
#include "facts/facts.h"
#include "tests/support/mime_facts.h"
#include "tests/support/mime_reference.h"
#include "tests/support/mime_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PLAIN_OCTETS = 6000 };	/* below what has limits of its own */

static void
check_reference(struct arena *arena, struct str message, struct str script)
{
	struct str found = mime_reference(arena, message);
	struct str rest = str_skip(script, found.len);

	ensure(str_eq(str_slice(script, 0, found.len), found));
	ensure(rest.len == 0 || str_eq(str_slice(rest, 0, 2), STR("= ")));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str message = str_make(data, size), script;
	size_t piece = size > 0 ? data[0] : 1;

	if (piece == 0)
		piece = 65535;
	message = str_skip(message, 1);
	script = mime_script(arena, message, 65535);
	ensure(str_eq(mime_script(arena, message, piece), script));
	if (message.len < PLAIN_OCTETS)
		check_reference(arena, message, script);
	ensure(str_eq(mime_facts(arena, message, piece),
	    mime_facts(arena, message, 65535)));
	arena_free(arena);
	return 0;
}
