#include "conf/scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum token_kind { T_END, T_WORD, T_QUOTED, T_SIGN, T_BAD };

struct token {
	enum token_kind	kind;
	struct str	text;
	struct place	place;
};

struct scanner {
	struct scan	*scan;
	struct str	 text;
	size_t		 at;
	unsigned	 line;
	size_t		 line_from;
	struct token	 token;		/* the one to look at */
};

/* ---- characters ---- */

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

static void
blank(struct scan *scan, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (scan->clean[i] != '\n')
			scan->clean[i] = ' ';
}

static struct place
place_at(const struct scanner *scanner, size_t at)
{
	struct str rest = str_skip(scanner->text, scanner->line_from);
	struct str line = str_slice(rest, 0, str_chr(rest, '\n'));

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return (struct place){ scanner->line,
	    (unsigned)(at - scanner->line_from + 1), line };
}

void
scan_mistake(struct scan *scan, struct place place, const char *format, ...)
{
	struct mistake mistake = { .place = place };
	va_list ap;

	va_start(ap, format);
	mistake.text = arena_z(scan->arena,
	    arena_vprintf(scan->arena, format, ap));
	va_end(ap);
	VEC_PUSH(scan->arena, &scan->mistakes, mistake);
}

/* ---- tokens ---- */

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
	struct place place = place_at(scanner, scanner->at);

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
	blank(scanner->scan, from, scanner->at);
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
	scan_mistake(scanner->scan, place_at(scanner, at), "%s", why);
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

static void
next_token(struct scanner *scanner)
{
	struct token *token = &scanner->token;
	size_t from;
	char c;

	skip_space(scanner);
	from = scanner->at;
	token->place = place_at(scanner, from);
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

static bool
is_sign(const struct token *token, const char *sign)
{
	return token->kind == T_SIGN && str_eqz(token->text, sign);
}

/* ---- settings ---- */

/* Does the next setting begin here, on a line after the given one? */
static bool
starts_item(const struct scanner *scanner, unsigned line)
{
	struct scanner ahead = *scanner;
	size_t mistakes = scanner->scan->mistakes.count;
	bool starts;

	if (scanner->token.kind != T_WORD || scanner->token.place.line == line)
		return false;
	next_token(&ahead);
	starts = is_sign(&ahead.token, "=");
	scanner->scan->mistakes.count = mistakes;
	return starts;
}

/* A broken setting ends where the next one begins; what else is wrong in its
 * first line is most likely the same mistake. */
static bool
give_up(struct scanner *scanner, struct scan_item *item)
{
	unsigned line = item->place.line;

	while (scanner->token.kind != T_END && !starts_item(scanner, line)) {
		size_t mistakes = scanner->scan->mistakes.count;

		next_token(scanner);
		if (scanner->token.place.line == line)
			scanner->scan->mistakes.count = mistakes;
	}
	item->to = (size_t)(scanner->token.text.ptr - scanner->text.ptr);
	return false;
}

static bool
wrong(struct scanner *scanner, struct scan_item *item, const char *why)
{
	if (scanner->token.kind != T_BAD)
		scan_mistake(scanner->scan, scanner->token.place, "%s", why);
	return give_up(scanner, item);
}

static bool
is_value(const struct token *token)
{
	return token->kind == T_WORD || token->kind == T_QUOTED;
}

static void
add_value(struct scanner *scanner, struct scan_item *item)
{
	struct scan_value value = { .place = scanner->token.place,
	    .quoted = scanner->token.kind == T_QUOTED };

	VEC_PUSH(scanner->scan->arena, &item->values, value);
	next_token(scanner);
}

static bool
take_list(struct scanner *scanner, struct scan_item *item)
{
	struct token open = scanner->token;

	item->list = true;
	next_token(scanner);
	while (!is_sign(&scanner->token, "}")) {
		if (scanner->token.kind == T_END ||
		    starts_item(scanner, item->place.line)) {
			scan_mistake(scanner->scan, open.place,
			    "this list has no end; write } where it ends");
			return give_up(scanner, item);
		}
		if (!is_value(&scanner->token))
			return wrong(scanner, item, "a value is missing here; "
			    "write { \"one\", \"two\" }");
		add_value(scanner, item);
		if (is_sign(&scanner->token, ","))
			next_token(scanner);
		else if (is_value(&scanner->token))
			return wrong(scanner, item,
			    "write a comma between two values");
	}
	next_token(scanner);
	return true;
}

static bool
take_values(struct scanner *scanner, struct scan_item *item)
{
	unsigned line = item->place.line;

	if (is_sign(&scanner->token, "{"))
		return take_list(scanner, item);
	if (!is_value(&scanner->token) || scanner->token.place.line != line)
		return wrong(scanner, item, "a value is missing after \"=\"");
	add_value(scanner, item);
	return true;
}

static bool
take_item(struct scanner *scanner, struct scan_item *item)
{
	unsigned line = scanner->token.place.line;
	const struct token *token = &scanner->token;

	item->place = token->place;
	if (token->kind == T_QUOTED)
		return wrong(scanner, item,
		    "write the name of a setting without quotes");
	if (token->kind != T_WORD)
		return wrong(scanner, item,
		    "here stands the name of a setting: NAME = VALUE");
	item->name = token->text;
	next_token(scanner);
	if (is_sign(token, "+="))
		return wrong(scanner, item,
		    "write \"=\" and the whole list");
	if (!is_sign(token, "=") || token->place.line != line) {
		if (token->kind != T_BAD)
			scan_mistake(scanner->scan, item->place,
			    "\"=\" is missing after \"%.*s\"",
			    STR_ARG(item->name));
		return give_up(scanner, item);
	}
	next_token(scanner);
	if (!take_values(scanner, item))
		return false;
	if (token->kind != T_END && token->place.line == line &&
	    !item->list)
		return wrong(scanner, item, "a value of several words or "
		    "with a comma must be in quotes");
	return true;
}

void
scan_drop(struct scan *scan, const struct scan_item *item)
{
	blank(scan, item->from, item->to);
}

static bool
has_bad_octet(struct scanner *scanner)
{
	for (; !at_end(scanner); scanner->at++) {
		unsigned char c = (unsigned char)look(scanner, 0);

		if (c == '\n') {
			scanner->line++;
			scanner->line_from = scanner->at + 1;
		} else if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f) {
			scan_mistake(scanner->scan,
			    place_at(scanner, scanner->at),
			    "octet 0x%02x has no place in a settings file; "
			    "delete it", c);
			return true;
		}
	}
	return false;
}

void
scan_text(struct scan *scan, struct arena *arena, struct str text)
{
	struct scanner scanner = { .scan = scan, .text = text, .line = 1 };

	memset(scan, 0, sizeof(*scan));
	scan->arena = arena;
	scan->clean = arena_z(arena, text);
	if (has_bad_octet(&scanner)) {
		scan->clean = arena_z(arena, STR_NONE);
		return;
	}
	scanner = (struct scanner){ .scan = scan, .text = text, .line = 1 };
	next_token(&scanner);
	while (scanner.token.kind != T_END) {
		struct scan_item item = { .from =
		    (size_t)(scanner.token.text.ptr - text.ptr) };

		if (take_item(&scanner, &item)) {
			item.to = (size_t)(scanner.token.text.ptr - text.ptr);
			VEC_PUSH(arena, &scan->items, item);
		} else {
			scan_drop(scan, &item);
		}
	}
}
