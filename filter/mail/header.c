#include "mail/header.h"

#include "base/buf.h"

size_t
header_count(const struct header *header, struct str name)
{
	size_t count = 0;

	for (size_t i = 0; i < header->fields.count; i++)
		count += str_eq_nocase(header->fields.at[i].name, name);
	return count;
}

const struct header_field *
header_find(const struct header *header, struct str name, size_t nth)
{
	for (size_t i = 0; i < header->fields.count; i++)
		if (str_eq_nocase(header->fields.at[i].name, name) &&
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
