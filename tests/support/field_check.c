#include "tests/support/field_check.h"

#include <string.h>

struct str
field_unfold(struct arena *arena, struct str value)
{
	char *out = arena_alloc(arena, value.len);
	size_t len = 0;

	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] != '\r' && value.ptr[i] != '\n')
			out[len++] = value.ptr[i];
	return str_make(out, len);
}

/* first: octets of the name, the colon and a blank before the line. */
static const char *
line_fault(struct str line, size_t first)
{
	bool ink = false, breakable = false;

	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return "a control character";
		if (c == ' ' || c == '\t')
			breakable |= ink && i + 1 < line.len &&
			    line.ptr[i + 1] != ' ' && line.ptr[i + 1] != '\t';
		else
			ink = true;
	}
	if (!ink && (first == 0 || line.len > 0))
		return "a line of white space";
	if (first + line.len > 998)
		return "a line over 998 octets";
	if (first + line.len > 78 && breakable)
		return "a line over 78 octets";
	return NULL;
}

const char *
field_fault(const char *name, struct str value)
{
	size_t first = strlen(name) + 2;

	if (!str_is_utf8(value))
		return "not UTF-8";
	if (value.len > 0 && (value.ptr[0] == ' ' || value.ptr[0] == '\t'))
		return "a blank in front";
	for (;;) {
		size_t cr = str_chr(value, '\r');
		const char *fault = line_fault(str_slice(value, 0, cr), first);

		if (fault != NULL)
			return fault;
		if (cr == value.len)
			return NULL;
		if (cr + 2 >= value.len || value.ptr[cr + 1] != '\n' ||
		    (value.ptr[cr + 2] != ' ' && value.ptr[cr + 2] != '\t'))
			return "a CR that is no fold";
		value = str_skip(value, cr + 2);
		first = 0;
	}
}

struct scan {
	struct str rest;
};

static int
peek(const struct scan *scan)
{
	return scan->rest.len == 0 ? -1 : (unsigned char)scan->rest.ptr[0];
}

static bool
take(struct scan *scan, char c)
{
	if (peek(scan) != (unsigned char)c)
		return false;
	scan->rest = str_skip(scan->rest, 1);
	return true;
}

/* False: a comment without end. */
static bool
skip_cfws(struct scan *scan)
{
	int depth = 0;

	for (;;) {
		if (take(scan, '('))
			depth++;
		else if (depth > 0 && take(scan, ')'))
			depth--;
		else if (depth > 0 && take(scan, '\\'))
			scan->rest = str_skip(scan->rest, 1);
		else if (peek(scan) == ' ' || peek(scan) == '\t' ||
		    (depth > 0 && peek(scan) >= 0))
			scan->rest = str_skip(scan->rest, 1);
		else
			return depth == 0;
	}
}

static bool
in_token(int c)
{
	return c > 0x20 && c < 0x7f && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

static bool
take_token(struct scan *scan)
{
	size_t before = scan->rest.len;

	while (in_token(peek(scan)))
		scan->rest = str_skip(scan->rest, 1);
	return scan->rest.len < before;
}

static bool
take_quoted(struct scan *scan)
{
	if (!take(scan, '"'))
		return false;
	while (peek(scan) >= 0) {
		if (take(scan, '"'))
			return true;
		take(scan, '\\');
		scan->rest = str_skip(scan->rest, 1);
	}
	return false;
}

static bool
take_value(struct scan *scan)
{
	return take_quoted(scan) || take_token(scan);
}

/* [ [ local-part ] "@" ] domain-name: up to a blank or ";", and plain. */
static bool
take_address(struct scan *scan)
{
	struct str s = scan->rest;
	size_t len = 0, at, dots = 0;

	while (len < s.len && strchr(" \t;()", s.ptr[len]) == NULL)
		len++;
	s = str_slice(s, 0, len);
	at = str_rchr(s, '@');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (at < len && i < at && (c <= 0x20 || c == 0x7f ||
		    strchr("\"\\<>,:[]@", c) != NULL))
			return false;
		if ((at == len || i > at) && c < 0x80 && c != '.' &&
		    c != '-' && !ascii_alnum((char)c))
			return false;
		dots += c == '.' && (at == len || i > at);
	}
	scan->rest = str_skip(scan->rest, len);
	return dots > 0;
}

static const char *
property_fault(struct scan *scan)
{
	struct scan plain = *scan;

	if (take_value(scan) && (peek(scan) < 0 || peek(scan) == ' ' ||
	    peek(scan) == '\t' || peek(scan) == ';'))
		return NULL;
	*scan = plain;
	return take_address(scan) ? NULL : "a bad pvalue";
}

static const char *
result_fault(struct scan *scan)
{
	bool properties = false;

	if (!skip_cfws(scan) || !take_token(scan))
		return "no method";
	if (!take(scan, '=') || !take_token(scan))
		return "no result";
	for (;;) {
		struct str word = scan->rest;
		const char *fault;

		if (!skip_cfws(scan))
			return "a comment without end";
		if (peek(scan) < 0 || peek(scan) == ';')
			return NULL;
		if (word.len == scan->rest.len)
			return "no blank between two properties";
		word = scan->rest;
		if (!take_token(scan) || !take(scan, '='))
			return "no property";
		word = str_slice(word, 0, word.len - scan->rest.len - 1);
		if (!properties && str_eqz(word, "reason")) {
			if (!take_value(scan))
				return "a bad reason";
			continue;
		}
		properties = true;
		if (str_chr(word, '.') == word.len)
			return "a property without ptype";
		if ((fault = property_fault(scan)) != NULL)
			return fault;
	}
}

static const char *
grammar_fault(struct str text)
{
	struct scan scan = { text };
	const char *fault;

	if (!skip_cfws(&scan) || !take_value(&scan) || !skip_cfws(&scan))
		return "no authserv-id";
	if (str_eqz(scan.rest, "; none") || str_eqz(scan.rest, ";\tnone"))
		return NULL;
	if (peek(&scan) != ';')
		return "no result at all";
	while (take(&scan, ';'))
		if ((fault = result_fault(&scan)) != NULL)
			return fault;
	return peek(&scan) < 0 ? NULL : "something behind the results";
}

const char *
authres_fault(struct str value)
{
	struct arena *arena = arena_new();
	const char *fault = field_fault("Authentication-Results", value);

	if (fault == NULL)
		fault = grammar_fault(field_unfold(arena, value));
	arena_free(arena);
	return fault;
}
