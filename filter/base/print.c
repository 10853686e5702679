#include "base/print.h"

struct range {
	uint32_t first, last;
};

static const struct range unsafe[] = {
	{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0x061c, 0x061c },
	{ 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
	{ 0xfeff, 0xfeff }, { 0xfffe, 0xffff },
};

bool
print_shows(struct str character)
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t code = (unsigned char)character.ptr[0] &
	    masks[character.len];

	for (size_t i = 1; i < character.len; i++)
		code = code << 6 | ((unsigned char)character.ptr[i] & 0x3f);
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (code >= unsafe[i].first && code <= unsafe[i].last)
			return false;
	return true;
}

const char *
print_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void
print(FILE *out, struct str text, bool html)
{
	while (text.len > 0) {
		size_t len = str_utf8_length(text);
		struct str one = str_slice(text, 0, len == 0 ? 1 : len);
		const char *name = html ? print_entity(text.ptr[0]) : NULL;

		if (text.ptr[0] == '\t')
			fputc(' ', out);
		else if (len == 0 || !print_shows(one))
			fputc('?', out);
		else if (name != NULL)
			fputs(name, out);
		else
			fwrite(one.ptr, 1, one.len, out);
		text = str_skip(text, one.len);
	}
}

void
print_safe(FILE *out, struct str text)
{
	print(out, text, false);
}

void
print_html(FILE *out, struct str text)
{
	print(out, text, true);
}

size_t
print_width(struct str text)
{
	size_t width = 0;

	for (; text.len > 0; width++) {
		size_t len = str_utf8_length(text);

		text = str_skip(text, len == 0 ? 1 : len);
	}
	return width;
}

/* As much as fits; *used_out: the characters of that. */
static struct str
fitting(struct str text, int width, int *used_out)
{
	size_t end = 0, len;

	for (*used_out = 0; end < text.len && (width == 0 ||
	    *used_out < width); (*used_out)++) {
		len = str_utf8_length(str_skip(text, end));
		end += len == 0 ? 1 : len;
	}
	return str_slice(text, 0, end);
}

void
print_column(FILE *out, struct str text, int width)
{
	int used;

	print_safe(out, fitting(text.len == 0 ? STR("-") : text, width,
	    &used));
	for (; used < width; used++)
		fputc(' ', out);
}
