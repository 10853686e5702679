#include "conf/token.h"

#include <string.h>

static char
look(const struct scanner *scanner, size_t ahead)
{
	size_t at = scanner->at + ahead;

	return at < scanner->text.len ? scanner->text.ptr[at] : '\0';
}

static bool
at_end(const struct scanner *scanner)
{
	return scanner->at >= scanner->text.len;
}

struct place
token_place(const struct scanner *scanner, size_t at)
{
	struct str rest = str_skip(scanner->text, scanner->line_from);
	struct str line = str_slice(rest, 0, str_chr(rest, '\n'));

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return (struct place){ scanner->line,
	    (unsigned)(at - scanner->line_from + 1), line };
}

static void
skip_newline(struct scanner *scanner)
{
	scanner->at++;
	scanner->line++;
	scanner->line_from = scanner->at;
}

static void
skip_line(struct scanner *scanner)
{
	while (!at_end(scanner) && look(scanner, 0) != '\n')
		scanner->at++;
}

static void
skip_long_comment(struct scanner *scanner)
{
	struct place place = token_place(scanner, scanner->at);

	scanner->at += 2;
	while (!at_end(scanner)) {
		if (look(scanner, 0) == '*' && look(scanner, 1) == '/') {
			scanner->at += 2;
			return;
		}
		if (look(scanner, 0) == '\n')
			skip_newline(scanner);
		else
			scanner->at++;
	}
	scan_mistake(scanner->scan, place,
	    "this comment has no end; write */ where it ends");
}

static bool
skip_comment(struct scanner *scanner)
{
	size_t from = scanner->at;
	char c = look(scanner, 0), next = look(scanner, 1);

	if (c == '#' || (c == '/' && next == '/'))
		skip_line(scanner);
	else if (c == '/' && next == '*')
		skip_long_comment(scanner);
	else
		return false;
	scan_blank(scanner->scan, from, scanner->at);
	return true;
}

static void
skip_space(struct scanner *scanner)
{
	while (!at_end(scanner)) {
		char c = look(scanner, 0);

		if (c == '\n') {
			skip_newline(scanner);
		} else if (c == ' ' || c == '\t' || c == '\r') {
			scanner->at++;
		} else if (!skip_comment(scanner)) {
			return;
		}
	}
}

static enum token_kind
bad(struct scanner *scanner, size_t at, const char *why)
{
	scan_mistake(scanner->scan, token_place(scanner, at), "%s", why);
	return T_BAD;
}

/* ${NAME}, which libconfuse replaces: it must end on its line. */
static bool
skip_variable(struct scanner *scanner)
{
	size_t at = scanner->at + 2;

	while (at < scanner->text.len && scanner->text.ptr[at] != '\n' &&
	    scanner->text.ptr[at] != '}')
		at++;
	if (at >= scanner->text.len || scanner->text.ptr[at] != '}')
		return false;
	scanner->at = at + 1;
	return true;
}

static enum token_kind
take_quoted(struct scanner *scanner, char quote)
{
	size_t from = scanner->at++;

	while (!at_end(scanner) && look(scanner, 0) != '\n') {
		char c = look(scanner, 0);

		if (c == quote) {
			scanner->at++;
			return T_QUOTED;
		}
		if (c == '\\') {
			char next = look(scanner, 1);

			if (next != quote && next != '\\') {
				size_t at = scanner->at;

				skip_line(scanner);
				return bad(scanner, at, "a backslash stands "
				    "before a quote or a backslash only; "
				    "write \\\\ for one backslash");
			}
			scanner->at++;
		}
		if (c == '$' && quote == '"' && look(scanner, 1) == '{') {
			if (!skip_variable(scanner))
				return bad(scanner, scanner->at++,
				    "${ has no end; write ${NAME}");
			continue;
		}
		scanner->at++;
	}
	return bad(scanner, from, quote == '"' ?
	    "this text has no end; write \" where it ends" :
	    "this text has no end; write ' where it ends");
}

static bool
is_word(char c)
{
	return c != '\0' && strchr(" #\"'\t\n\r={}()+,*", c) == NULL &&
	    (unsigned char)c >= 0x20 && c != 0x7f;
}

static enum token_kind
take_word(struct scanner *scanner)
{
	if (look(scanner, 0) == '$' && look(scanner, 1) == '{') {
		if (!skip_variable(scanner))
			return bad(scanner, scanner->at++,
			    "${ has no end; write ${NAME}");
	} else {
		while (is_word(look(scanner, 0)))
			scanner->at++;
	}
	if (!at_end(scanner) && strchr("#\"'(+*", look(scanner, 0)) != NULL) {
		size_t from = scanner->at;

		skip_line(scanner);
		return bad(scanner, from, "a value with this character in "
		    "it must be in quotes");
	}
	if (look(scanner, -(size_t)1) == ';')
		return bad(scanner, scanner->at - 1,
		    "a line needs no \";\" at its end; leave it out");
	return T_WORD;
}

void
token_next(struct scanner *scanner)
{
	struct token *token = &scanner->token;
	size_t from;
	char c;

	skip_space(scanner);
	from = scanner->at;
	token->place = token_place(scanner, from);
	c = look(scanner, 0);
	if (at_end(scanner)) {
		token->kind = T_END;
	} else if (c == '"' || c == '\'') {
		token->kind = take_quoted(scanner, c);
	} else if (is_word(c)) {
		token->kind = take_word(scanner);
	} else if (c == '+' && look(scanner, 1) == '=') {
		scanner->at += 2;
		token->kind = T_SIGN;
	} else if (c != '\0' && strchr("={},", c) != NULL) {
		scanner->at++;
		token->kind = T_SIGN;
	} else {
		scanner->at++;
		token->kind = bad(scanner, from, "this character means "
		    "nothing here; put text that holds it in quotes");
	}
	token->text = str_slice(scanner->text, from, scanner->at);
}

bool
token_is_sign(const struct token *token, const char *sign)
{
	return token->kind == T_SIGN && str_eqz(token->text, sign);
}
