#include "policy/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/hash.h"

enum { SLOTS_A_NAME = 2 };

void
names_add(struct names_builder *builder, struct str text, unsigned line)
{
	size_t need = builder->blob_len + text.len + 1;

	if (builder->blob_size < need) {
		builder->blob_size = need * 2 + 64;
		builder->blob = xrealloc(builder->blob, builder->blob_size);
	}
	if (builder->count == builder->size) {
		builder->size = builder->size * 2 + 16;
		builder->origins = xrealloc(builder->origins,
		    builder->size * sizeof(*builder->origins));
	}
	ensure(builder->blob_len < UINT32_MAX);
	builder->origins[builder->count++] = (struct names_origin){
		(uint32_t)builder->blob_len, line };
	for (size_t i = 0; i < text.len; i++)
		builder->blob[builder->blob_len++] = ascii_lower(text.ptr[i]);
	builder->blob[builder->blob_len++] = '\0';
}

struct str
names_last(const struct names_builder *builder)
{
	return str_from(builder->blob + builder->origins[builder->count -
	    1].at);
}

void
names_abandon(struct names_builder *builder)
{
	free(builder->blob);
	free(builder->origins);
	*builder = (struct names_builder){ 0 };
}

static bool
stands_at(const struct names *names, size_t at, struct str text)
{
	return at + text.len < names->blob_len &&
	    names->blob[at + text.len] == '\0' &&
	    str_eq_nocase(str_make(names->blob + at, text.len), text);
}

/* Where the text is, or the free slot where it would be. */
static struct names_slot *
find(const struct names *names, struct str text, uint32_t *tag_out)
{
	uint64_t hash = hash_nocase(text);
	size_t at = (size_t)((hash >> 32) * names->slot_count >> 32);

	*tag_out = (uint32_t)hash;
	while (names->slots[at].at != 0 && (names->slots[at].tag != *tag_out ||
	    !stands_at(names, names->slots[at].at - 1, text)))
		at = at + 1 < names->slot_count ? at + 1 : 0;
	return &names->slots[at];
}

static void
fill(struct names *names, const struct names_builder *builder,
    size_t *twice_out, unsigned *line_out)
{
	for (size_t i = 0; i < builder->count; i++) {
		const struct names_origin *origin = &builder->origins[i];
		uint32_t tag;
		struct names_slot *slot = find(names,
		    str_from(names->blob + origin->at), &tag);

		if (slot->at == 0)
			*slot = (struct names_slot){ tag, origin->at + 1 };
		else if (origin->line > 0 && (++*twice_out == 1 ||
		    origin->line < *line_out))
			*line_out = origin->line;
	}
}

void
names_build(struct names_builder *builder, struct arena *arena,
    struct names *out, size_t *twice_out, unsigned *line_out)
{
	*out = (struct names){ .blob_len = builder->blob_len,
	    .slot_count = builder->count * SLOTS_A_NAME };
	*twice_out = 0;
	*line_out = 0;
	if (builder->count > 0) {
		char *blob = arena_alloc(arena, builder->blob_len);

		memcpy(blob, builder->blob, builder->blob_len);
		out->blob = blob;
		out->slots = arena_alloc(arena,
		    out->slot_count * sizeof(*out->slots));
		fill(out, builder, twice_out, line_out);
	}
	names_abandon(builder);
}

bool
names_have(const struct names *names, struct str text)
{
	uint32_t tag;

	return names->slot_count > 0 && find(names, text, &tag)->at != 0;
}
