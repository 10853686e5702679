#include "maillog/piece.h"

#include <string.h>

#include "base/limits.h"

bool
piece_is(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
	    memcmp(s.ptr, prefix.ptr, prefix.len) == 0;
}

bool
piece_is_of(struct str s, const struct str *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (piece_is(s, prefixes[i]))
			return true;
	return false;
}

bool
piece_text(struct str *rest, struct str text)
{
	if (!piece_is(*rest, text))
		return false;
	*rest = str_skip(*rest, text.len);
	return true;
}

/* The ">" that ends it, or the length. */
static size_t
path_end(struct str s)
{
	bool quoted = false;

	for (size_t i = 1; i < s.len; i++) {
		if (quoted && s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			quoted = !quoted;
		else if (s.ptr[i] == '>' && !quoted)
			return i;
	}
	/* A quote that nothing closes is one of no meaning. */
	return str_chr(s, '>');
}

bool
piece_path(struct str *rest, struct str *path_out)
{
	/* Many that nothing ends would each be read to the line's end. */
	struct str path = str_slice(*rest, 0, LIMIT_MAILLOG_PATH_OCTETS);
	size_t end;

	if (path.len == 0 || path.ptr[0] != '<')
		return false;
	end = path_end(path);
	if (end >= path.len)
		return false;
	*path_out = str_slice(*rest, 1, end);
	*rest = str_skip(*rest, end + 1);
	return true;
}

bool
piece_number(struct str *rest, uint64_t *number_out)
{
	size_t len = 0;

	while (len < rest->len && ascii_digit(rest->ptr[len]))
		len++;
	if (len == 0 || len > 18 || !str_to_uint(str_slice(*rest, 0, len),
	    UINT64_MAX, number_out))
		return false;
	*rest = str_skip(*rest, len);
	return true;
}

bool
piece_seconds(struct str *rest, int64_t *us_out)
{
	const uint64_t most = (uint64_t)100 * 366 * 86400;
	struct str at = *rest;
	int64_t unit = 100000;
	uint64_t seconds;

	if (!piece_number(&at, &seconds) || seconds > most)
		return false;
	*us_out = (int64_t)seconds * 1000000;
	if (piece_text(&at, STR(".")))
		for (; at.len > 0 && ascii_digit(at.ptr[0]); unit /= 10) {
			*us_out += unit * (at.ptr[0] - '0');
			at = str_skip(at, 1);
		}
	*rest = at;
	return true;
}

size_t
piece_find(struct str s, struct str text)
{
	const char *at = s.len == 0 ? NULL :
	    memmem(s.ptr, s.len, text.ptr, text.len);

	return at == NULL ? s.len : (size_t)(at - s.ptr);
}

struct str
piece_after(struct str s, struct str text)
{
	size_t at = piece_find(s, text);

	return at == s.len ? STR_NONE : str_skip(s, at + text.len);
}
