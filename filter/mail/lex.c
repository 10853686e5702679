#include "mail/lex.h"

#include <string.h>

#include "base/limits.h"

char
lex_peek(struct str rest)
{
	return rest.len == 0 ? '\0' : rest.ptr[0];
}

bool
lex_char(struct str *rest, char c)
{
	if (rest->len == 0 || rest->ptr[0] != c)
		return false;
	*rest = str_skip(*rest, 1);
	return true;
}

/* The length of the comment at the front, 0 with the reason in *why_out. */
static size_t
comment_length(struct str s, const char **why_out)
{
	unsigned depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '\\') {
			i++;
		} else if (c == '(' && ++depth > LIMIT_COMMENT_DEPTH) {
			*why_out = "comments are nested too deeply";
			return 0;
		} else if (c == ')' && --depth == 0) {
			return i + 1;
		}
	}
	*why_out = "a comment has no end";
	return 0;
}

const char *
lex_comment(struct str *rest, struct str *inside_out)
{
	const char *why = NULL;
	size_t len = comment_length(*rest, &why);

	if (len == 0)
		return why;
	*inside_out = str_slice(*rest, 1, len - 1);
	*rest = str_skip(*rest, len);
	return NULL;
}

const char *
lex_cfws(struct str *rest, struct str *comment_out)
{
	while (rest->len > 0) {
		struct str comment;
		const char *why;

		if (ascii_space(rest->ptr[0])) {
			*rest = str_skip(*rest, 1);
			continue;
		}
		if (rest->ptr[0] != '(')
			break;
		why = lex_comment(rest, &comment);
		if (why != NULL)
			return why;
		if (comment_out != NULL)
			*comment_out = comment;
	}
	return NULL;
}

/* The index of the quote that ends the string, or the length. */
static size_t
quoted_end(struct str s)
{
	size_t i = 1;

	while (i < s.len && s.ptr[i] != '"')
		i += s.ptr[i] == '\\' ? 2 : 1;
	return i < s.len ? i : s.len;
}

const char *
lex_quoted(struct arena *arena, struct str *rest, struct str *text_out)
{
	size_t end = quoted_end(*rest), len = 0;
	char *text;

	if (end == rest->len)
		return "a quoted string has no end";
	text = arena_alloc(arena, end);
	for (size_t i = 1; i < end; i++) {
		char c = rest->ptr[i];

		if (c == '\\')
			c = rest->ptr[++i];
		if (c != '\r' && c != '\n')
			text[len++] = c;
	}
	*rest = str_skip(*rest, end + 1);
	*text_out = str_make(text, len);
	return NULL;
}

static struct str
take(struct str *rest, size_t len)
{
	struct str run = str_slice(*rest, 0, len);

	*rest = str_skip(*rest, len);
	return run;
}

/* Visible or above ASCII, and none of these characters. */
static bool
is_plain(char c, const char *specials)
{
	unsigned char octet = (unsigned char)c;

	return octet > 0x20 && octet != 0x7f && strchr(specials, c) == NULL;
}

static struct str
take_plain(struct str *rest, const char *specials)
{
	size_t len = 0;

	while (len < rest->len && is_plain(rest->ptr[len], specials))
		len++;
	return take(rest, len);
}

struct str
lex_atom(struct str *rest)
{
	return take_plain(rest, "()<>[]:;@\\,.\"");
}

struct str
lex_token(struct str *rest)
{
	return take_plain(rest, "()<>@,;:\\\"/[]?=");
}

struct str
lex_keyword(struct str *rest)
{
	size_t len = 0;

	while (len < rest->len && (ascii_alnum(rest->ptr[len]) ||
	    rest->ptr[len] == '-' || rest->ptr[len] == '_'))
		len++;
	return take(rest, len);
}

struct str
lex_digits(struct str *rest)
{
	size_t len = 0;

	while (len < rest->len && ascii_digit(rest->ptr[len]))
		len++;
	return take(rest, len);
}
