#include "conf/scan.h"

#include <stdarg.h>
#include <string.h>

#include "conf/token.h"

void
scan_blank(struct scan *scan, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (scan->clean[i] != '\n')
			scan->clean[i] = ' ';
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

/* Does the next setting begin here, on a line after the given one? */
static bool
starts_item(const struct scanner *scanner, unsigned line)
{
	struct scanner ahead = *scanner;
	size_t mistakes = scanner->scan->mistakes.count;
	bool starts;

	if (scanner->token.kind != T_WORD || scanner->token.place.line == line)
		return false;
	token_next(&ahead);
	starts = token_is_sign(&ahead.token, "=");
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

		token_next(scanner);
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
	token_next(scanner);
}

static bool
take_list(struct scanner *scanner, struct scan_item *item)
{
	struct token open = scanner->token;

	item->list = true;
	token_next(scanner);
	while (!token_is_sign(&scanner->token, "}")) {
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
		if (token_is_sign(&scanner->token, ","))
			token_next(scanner);
		else if (is_value(&scanner->token))
			return wrong(scanner, item,
			    "write a comma between two values");
	}
	token_next(scanner);
	return true;
}

static bool
take_values(struct scanner *scanner, struct scan_item *item)
{
	unsigned line = item->place.line;

	if (token_is_sign(&scanner->token, "{"))
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
	token_next(scanner);
	if (token_is_sign(token, "+="))
		return wrong(scanner, item,
		    "write \"=\" and the whole list");
	if (!token_is_sign(token, "=") || token->place.line != line) {
		if (token->kind != T_BAD)
			scan_mistake(scanner->scan, item->place,
			    "\"=\" is missing after \"%.*s\"",
			    STR_ARG(item->name));
		return give_up(scanner, item);
	}
	token_next(scanner);
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
	scan_blank(scan, item->from, item->to);
}

static bool
has_bad_octet(struct scanner *scanner)
{
	for (; scanner->at < scanner->text.len; scanner->at++) {
		unsigned char c = (unsigned char)
		    scanner->text.ptr[scanner->at];

		if (c == '\n') {
			scanner->line++;
			scanner->line_from = scanner->at + 1;
		} else if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f) {
			scan_mistake(scanner->scan,
			    token_place(scanner, scanner->at),
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
	token_next(&scanner);
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
