#include "base/base64.h"

static const char alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789+/";

const unsigned char base64_digits[256] = {
	[' '] = BASE64_SPACE, ['\t'] = BASE64_SPACE,
	['\r'] = BASE64_SPACE, ['\n'] = BASE64_SPACE, ['='] = BASE64_PAD,
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
	19, 20, 21, 22, 23, 24, 25, 26,
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41,
	42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
	['+'] = 63, ['/'] = 64,
};

/* 0..63, 64 for white space, more for what does not belong here. */
static unsigned
value_of(char c)
{
	return base64_digits[(unsigned char)c] - 1u;
}

/* What is left after the last whole group: digits, pads and white space. */
static bool
read_tail(struct str text, unsigned char *out, size_t *len)
{
	size_t digits = 0, pads = 0;
	uint32_t bits = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned value = value_of(text.ptr[i]);

		if (value == 64 || (text.ptr[i] == '=' && ++pads <= 2))
			continue;
		if (value > 64 || pads > 0)
			return false;
		bits = bits << 6 | value;
		if (++digits % 4 != 1)
			out[(*len)++] = (unsigned char)
			    (bits >> (6 - 2 * ((digits + 3) % 4)));
	}
	return digits % 4 != 1 && (pads == 0 || (digits + pads) % 4 == 0);
}

bool
base64_is_good(struct str text)
{
	size_t digits = 0, pads = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned value = value_of(text.ptr[i]);

		if (value < 64 && pads == 0)
			digits++;
		else if (text.ptr[i] == '=')
			pads++;
		else if (value != 64)
			return false;
	}
	return digits > 0 && digits % 4 != 1 && pads <= 2 &&
	    (pads == 0 || (digits + pads) % 4 == 0);
}

bool
base64_read(struct arena *arena, struct str text, struct str *octets_out)
{
	unsigned char *out = arena_alloc(arena, text.len / 4 * 3 + 3);
	const char *p = text.ptr;
	size_t len = 0, i = 0;

	/* Groups of four characters with nothing between them. */
	while (text.len - i >= 4) {
		unsigned a = value_of(p[i]), b = value_of(p[i + 1]);
		unsigned c = value_of(p[i + 2]), d = value_of(p[i + 3]);

		if ((a | b | c | d) > 63)
			break;
		out[len++] = (unsigned char)(a << 2 | b >> 4);
		out[len++] = (unsigned char)(b << 4 | c >> 2);
		out[len++] = (unsigned char)(c << 6 | d);
		i += 4;
	}
	if (!read_tail(str_skip(text, i), out, &len))
		return false;
	*octets_out = str_make(out, len);
	return true;
}

struct str
base64_write(struct arena *arena, struct str octets)
{
	char *out = arena_alloc(arena, (octets.len + 2) / 3 * 4);
	size_t len = 0;

	for (size_t i = 0; i < octets.len; i += 3) {
		size_t left = octets.len - i;
		uint32_t bits = (uint32_t)(unsigned char)octets.ptr[i] << 16;

		if (left > 1)
			bits |= (uint32_t)(unsigned char)octets.ptr[i + 1] << 8;
		if (left > 2)
			bits |= (unsigned char)octets.ptr[i + 2];
		out[len++] = alphabet[bits >> 18];
		out[len++] = alphabet[bits >> 12 & 63];
		out[len++] = left > 1 ? alphabet[bits >> 6 & 63] : '=';
		out[len++] = left > 2 ? alphabet[bits & 63] : '=';
	}
	return str_make(out, len);
}
