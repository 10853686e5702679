#include "policy/ast.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

struct term *
term_new(struct parse *parse, enum term_kind kind, struct place place,
    struct str text)
{
	struct term *term = arena_alloc(parse->arena, sizeof(*term));

	term->kind = kind;
	term->place = place;
	term->text = term->raw = arena_copy(parse->arena, text);
	return term;
}

static size_t
count_digits(struct str s)
{
	size_t n = 0;

	while (n < s.len && ascii_digit(s.ptr[n]))
		n++;
	return n;
}

/* Letters, digits and '_', in parts between dots; no part starts otherwise. */
static bool
is_name(struct str s)
{
	char before = '.';

	for (size_t i = 0; i < s.len; before = s.ptr[i++]) {
		char c = s.ptr[i];

		if (c == '.' ? before == '.' :
		    !(ascii_alpha(c) || c == '_' ||
		    (ascii_digit(c) && before != '.')))
			return false;
	}
	return before != '.';
}

/* A number with an optional sign and fraction; what follows it is *rest_out. */
static bool
read_number(struct str s, double *number_out, struct str *rest_out)
{
	size_t at = s.len > 0 && s.ptr[0] == '-' ? 1 : 0;
	size_t whole = count_digits(str_skip(s, at)), part = 0;
	char text[40];

	if (whole == 0)
		return false;
	at += whole;
	if (at < s.len && s.ptr[at] == '.') {
		part = count_digits(str_skip(s, at + 1));
		at += part == 0 ? 0 : 1 + part;
	}
	if (at >= sizeof(text))
		return false;
	memcpy(text, s.ptr, at);
	text[at] = '\0';
	*number_out = strtod(text, NULL);
	*rest_out = str_skip(s, at);
	return true;
}

static const struct {
	const char *name;
	enum term_kind kind;
	double factor;
} units[] = {
	{ "", TERM_NUMBER, 1 },
	{ "k", TERM_SIZE, 1024 }, { "K", TERM_SIZE, 1024 },
	{ "M", TERM_SIZE, 1024 * 1024 },
	{ "G", TERM_SIZE, 1024.0 * 1024 * 1024 },
	{ "s", TERM_DURATION, 1 }, { "m", TERM_DURATION, 60 },
	{ "h", TERM_DURATION, 3600 }, { "d", TERM_DURATION, 86400 },
	{ "w", TERM_DURATION, 7 * 86400 },
};

static bool
set_number(struct term *term)
{
	struct str rest;
	double number;

	if (!read_number(term->text, &number, &rest))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (str_eqz(rest, units[i].name)) {
			term->kind = units[i].kind;
			term->number = number * units[i].factor;
			return true;
		}
	return false;
}

/* RFC 3463 section 2: class "." subject "." detail. */
static bool
is_code(struct str s)
{
	struct str part;
	unsigned parts = 0;

	while (str_next(&s, '.', &part)) {
		if (part.len == 0 || part.len > 3 ||
		    count_digits(part) != part.len)
			return false;
		parts++;
	}
	return parts == 3;
}

struct term *
term_from_atom(struct parse *parse, struct place place, struct str text)
{
	struct term *term = term_new(parse, TERM_BARE, place, text);

	if (is_name(text))
		term->kind = TERM_NAME;
	else if (ipnet_parse(text, &term->net))
		term->kind = str_chr(text, '/') < text.len ? TERM_NET :
		    TERM_IP;
	else if (is_code(text))
		term->kind = TERM_CODE;
	else
		set_number(term);
	return term;
}

struct term *
term_from_string(struct parse *parse, struct place place, struct str raw)
{
	struct term *term = term_new(parse, TERM_TEXT, place, raw);
	struct str inner = str_slice(raw, 1, raw.len - 1);
	char *out = arena_alloc(parse->arena, inner.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < inner.len; i++) {
		char c = inner.ptr[i];

		if (c == '\\' && i + 1 < inner.len) {
			c = inner.ptr[++i];
			if (c != '"' && c != '\\')
				mistake(parse->diag, place_after(place, i),
				    "in a text, \\ stands only before \" "
				    "and \\");
		} else if ((unsigned char)c < 0x20)
			mistake(parse->diag, place_after(place, i + 1),
			    "a control character (0x%02x) in a text",
			    (unsigned char)c);
		out[len++] = c;
	}
	term->text = str_make(out, len);
	return term;
}

struct term *
term_from_regex(struct parse *parse, struct place place, struct str raw)
{
	struct term *term = term_new(parse, TERM_REGEX, place, raw);
	size_t end = str_rchr(raw, '/');

	term->text = str_slice(term->raw, 1, end);
	term->flags = str_skip(term->raw, end + 1);
	return term;
}

struct expr *
expr_new(struct parse *parse, enum expr_kind kind, struct place place,
    struct term *left, struct term *right)
{
	struct expr *expr = arena_alloc(parse->arena, sizeof(*expr));

	expr->kind = kind;
	expr->place = place;
	expr->left = left;
	expr->right = right;
	expr->depth = 1;
	return expr;
}

/* The child becomes one of parent's; false where that nests too deeply. */
static bool
adopt(struct parse *parse, struct expr *parent, struct expr *child)
{
	if (child->depth >= LIMIT_POLICY_DEPTH) {
		mistake(parse->diag, child->place, "nested too deeply; at most "
		    "%d levels", LIMIT_POLICY_DEPTH);
		return false;
	}
	if (child->depth >= parent->depth)
		parent->depth = child->depth + 1;
	if (parent->last == NULL)
		parent->children = child;
	else
		parent->last->next = child;
	parent->last = child;
	return true;
}

struct expr *
expr_join(struct parse *parse, enum expr_kind kind, struct expr *a,
    struct expr *b)
{
	struct expr *expr = a;

	if (a == NULL || b == NULL)
		return a == NULL ? b : a;
	if (a->kind != kind || a->closed) {
		expr = expr_new(parse, kind, a->place, NULL, NULL);
		if (!adopt(parse, expr, a))
			return NULL;
	}
	return adopt(parse, expr, b) ? expr : NULL;
}

struct expr *
expr_over(struct parse *parse, enum expr_kind kind, struct place place,
    struct expr *inner)
{
	struct expr *expr;

	if (inner == NULL)
		return NULL;
	expr = expr_new(parse, kind, place, NULL, NULL);
	return adopt(parse, expr, inner) ? expr : NULL;
}

struct expr *
expr_not(struct parse *parse, struct place place, struct expr *inner)
{
	return expr_over(parse, EXPR_NOT, place, inner);
}
