/*
 * dkim_canon - bodies in random pieces and header fields, against the plain
 * reference.  The first octet sets the sizes of the pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "dkim/canon.h"
#include "tests/support/canon_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
gather(void *ctx, struct str octets)
{
	buf_add(ctx, octets);
}

/* Each piece in memory of its own, so that a look past it is found. */
static void
feed(struct dkim_canon *canon, struct str text, unsigned seed)
{
	while (text.len > 0) {
		size_t size = 1 + seed % 37;
		char *copy;

		seed = seed * 1103515245u + 12345u;
		if (size > text.len)
			size = text.len;
		copy = malloc(size);
		ensure(copy != NULL);
		memcpy(copy, text.ptr, size);
		dkim_canon_feed(canon, str_make(copy, size));
		free(copy);
		text = str_skip(text, size);
	}
}

static void
check_body(struct arena *arena, enum dkim_form form, struct str text,
    unsigned seed)
{
	struct dkim_canon canon;
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	dkim_canon_init(&canon, form, gather, &out);
	feed(&canon, text, seed);
	dkim_canon_end(&canon);
	ensure(str_eq(buf_str(&out), reference_body(arena, form, text)));
}

static void
check_field(struct arena *arena, enum dkim_form form, struct str text)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	dkim_canon_field(&out, form, STR("X-Name \t"), text);
	ensure(str_eq(buf_str(&out), reference_field(arena, form,
	    STR("X-Name \t"), text)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();

	for (int form = 0; form < 2 && size > 0; form++) {
		struct str text = str_make(data + 1, size - 1);

		check_body(arena, (enum dkim_form)form, text, data[0]);
		check_body(arena, (enum dkim_form)form, text, 0);
		check_field(arena, (enum dkim_form)form, text);
	}
	arena_free(arena);
	return 0;
}
