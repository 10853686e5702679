#include "base/print.h"

struct range {
	uint32_t first, last;
};

static const struct range unsafe[] = {
	{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x061c, 0x061c },
	{ 0x115f, 0x1160 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },
	{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 },
	{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
	{ 0xfffe, 0xffff }, { 0xe0000, 0xe0fff },
};

/* Marks that stand upon the character before them. */
static const struct range marks[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },
	{ 0x05bf, 0x05c7 }, { 0x0610, 0x061a }, { 0x064b, 0x065f },
	{ 0x0670, 0x0670 }, { 0x06d6, 0x06dc }, { 0x06df, 0x06e4 },
	{ 0x0900, 0x0902 }, { 0x093c, 0x093c }, { 0x0941, 0x0948 },
	{ 0x094d, 0x094d }, { 0x0e31, 0x0e31 }, { 0x0e34, 0x0e3a },
	{ 0x0e47, 0x0e4e }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x20d0, 0x20ff }, { 0x302a, 0x302d }, { 0x3099, 0x309a },
	{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
};

/* East Asian Wide and Fullwidth (UAX #11), by their blocks, and emoji. */
static const struct range wide[] = {
	{ 0x1100, 0x115e }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf },
	{ 0xa960, 0xa97f }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f }, { 0xff01, 0xff60 }, { 0xffe0, 0xffe6 },
	{ 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff },
	{ 0x20000, 0x3fffd },
};

#define COUNT(ranges)	(sizeof(ranges) / sizeof((ranges)[0]))

static bool
is_in(uint32_t code, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count && code >= ranges[i].first; i++)
		if (code <= ranges[i].last)
			return true;
	return false;
}

static uint32_t
code_of(struct str character)
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t code = (unsigned char)character.ptr[0] &
	    masks[character.len];

	for (size_t i = 1; i < character.len; i++)
		code = code << 6 | ((unsigned char)character.ptr[i] & 0x3f);
	return code;
}

bool
print_shows(struct str character)
{
	return !is_in(code_of(character), unsafe, COUNT(unsafe));
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

/* What can go out as it stands, for most texts are ASCII. */
static size_t
plain_run(struct str text, bool html)
{
	size_t i = 0;

	while (i < text.len && text.ptr[i] >= ' ' && text.ptr[i] <= '~' &&
	    (!html || print_entity(text.ptr[i]) == NULL))
		i++;
	return i;
}

/* The first character, which is not plain; its octets. */
static size_t
print_other(FILE *out, struct str text, bool html)
{
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
	return one.len;
}

static void
print(FILE *out, struct str text, bool html)
{
	while (text.len > 0) {
		size_t run = plain_run(text, html);

		if (run > 0)
			fwrite(text.ptr, 1, run, out);
		else
			run = print_other(out, text, html);
		text = str_skip(text, run);
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

/* The first character, taken; columns that it takes on a terminal. */
static unsigned
take_character(struct str *text)
{
	size_t len = str_utf8_length(*text);
	struct str one = str_slice(*text, 0, len == 0 ? 1 : len);
	uint32_t code = len == 0 ? '?' : code_of(one);

	*text = str_skip(*text, one.len);
	if (code < 0x300 || is_in(code, unsafe, COUNT(unsafe)))
		return 1;
	return is_in(code, marks, COUNT(marks)) ? 0 :
	    is_in(code, wide, COUNT(wide)) ? 2 : 1;
}

size_t
print_width(struct str text)
{
	size_t width = 0;

	while (text.len > 0)
		width += take_character(&text);
	return width;
}

/* As much as fits; *used_out: the columns of that. */
static struct str
fitting(struct str text, int width, int *used_out)
{
	struct str rest = text;

	*used_out = 0;
	while (rest.len > 0) {
		struct str at = rest;
		int columns = (int)take_character(&rest);

		if (width != 0 && *used_out + columns > width)
			return str_slice(text, 0, text.len - at.len);
		*used_out += columns;
	}
	return text;
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

const char *
print_plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}
