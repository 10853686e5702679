#include "mail/header.h"

#include "base/buf.h"

/* RFC 5322 section 4.5: obsolete fields have blanks before their colon.  Most
 * names have none, and another length: this is asked much. */
bool
header_is_named(const struct header_field *field, struct str name)
{
	struct str written = field->name;

	if (written.len > name.len) {
		if (!ascii_space(written.ptr[written.len - 1]) &&
		    !ascii_space(written.ptr[0]))
			return false;
		written = str_trim(written);
	}
	return written.len == name.len && str_eq_nocase(written, name);
}

size_t
header_count(const struct header *header, struct str name)
{
	size_t count = 0;

	for (size_t i = 0; i < header->fields.count; i++)
		count += header_is_named(&header->fields.at[i], name);
	return count;
}

const struct header_field *
header_find(const struct header *header, struct str name, size_t nth)
{
	for (size_t i = 0; i < header->fields.count; i++)
		if (header_is_named(&header->fields.at[i], name) &&
		    nth-- == 0)
			return &header->fields.at[i];
	return NULL;
}

struct str
header_unfold(struct arena *arena, struct str value)
{
	char *out = arena_alloc(arena, value.len + 1);
	size_t len = 0;

	value = str_trim(value);
	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] != '\r' && value.ptr[i] != '\n')
			out[len++] = value.ptr[i];
	return str_make(out, len);
}
