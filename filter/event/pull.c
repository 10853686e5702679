#include "event/pull.h"

#include <endian.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

void
pull_init(struct pull *pull, struct str text, struct arena *arena)
{
	*pull = (struct pull){ .at = text.ptr, .end = text.ptr + text.len,
	    .arena = arena };
	pull->bad = text.len == 0;
}

static bool
bad(struct pull *pull)
{
	pull->bad = true;
	pull->at = pull->end;
	return false;
}

static inline bool
take(struct pull *pull, char c)
{
	if (pull_peek(pull) != c)
		return bad(pull);
	pull->at++;
	return true;
}

static bool
take_word(struct pull *pull, struct str word)
{
	pull_peek(pull);
	if ((size_t)(pull->end - pull->at) < word.len ||
	    memcmp(pull->at, word.ptr, word.len) != 0)
		return bad(pull);
	pull->at += word.len;
	return true;
}

const uint8_t pull_types[256] = {
	['{'] = PULL_OBJECT, ['['] = PULL_ARRAY, ['"'] = PULL_TEXT,
	['t'] = PULL_BOOL, ['f'] = PULL_BOOL, ['n'] = PULL_NULL,
	['-'] = PULL_NUMBER, ['0' ... '9'] = PULL_NUMBER,
};

static bool
open_bracket(struct pull *pull, char bracket)
{
	if (!take(pull, bracket) || pull->depth == LIMIT_EVENT_DEPTH)
		return bad(pull);
	pull->depth++;
	pull->first = true;
	return true;
}

/* False: the bracket closes here, or it is bad. */
static inline bool
next_in(struct pull *pull, char closing)
{
	char c = pull_peek(pull);

	if (c == closing && !pull->bad) {
		pull->at++;
		pull->depth--;
		pull->first = false;
		return false;
	}
	if (pull->bad || (!pull->first && !take(pull, ',')))
		return bad(pull);
	pull->first = false;
	return true;
}

bool
pull_object(struct pull *pull)
{
	return open_bracket(pull, '{');
}

bool
pull_array(struct pull *pull)
{
	return open_bracket(pull, '[');
}

bool
pull_key(struct pull *pull, struct str *key_out)
{
	return next_in(pull, '}') && pull_text(pull, key_out) &&
	    take(pull, ':');
}

bool
pull_item(struct pull *pull)
{
	return next_in(pull, ']');
}

/* The first quote, backslash or control character; 16 octets at a time, which
 * compilers know how to do. */
typedef unsigned char octets __attribute__((vector_size(16)));

static bool
is_special(char c)
{
	return c == '"' || c == '\\' || (unsigned char)c < 0x20;
}

static inline const char *
find_special(const char *p, const char *end)
{
	for (; end - p >= (ptrdiff_t)sizeof(octets); p += sizeof(octets)) {
		octets block;
		uint64_t found[2];

		memcpy(&block, p, sizeof(block));
		block = (octets)((block == '"') | (block == '\\') |
		    (block < 0x20));
		memcpy(found, &block, sizeof(found));
		if (found[0] != 0)
			return p + __builtin_ctzll(le64toh(found[0])) / 8;
		if (found[1] != 0)
			return p + 8 + __builtin_ctzll(le64toh(found[1])) / 8;
	}
	while (p < end && !is_special(*p))
		p++;
	return p;
}

/* Behind the opening quote; at the closing one, or bad. */
static inline bool
find_end(struct pull *pull, const char **end_out, bool *escaped_out)
{
	const char *p = pull->at;

	*escaped_out = false;
	for (;;) {
		p = find_special(p, pull->end);
		if (p == pull->end || (*p != '"' && *p != '\\'))
			return bad(pull);
		*end_out = p;
		if (*p == '"')
			return true;
		*escaped_out = true;
		if (pull->end - p < 2)
			return bad(pull);
		p += 2;
	}
}

/* Four digits at p; negative where they are none. */
static int32_t
hex_code(const char *p, const char *end)
{
	int32_t code = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = ascii_hex(p[i]);

		if (digit < 0)
			return -1;
		code = code << 4 | digit;
	}
	return code;
}

static char *
put_utf8(char *out, uint32_t code)
{
	if (code < 0x80) {
		*out++ = (char)code;
	} else if (code < 0x800) {
		*out++ = (char)(0xc0 | code >> 6);
		*out++ = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		*out++ = (char)(0xe0 | code >> 12);
		*out++ = (char)(0x80 | (code >> 6 & 0x3f));
		*out++ = (char)(0x80 | (code & 0x3f));
	} else {
		*out++ = (char)(0xf0 | code >> 18);
		*out++ = (char)(0x80 | (code >> 12 & 0x3f));
		*out++ = (char)(0x80 | (code >> 6 & 0x3f));
		*out++ = (char)(0x80 | (code & 0x3f));
	}
	return out;
}

/* *p is behind "\u"; it is moved behind the digits, of a pair all eight. */
static bool
take_code(const char **p, const char *end, uint32_t *code_out)
{
	int32_t high = hex_code(*p, end), low = -1;

	if (high < 0)
		return false;
	*p += 4;
	*code_out = high == 0 || (high >= 0xd800 && high < 0xe000) ? 0xfffd :
	    (uint32_t)high;
	if (high < 0xd800 || high >= 0xdc00 || end - *p < 6 ||
	    (*p)[0] != '\\' || (*p)[1] != 'u')
		return true;
	low = hex_code(*p + 2, end);
	if (low >= 0xdc00 && low < 0xe000) {
		*code_out = 0x10000 + ((uint32_t)(high - 0xd800) << 10) +
		    (uint32_t)(low - 0xdc00);
		*p += 6;
	}
	return true;
}

