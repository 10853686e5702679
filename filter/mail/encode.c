#include "mail/encode.h"

#include <string.h>

#include "mail/safe.h"
#include "base/buf.h"

enum {
	WORD_OCTETS = 75,	/* RFC 2047 section 2 */
	PLAIN_OCTETS = 400	/* without a blank: with the longest field
				 * name still below 998 octets a line */
};

static const struct str opening = STR_INIT("=?UTF-8?Q?");
static const struct str closing = STR_INIT("?=");

/* RFC 2047 section 4.2 (1) to (3). */
static void
add_character(struct buf *out, struct str c)
{
	unsigned char octet = (unsigned char)c.ptr[0];

	if (octet == ' ')
		buf_addc(out, '_');
	else if (c.len == 1 && strchr("=?_", c.ptr[0]) == NULL)
		buf_add(out, c);
	else
		for (size_t i = 0; i < c.len; i++)
			buf_printf(out, "=%02X", (unsigned char)c.ptr[i]);
}

static bool
is_plain(struct str text)
{
	struct str rest = text, piece;

	while (str_next(&rest, ' ', &piece))
		if (piece.len > PLAIN_OCTETS)
			return false;
	return str_is_printable(text);
}

struct str
encode_text(struct arena *arena, struct str text, size_t max)
{
	struct str rest = safe_text(arena, text, SAFE_UTF8, max);
	struct buf out, c;
	size_t used = 0;

	if (is_plain(rest))
		return rest;
	buf_init(&out, arena, SIZE_MAX);
	while (rest.len > 0) {
		size_t len = str_utf8_length(rest);

		/* A character is not divided (section 5). */
		buf_init(&c, arena, WORD_OCTETS);
		add_character(&c, str_slice(rest, 0, len));
		if (used > 0 && used + c.len + closing.len > WORD_OCTETS) {
			buf_add(&out, closing);
			buf_addc(&out, ' ');
			used = 0;
		}
		if (used == 0) {
			buf_add(&out, opening);
			used = opening.len;
		}
		buf_add(&out, buf_str(&c));
		used += c.len;
		rest = str_skip(rest, len);
	}
	buf_add(&out, closing);
	return buf_str(&out);
}
