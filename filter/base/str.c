#include "base/str.h"

#include <string.h>

bool
ascii_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
ascii_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
ascii_alnum(char c)
{
	return ascii_alpha(c) || ascii_digit(c);
}

bool
ascii_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int
ascii_hex(char c)
{
	c = ascii_lower(c);
	return ascii_digit(c) ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
ascii_octet(struct str s, size_t at)
{
	int high = at < s.len ? ascii_hex(s.ptr[at]) : -1;
	int low = high >= 0 && at + 1 < s.len ? ascii_hex(s.ptr[at + 1]) : -1;

	return low < 0 ? -1 : high << 4 | low;
}

void
ascii_hex_write(const unsigned char *octets, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[octets[i] >> 4];
		*out++ = digits[octets[i] & 15];
	}
}

struct str
str_make(const void *ptr, size_t len)
{
	return (struct str){ ptr, len };
}

struct str
str_from(const char *z)
{
	return z == NULL ? STR_NONE : str_make(z, strlen(z));
}

bool
str_eq(struct str a, struct str b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* The octets of both that are at the same place, folded. */
static bool
eq8_nocase(const char *a, const char *b)
{
	uint64_t x, y;

	memcpy(&x, a, 8);
	memcpy(&y, b, 8);
	return x == y || ascii_lower8(x) == ascii_lower8(y);
}

bool
str_eq_nocase(struct str a, struct str b)
{
	size_t at = 0;

	if (a.len != b.len)
		return false;
	if (a.len >= 8) {
		for (; at + 8 <= a.len; at += 8)
			if (!eq8_nocase(a.ptr + at, b.ptr + at))
				return false;
		/* The last eight, some of them a second time. */
		return eq8_nocase(a.ptr + a.len - 8, b.ptr + a.len - 8);
	}
	for (; at < a.len; at++)
		if (ascii_lower(a.ptr[at]) != ascii_lower(b.ptr[at]))
			return false;
	return true;
}

bool
str_eqz(struct str a, const char *z)
{
	/* Names are looked up in tables: most differ at once. */
	if (a.len > 0 && (z == NULL || a.ptr[0] != z[0]))
		return false;
	return str_eq(a, str_from(z));
}

bool
str_eqz_nocase(struct str a, const char *z)
{
	return str_eq_nocase(a, str_from(z));
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n == 0 ? 0 : memcmp(a.ptr, b.ptr, n);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

int
str_cmp_nocase(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < n; i++) {
		unsigned char x = (unsigned char)ascii_lower(a.ptr[i]);
		unsigned char y = (unsigned char)ascii_lower(b.ptr[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

bool
str_starts_nocase(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
	    str_eq_nocase(str_slice(s, 0, prefix.len), prefix);
}

bool
str_ends_nocase(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	    str_eq_nocase(str_skip(s, s.len - suffix.len), suffix);
}

size_t
str_chr(struct str s, char c)
{
	const char *at = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);

	return at == NULL ? s.len : (size_t)(at - s.ptr);
}

size_t
str_rchr(struct str s, char c)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.ptr[i - 1] == c)
			return i - 1;
	return s.len;
}

struct str
str_slice(struct str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	if (s.ptr == NULL)
		return s;
	return str_make(s.ptr + from, to - from);
}

struct str
str_skip(struct str s, size_t n)
{
	return str_slice(s, n, s.len);
}

struct str
str_trim(struct str s)
{
	while (s.len > 0 && ascii_space(s.ptr[0]))
		s = str_skip(s, 1);
	while (s.len > 0 && ascii_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool
str_next(struct str *rest, char sep, struct str *piece_out)
{
	size_t at;

	if (rest->ptr == NULL)
		return false;
	at = str_chr(*rest, sep);
	*piece_out = str_slice(*rest, 0, at);
	*rest = at < rest->len ? str_skip(*rest, at + 1) : STR_NONE;
	return true;
}

size_t
str_line(struct str s)
{
	size_t at = str_chr(s, '\n');

	return at < s.len ? at + 1 : s.len;
}

struct str
str_chomp(struct str line)
{
	if (line.len > 0 && line.ptr[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

bool
str_to_uint(struct str s, uint64_t max, uint64_t *value_out)
{
	uint64_t value = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint64_t digit = (uint64_t)(s.ptr[i] - '0');

		if (!ascii_digit(s.ptr[i]) || digit > max ||
		    value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*value_out = value;
	return true;
}

static bool
all_between(struct str s, unsigned char low, unsigned char high)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c < low || c > high)
			return false;
	}
	return true;
}

bool
str_is_visible(struct str s)
{
	return all_between(s, 0x21, 0x7e);
}

bool
str_is_printable(struct str s)
{
	return all_between(s, 0x20, 0x7e);
}

bool
str_is_ascii(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	return true;
}

/* No overlong form, no surrogate. */
size_t
str_utf8_length(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t len = s.len == 0 ? 0 : p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 :
	    p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;

	if (len == 0 || len > s.len || p[0] == 0)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

bool
str_is_utf8(struct str s)
{
	while (s.len > 0) {
		size_t len = str_utf8_length(s);

		if (len == 0)
			return false;
		s = str_skip(s, len);
	}
	return true;
}
