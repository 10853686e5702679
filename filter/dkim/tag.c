#include "dkim/tag.h"

/* A fold is CRLF before white space; a lone CR or LF is none. */
static size_t
space_at(struct str s, size_t at)
{
	if (s.ptr[at] == ' ' || s.ptr[at] == '\t')
		return 1;
	if (at + 2 < s.len && s.ptr[at] == '\r' && s.ptr[at + 1] == '\n' &&
	    (s.ptr[at + 2] == ' ' || s.ptr[at + 2] == '\t'))
		return 3;
	return 0;
}

static bool
name_is_valid(struct str name)
{
	if (name.len == 0 || !ascii_alpha(name.ptr[0]))
		return false;
	for (size_t i = 1; i < name.len; i++)
		if (!ascii_alnum(name.ptr[i]) && name.ptr[i] != '_')
			return false;
	return true;
}

/* VALCHAR of RFC 6376 section 3.2; ";" does not get here. */
static bool
is_valchar(char c)
{
	return c > ' ' && c < 0x7f;
}

/* tag-value: VALCHAR, white space inside, and UTF-8 (RFC 8616 section 3). */
static bool
value_is_valid(struct str value)
{
	bool ascii = true;

	for (size_t i = 0; i < value.len;) {
		size_t space;

		if (is_valchar(value.ptr[i])) {
			i++;
			continue;
		}
		space = space_at(value, i);
		if (space == 0 && (unsigned char)value.ptr[i] < 0x80)
			return false;
		ascii = ascii && space > 0;
		i += space == 0 ? 1 : space;
	}
	return ascii || str_is_utf8(value);
}

static const char *
tag_read(struct str spec, struct dkim_tag *tag)
{
	size_t equals = str_chr(spec, '=');

	tag->name = str_trim(str_slice(spec, 0, equals));
	if (equals == spec.len)
		return "a tag has no \"=\"";
	if (!name_is_valid(tag->name))
		return "a tag's name is malformed";
	tag->span = str_skip(spec, equals + 1);
	tag->value = str_trim(tag->span);
	if (!value_is_valid(tag->value))
		return "a tag's value has a forbidden octet";
	return NULL;
}

const char *
dkim_tags_parse(struct str text, struct dkim_tags *tags_out)
{
	struct str spec, name;
	const char *why;

	tags_out->count = 0;
	while (str_next(&text, ';', &spec)) {
		struct dkim_tag tag = { .name = STR_NONE };

		if (str_trim(spec).len == 0) {
			if (text.ptr != NULL || tags_out->count == 0)
				return "an empty tag";
			break;		/* after the last ";" */
		}
		why = tag_read(spec, &tag);
		if (why != NULL)
			return why;
		name = tag.name;
		for (size_t i = 0; i < tags_out->count; i++)
			if (str_eq(tags_out->at[i].name, name))
				return "a tag comes twice";
		if (tags_out->count == LIMIT_DKIM_TAGS)
			return "too many tags";
		tags_out->at[tags_out->count++] = tag;
	}
	return NULL;
}

const struct dkim_tag *
dkim_tags_find(const struct dkim_tags *tags, const char *name)
{
	struct str wanted = str_from(name);

	for (size_t i = 0; i < tags->count; i++)
		if (str_eq(tags->at[i].name, wanted))
			return &tags->at[i];
	return NULL;
}

struct str
dkim_tag_squeeze(struct arena *arena, struct str value)
{
	char *out = arena_alloc(arena, value.len);
	size_t len = 0;

	for (size_t i = 0; i < value.len; i++)
		if (is_valchar(value.ptr[i]) || !ascii_space(value.ptr[i]))
			out[len++] = value.ptr[i];
	return str_make(out, len);
}

bool
dkim_tag_item(struct str *rest, struct str *item_out)
{
	if (!str_next(rest, ':', item_out))
		return false;
	*item_out = str_trim(*item_out);
	return true;
}
