#include "action/edit.h"
#include "mail/authres.h"

typedef bool claims_fn(struct str value, struct str our_id);

static void
remove_claims(struct arena *arena, struct edit_list *edits,
    const struct header *header, struct str name, claims_fn *claims,
    struct str our_id, const struct header_field *keep)
{
	struct edit edit = { .kind = EDIT_DELETE, .name = name };
	size_t i = header->fields.count;

	for (size_t k = 0; k < i; k++)
		edit.nth += header_is_named(&header->fields.at[k], edit.name);
	/* From the last on, so that the numbers of the others stay right. */
	while (edit.nth > 0) {
		const struct header_field *field = &header->fields.at[--i];

		if (!header_is_named(field, edit.name))
			continue;
		if (field != keep && claims(field->value, our_id))
			VEC_PUSH(arena, &edits->list, edit);
		edit.nth--;
	}
}

void
edit_remove_forged(struct arena *arena, struct edit_list *edits,
    const struct header *header, struct str authserv_id,
    const struct header_field *keep)
{
	remove_claims(arena, edits, header, STR("Authentication-Results"),
	    authres_claims, authserv_id, keep);
}

/* The id stands behind "i=1;" (RFC 8617 section 4.1.1), or where somebody
 * takes a broken field's id to be. */
static bool
arc_claims(struct str value, struct str our_id)
{
	return authres_claims(value, our_id) ||
	    authres_claims(str_skip(value, str_chr(value, ';') + 1), our_id);
}

void
edit_remove_forged_arc(struct arena *arena, struct edit_list *edits,
    const struct header *header, struct str authserv_id)
{
	remove_claims(arena, edits, header, STR("ARC-Authentication-Results"),
	    arc_claims, authserv_id, NULL);
}
