#include "mail/listid.h"

#include "base/buf.h"
#include "base/limits.h"
#include "mail/lex.h"

/* Comments and strings without an end are text: phrases here are free. */
static void
skip_piece(struct arena *arena, struct str *rest)
{
	struct str ignored;

	if (lex_cfws(rest, NULL) == NULL && lex_peek(*rest) == '<')
		return;
	if (lex_peek(*rest) != '"' ||
	    lex_quoted(arena, rest, &ignored) != NULL)
		*rest = str_skip(*rest, 1);
}

/* Atoms and dots, up to the end or a '>'. */
static struct str
read_identifier(struct arena *arena, struct str *rest)
{
	struct buf id;

	buf_init(&id, arena, rest->len);
	while (lex_cfws(rest, NULL) == NULL && rest->len > 0) {
		struct str atom = lex_atom(rest);

		buf_add(&id, atom);
		if (atom.len > 0)
			continue;
		if (!lex_char(rest, '.'))
			break;
		buf_addc(&id, '.');
	}
	return buf_str(&id);
}

static bool
is_one_word(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (ascii_space(s.ptr[i]))
			return false;
	return true;
}

struct str
listid_read(struct arena *arena, struct str value)
{
	struct str rest, all, id;

	/* A phrase may open comments without end: no more than this of them. */
	value = str_trim(str_slice(value, 0, LIMIT_LIST_ID_OCTETS));
	rest = all = value;
	while (rest.len > 0 && lex_peek(rest) != '<')
		skip_piece(arena, &rest);
	if (lex_char(&rest, '<')) {
		id = read_identifier(arena, &rest);
		return lex_char(&rest, '>') ? id : STR_NONE;
	}
	id = read_identifier(arena, &all);
	return all.len == 0 && is_one_word(value) ? id : STR_NONE;
}
