#include "dkim/base64.h"

static const char alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789+/";

static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (ascii_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool
dkim_base64_read(struct arena *arena, struct str text, struct str *octets_out)
{
	unsigned char *out = arena_alloc(arena, text.len / 4 * 3 + 3);
	size_t len = 0, digits = 0, pads = 0;
	uint32_t bits = 0;

	for (size_t i = 0; i < text.len; i++) {
		int value = value_of(text.ptr[i]);

		if (ascii_space(text.ptr[i]))
			continue;
		if (text.ptr[i] == '=' && ++pads <= 2)
			continue;
		if (value < 0 || pads > 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		if (++digits % 4 != 1)
			out[len++] = (unsigned char)
			    (bits >> (6 - 2 * ((digits + 3) % 4)));
	}
	if (digits % 4 == 1 || (pads > 0 && (digits + pads) % 4 != 0))
		return false;
	*octets_out = str_make(out, len);
	return true;
}

struct str
dkim_base64_write(struct arena *arena, struct str octets)
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
