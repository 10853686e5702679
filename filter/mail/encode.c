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

static bool
stays(struct str c, bool phrase)
{
	if (c.len != 1)
		return false;
	return phrase ? ascii_alnum(c.ptr[0]) ||
	    strchr("!*+-/", c.ptr[0]) != NULL :
	    strchr("=?_", c.ptr[0]) == NULL;
}

/* RFC 2047 section 4.2 (1) to (3), for a phrase section 5 (3). */
static void
add_character(struct buf *out, struct str c, bool phrase)
{
	if (c.ptr[0] == ' ')
		buf_addc(out, '_');
	else if (stays(c, phrase))
		buf_add(out, c);
	else
		for (size_t i = 0; i < c.len; i++)
			buf_add_escaped(out, '=', c.ptr[i]);
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

static struct str
encode(struct arena *arena, struct str rest, bool phrase)
{
	struct buf out, c;
	size_t used = 0;

	buf_init(&out, arena, SIZE_MAX);
	while (rest.len > 0) {
		size_t len = str_utf8_length(rest);

		/* A character is not divided (section 5). */
		buf_init(&c, arena, WORD_OCTETS);
		add_character(&c, str_slice(rest, 0, len), phrase);
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

struct str
encode_text(struct arena *arena, struct str text, size_t max)
{
	struct str safe = safe_text(arena, text, SAFE_UTF8, max);

	return is_plain(safe) ? safe : encode(arena, safe, false);
}

/* RFC 5322 section 3.2.3: atext, and the blanks between atoms. */
static bool
is_atoms(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_alnum(text.ptr[i]) &&
		    strchr(" !#$%&'*+-/=?^_`{|}~", text.ptr[i]) == NULL)
			return false;
	return true;
}

static struct str
quote(struct arena *arena, struct str text)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	buf_addc(&out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			buf_addc(&out, '\\');
		buf_addc(&out, text.ptr[i]);
	}
	buf_addc(&out, '"');
	return buf_str(&out);
}

struct str
encode_phrase(struct arena *arena, struct str text, size_t max)
{
	struct str safe = safe_text(arena, text, SAFE_UTF8, max);

	/* What looks like an encoded word would be read as one. */
	if (!is_plain(safe) ||
	    memmem(safe.ptr, safe.len, "=?", 2) != NULL)
		return encode(arena, safe, true);
	return is_atoms(safe) ? safe : quote(arena, safe);
}
