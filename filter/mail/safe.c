#include "mail/safe.h"

#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"

static const struct str cut_mark = STR_INIT("...");

/* U+0080..9F, U+2028..202E, U+2066..2069: none is text. */
static bool
is_unicode_control(struct str c)
{
	const unsigned char *p = (const unsigned char *)c.ptr;

	if (c.len == 2)
		return p[0] == 0xc2 && p[1] < 0xa0;
	if (c.len != 3 || p[0] != 0xe2)
		return false;
	return (p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) ||
	    (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
}

/* Octets of the safe character that s begins with; 0: it is not safe. */
static size_t
safe_length(struct str s, enum safe_set set)
{
	size_t len = str_utf8_length(s);

	if (len == 1)
		return s.ptr[0] >= 0x20 && s.ptr[0] <= 0x7e ? 1 : 0;
	if (set == SAFE_ASCII || is_unicode_control(str_slice(s, 0, len)))
		return 0;
	return len;
}

struct str
safe_text(struct arena *arena, struct str text, enum safe_set set, size_t max)
{
	bool cut = text.len > max;
	size_t room = cut ? max - cut_mark.len : text.len, len = 0;
	char *out;

	ensure(max >= cut_mark.len);
	out = arena_alloc(arena, room + cut_mark.len);
	while (text.len > 0 && len < room) {
		size_t n = safe_length(text, set);

		if (n > room - len)
			break;
		if (n == 0)
			out[len++] = '?';
		else
			memcpy(out + len, text.ptr, n);
		len += n;
		text = str_skip(text, n == 0 ? 1 : n);
	}
	if (cut) {
		memcpy(out + len, cut_mark.ptr, cut_mark.len);
		len += cut_mark.len;
	}
	return str_make(out, len);
}

bool
safe_is_field_name(struct str name)
{
	return name.len > 0 && name.len <= LIMIT_FIELD_NAME_OCTETS &&
	    str_is_visible(name) && str_chr(name, ':') == name.len;
}
