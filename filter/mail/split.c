#include "mail/split.h"

struct str
message_with_crlf(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len * 2 + 1);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n' && (i == 0 || text.ptr[i - 1] != '\r'))
			out[len++] = '\r';
		out[len++] = text.ptr[i];
	}
	return str_make(out, len);
}

static bool
is_fold(struct str text)
{
	return text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t');
}

/* RFC 5322 section 2.2: printable and no colon; blanks before the colon are
 * the obsolete form of section 4.5. */
static bool
is_field_name(struct str name)
{
	while (name.len > 0 && (name.ptr[name.len - 1] == ' ' ||
	    name.ptr[name.len - 1] == '\t'))
		name.len--;
	return name.len > 0 && str_is_visible(name);
}

/* Take one field with its folds off the text; false: the header has ended. */
static bool
take_field(struct str *text, struct header_field *field_out)
{
	struct str field;
	size_t len = str_line(*text), colon;

	while (is_fold(str_skip(*text, len)))
		len += str_line(str_skip(*text, len));
	field = str_chomp(str_slice(*text, 0, len));
	colon = str_chr(field, ':');
	if (colon == field.len || !is_field_name(str_slice(field, 0, colon)))
		return false;
	field_out->name = str_slice(field, 0, colon);
	field_out->value = str_skip(field, colon + 1);
	*text = str_skip(*text, len);
	return true;
}

/* "From ann@example.com Sun Nov 22 ..."; "From : ann" is a field. */
static bool
is_mbox_line(struct str text)
{
	struct str from = STR("From ");

	return str_eq(str_slice(text, 0, from.len), from) &&
	    !str_starts_nocase(str_trim(str_skip(text, from.len)), STR(":"));
}

void
message_split(struct arena *arena, struct str text,
    struct message_file *message)
{
	struct header_field field;

	*message = (struct message_file){ .body = STR_NONE };
	if (is_mbox_line(text)) {
		message->mbox = true;
		text = str_skip(text, str_line(text));
	}
	while (take_field(&text, &field))
		VEC_PUSH(arena, &message->header.fields, field);
	if (str_starts_nocase(text, STR("\r\n")))
		text = str_skip(text, 2);
	message->body = text;
}
