#include "action/edit.h"
#include "mail/authres.h"

bool
edit_is_named(const struct header_field *field, struct str name)
{
	return str_eq_nocase(str_trim(field->name), name);
}

void
edit_remove_forged(struct arena *arena, struct edit_list *edits,
    const struct header *header, struct str authserv_id,
    const struct header_field *keep)
{
	struct edit edit = { .kind = EDIT_DELETE,
			     .name = STR("Authentication-Results") };
	size_t i = header->fields.count;

	for (size_t k = 0; k < i; k++)
		edit.nth += edit_is_named(&header->fields.at[k], edit.name);
	/* From the last on, so that the numbers of the others stay right. */
	while (edit.nth > 0) {
		const struct header_field *field = &header->fields.at[--i];

		if (!edit_is_named(field, edit.name))
			continue;
		if (field != keep && authres_claims(field->value, authserv_id))
			VEC_PUSH(arena, &edits->list, edit);
		edit.nth--;
	}
}