/* *p is behind the backslash. */
static bool
take_escape(const char **p, const char *end, char **out)
{
	static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *at = memchr(names, **p, sizeof(names) - 1);
	uint32_t code;

	if (at != NULL) {
		*(*out)++ = means[at - names];
		(*p)++;
		return true;
	}
	if (*(*p)++ != 'u' || !take_code(p, end, &code))
		return false;
	*out = put_utf8(*out, code);
	return true;
}

/* No escape is shorter than what it stands for. */
static bool
decode(struct pull *pull, struct str raw, struct str *text_out)
{
	char *text = arena_alloc(pull->arena, raw.len), *out = text;
	const char *p = raw.ptr, *end = raw.ptr + raw.len;

	while (p < end) {
		const char *next = find_special(p, end);

		memcpy(out, p, (size_t)(next - p));
		out += next - p;
		p = next;
		if (p == end)
			break;
		p++;
		if (!take_escape(&p, end, &out))
			return bad(pull);
	}
	*text_out = str_make(text, (size_t)(out - text));
	return true;
}

bool
pull_text(struct pull *pull, struct str *text_out)
{
	const char *end;
	struct str raw;
	bool escaped;

	if (!take(pull, '"') || !find_end(pull, &end, &escaped))
		return false;
	raw = str_make(pull->at, (size_t)(end - pull->at));
	pull->at = end + 1;
	*text_out = raw;
	return !escaped || decode(pull, raw, text_out);
}

static bool
is_number_char(char c)
{
	return ascii_digit(c) || c == '-' || c == '+' || c == '.' ||
	    c == 'e' || c == 'E';
}

/* What is more than plain digits. */
static bool
parse_number(const char *p, const char *end, double *number_out)
{
	char text[64], *stop;
	size_t len = (size_t)(end - p);

	if (len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, p, len);
	text[len] = '\0';
	*number_out = strtod(text, &stop);
	return *stop == '\0';
}

bool
pull_number(struct pull *pull, double *number_out)
{
	const char *start, *p;
	uint64_t digits = 0;

	if (pull_type(pull) != PULL_NUMBER)
		return bad(pull);
	start = p = pull->at;
	while (p < pull->end && p - start < 15 && ascii_digit(*p))
		digits = digits * 10 + (uint64_t)(*p++ - '0');
	*number_out = (double)digits;
	if (p < pull->end && is_number_char(*p)) {
		while (p < pull->end && is_number_char(*p))
			p++;
		if (!parse_number(start, p, number_out))
			return bad(pull);
	}
	pull->at = p;
	return true;
}

bool
pull_bool(struct pull *pull, bool *truth_out)
{
	*truth_out = pull_peek(pull) == 't';
	return *truth_out ? take_word(pull, STR("true")) :
	    take_word(pull, STR("false"));
}

bool
pull_null(struct pull *pull)
{
	return take_word(pull, STR("null"));
}

/* An object or array: strings and brackets are all that matters in it. */
static bool
skip_nested(struct pull *pull)
{
	char open[LIMIT_EVENT_DEPTH];
	unsigned depth = 0;
	const char *end;
	bool escaped;

	do {
		char c = pull->at < pull->end ? *pull->at++ : '\0';

		if (c == '"') {
			if (!find_end(pull, &end, &escaped))
				return false;
			pull->at = end + 1;
		} else if (c == '{' || c == '[') {
			if (depth == LIMIT_EVENT_DEPTH)
				return bad(pull);
			open[depth++] = c;
		} else if (c == '}' || c == ']') {
			if (open[--depth] != (c == '}' ? '{' : '['))
				return bad(pull);
		} else if ((unsigned char)c < 0x20 && !ascii_space(c)) {
			return bad(pull);
		}
	} while (depth > 0);
	return true;
}

bool
pull_skip(struct pull *pull)
{
	const char *end;
	double number;
	bool flag;

	switch (pull_type(pull)) {
	case PULL_OBJECT:
	case PULL_ARRAY:
		return skip_nested(pull);
	case PULL_TEXT:
		pull->at++;
		if (!find_end(pull, &end, &flag))
			return false;
		pull->at = end + 1;
		return true;
	case PULL_NUMBER:
		return pull_number(pull, &number);
	case PULL_BOOL:
		return pull_bool(pull, &flag);
	case PULL_NULL:
		return pull_null(pull);
	case PULL_BAD:
		break;
	}
	return bad(pull);
}

bool
pull_leave(struct pull *pull, struct str tail)
{
	struct str rest;

	if (pull->bad || pull->depth != 1 || pull_peek(pull) != ',')
		return false;
	rest = str_trim(str_make(pull->at, (size_t)(pull->end - pull->at)));
	if (rest.len < tail.len || !str_eq(str_skip(rest, rest.len - tail.len),
	    tail))
		return false;
	pull->at = pull->end;
	pull->depth = 0;
	return true;
}

bool
pull_end(struct pull *pull)
{
	return !pull->bad && pull_peek(pull) == '\0' && pull->at == pull->end;
}
