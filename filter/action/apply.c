#include "action/edit.h"
#include "base/buf.h"

/* The place of the nth field of this name, or count. */
static size_t
place_of(const struct header *header, const struct edit *edit)
{
	unsigned nth = edit->nth;

	for (size_t i = 0; i < header->fields.count; i++)
		if (header_is_named(&header->fields.at[i], edit->name) &&
		    --nth == 0)
			return i;
	return header->fields.count;
}

static void
take_out(struct header *header, size_t at)
{
	header->fields.count--;
	memmove(header->fields.at + at, header->fields.at + at + 1,
	    (header->fields.count - at) * sizeof(*header->fields.at));
}

/* An MTA writes the blank after the colon. */
static struct header_field
field_of(struct arena *arena, const struct edit *edit)
{
	struct buf value;

	buf_init(&value, arena, edit->value.len + 1);
	buf_addc(&value, ' ');
	buf_add(&value, edit->value);
	return (struct header_field){ edit->name, buf_str(&value) };
}

static void
apply_one(struct arena *arena, const struct edit *edit,
    struct header *header)
{
	size_t count = header->fields.count, at;

	switch (edit->kind) {
	case EDIT_INSERT:
		VEC_PUSH(arena, &header->fields,
		    (struct header_field){ 0 });
		memmove(header->fields.at + 1, header->fields.at,
		    count * sizeof(*header->fields.at));
		header->fields.at[0] = field_of(arena, edit);
		return;
	case EDIT_ADD:
		VEC_PUSH(arena, &header->fields, field_of(arena, edit));
		return;
	case EDIT_CHANGE:
	case EDIT_DELETE:
		break;
	}
	at = place_of(header, edit);
	if (at == count)
		return;
	/* To milter a change to nothing is a removal. */
	if (edit->kind == EDIT_CHANGE && edit->value.len > 0)
		header->fields.at[at] = field_of(arena, edit);
	else
		take_out(header, at);
}

void
edit_apply(struct arena *arena, const struct edit_list *edits,
    const struct header *header, struct header *after_out)
{
	*after_out = (struct header){ .cut = header->cut };
	VEC_ROOM(arena, &after_out->fields, header->fields.count +
	    edits->list.count);
	for (size_t i = 0; i < header->fields.count; i++)
		VEC_PUSH(arena, &after_out->fields, header->fields.at[i]);
	for (size_t i = 0; i < edits->list.count; i++)
		apply_one(arena, &edits->list.at[i], after_out);
}
