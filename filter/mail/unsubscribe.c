#include "mail/unsubscribe.h"

#include "base/limits.h"
#include "mail/lex.h"

static struct str
without_blanks(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++)
		if (!ascii_space(text.ptr[i]))
			out[len++] = text.ptr[i];
	return str_make(out, len);
}

static bool
is_https(struct str uri)
{
	return str_starts_nocase(uri, STR("https:"));
}

/* RFC 2369 section 2: what is behind something unreadable does not count. */
static bool
take_uri(struct arena *arena, struct str *rest, struct str *uri_out)
{
	size_t end;

	if (lex_cfws(rest, NULL) != NULL || !lex_char(rest, '<'))
		return false;
	end = str_chr(*rest, '>');
	if (end == rest->len)
		return false;
	*uri_out = without_blanks(arena, str_slice(*rest, 0, end));
	*rest = str_skip(*rest, end + 1);
	return lex_cfws(rest, NULL) == NULL;
}

struct str
unsubscribe_uri(struct arena *arena, struct str value)
{
	struct str rest = str_slice(value, 0, LIMIT_URI_FIELD_OCTETS);
	struct str found = STR_NONE, uri;

	while (take_uri(arena, &rest, &uri)) {
		if (found.len == 0 || (is_https(uri) && !is_https(found)))
			found = uri;
		if (!lex_char(&rest, ','))
			break;
	}
	return found;
}

bool
unsubscribe_is_one_click(struct arena *arena, const struct header *header)
{
	static const struct str uri = STR_INIT("List-Unsubscribe");
	static const struct str post = STR_INIT("List-Unsubscribe-Post");

	return header_count(header, uri) == 1 &&
	    header_count(header, post) == 1 &&
	    is_https(unsubscribe_uri(arena,
	    header_find(header, uri, 0)->value)) &&
	    str_eqz_nocase(without_blanks(arena,
	    header_find(header, post, 0)->value),
	    "List-Unsubscribe=One-Click");
}
