#include <string.h>

#include "mail/lex.h"
#include "mail/mime_reader.h"

enum { TYPE, DISPOSITION, ENCODING };

/* RFC 2045 section 5.1: both halves are tokens. */
static bool
is_type(struct str text)
{
	size_t slash = str_chr(text, '/');
	size_t sub = text.len - slash - 1;

	return slash > 0 && slash < text.len && sub > 0 &&
	    slash <= LIMIT_MIME_TYPE_OCTETS && sub <= LIMIT_MIME_TYPE_OCTETS &&
	    str_chr(str_skip(text, slash + 1), '/') == sub &&
	    str_is_visible(text);
}

static bool
is_multipart(const struct mime_value *type)
{
	return str_starts_nocase(type->text, STR("multipart/"));
}

/* Of several, one that opens parts: more is looked at. */
static void
add_type(struct mime_fields *fields, struct str value)
{
	struct mime_value type;

	mime_value_parse(fields->arena, value, &type);
	mime_value_texts(fields->arena, &type, STR("name"),
	    fields->other_names, MIME_NAMES, &fields->other_count);
	if (fields->has_type && (is_multipart(&fields->type) ||
	    !is_multipart(&type)))
		return;
	fields->type = type;
	fields->has_type = true;
}

/* RFC 2183 section 2.8: what is not known is an attachment. */
static void
add_disposition(struct mime_fields *fields, struct str value)
{
	struct mime_value disposition;

	mime_value_parse(fields->arena, value, &disposition);
	mime_value_texts(fields->arena, &disposition, STR("filename"),
	    fields->names, MIME_NAMES, &fields->name_count);
	mime_value_texts(fields->arena, &disposition, STR("name"),
	    fields->names, MIME_NAMES, &fields->name_count);
	if (fields->disposition == MIME_NO_DISPOSITION)
		fields->disposition = str_eq(disposition.text, STR("inline")) ?
		    MIME_INLINE : MIME_ATTACHMENT;
}

static void
add_encoding(struct mime_fields *fields, struct str value)
{
	struct mime_value encoding;

	value = str_trim(value);
	(void)lex_char(&value, '"');
	mime_value_parse(fields->arena, value, &encoding);
	if (fields->encoding.len == 0)
		fields->encoding = encoding.text;
}

static const struct {
	struct str	name;
	void		(*add)(struct mime_fields *fields, struct str value);
} kinds[] = {
	[TYPE] = { STR_INIT("Content-Type"), add_type },
	[DISPOSITION] = { STR_INIT("Content-Disposition"), add_disposition },
	[ENCODING] = { STR_INIT("Content-Transfer-Encoding"), add_encoding },
};

void
mime_fields_add(struct mime_fields *fields, struct str name, struct str value)
{
	name = str_trim(name);
	if (name.len < kinds[TYPE].name.len || ascii_lower(name.ptr[0]) != 'c')
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!str_eq_nocase(name, kinds[i].name))
			continue;
		if (fields->seen[i]++ > 0)
			fields->troubles |= 1u << MIME_REPEATED;
		if (fields->seen[i] > LIMIT_MIME_FIELDS ||
		    value.len > LIMIT_MIME_FIELD_OCTETS)
			fields->troubles |= 1u << MIME_CUT;
		if (fields->seen[i] <= LIMIT_MIME_FIELDS)
			kinds[i].add(fields, str_slice(value, 0,
			    LIMIT_MIME_FIELD_OCTETS));
		return;
	}
}

static const struct {
	struct str		name;
	enum mime_encoding	encoding;
} encodings[] = {
	{ STR_INIT(""), MIME_IDENTITY },
	{ STR_INIT("7bit"), MIME_IDENTITY },
	{ STR_INIT("8bit"), MIME_IDENTITY },
	{ STR_INIT("binary"), MIME_IDENTITY },
	{ STR_INIT("base64"), MIME_BASE64 },
	{ STR_INIT("quoted-printable"), MIME_QUOTED_PRINTABLE },
};

static enum mime_encoding
encoding_of(struct mime_fields *fields)
{
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		if (str_eq(fields->encoding, encodings[i].name))
			return encodings[i].encoding;
	fields->troubles |= 1u << MIME_BAD_ENCODING;
	return MIME_IDENTITY;
}

static void
tell_names(const struct mime_fields *fields, struct mime_part *part)
{
	size_t count = fields->name_count;

	memcpy(part->names, fields->names, sizeof(part->names));
	for (size_t i = 0; i < fields->other_count; i++) {
		bool known = false;

		for (size_t j = 0; j < count; j++)
			known |= str_eq(part->names[j],
			    fields->other_names[i]);
		/* The type's first one has its place in any case. */
		if (!known && count == MIME_NAMES && i == 0)
			count--;
		if (!known && count < MIME_NAMES)
			part->names[count++] = fields->other_names[i];
	}
	part->name_count = count;
}

void
mime_fields_tell(struct mime_fields *fields, bool digest,
    struct mime_part *part_out)
{
	bool several;

	part_out->type = digest ? STR("message/rfc822") : STR("text/plain");
	if (fields->has_type && is_type(fields->type.text))
		part_out->type = fields->type.text;
	else if (fields->has_type)
		fields->troubles |= 1u << MIME_BAD_TYPE;
	part_out->text = str_starts_nocase(part_out->type, STR("text/"));
	part_out->charset = arena_lower(fields->arena, mime_value_parameter(
	    fields->arena, &fields->type, STR("charset"), &several));
	part_out->disposition = fields->disposition;
	part_out->encoding = encoding_of(fields);
	tell_names(fields, part_out);
}
