#include "maillog/reason.h"

#include <string.h>

#include "maillog/piece.h"

/* ---- codes ---- */

/* "550 " or "550-": the code, taken. */
static bool
take_code(struct str *rest, unsigned *code_out)
{
	uint64_t code;

	if (rest->len < 3 || (rest->len > 3 && rest->ptr[3] != ' ' &&
	    rest->ptr[3] != '-') ||
	    !str_to_uint(str_slice(*rest, 0, 3), 599, &code) || code < 200)
		return false;
	*code_out = (unsigned)code;
	*rest = str_skip(*rest, 4);
	return true;
}

/* "5.1.1": RFC 3463 section 2. */
static bool
take_enhanced(struct str *rest, struct str *enhanced_out)
{
	struct str at = *rest;
	uint64_t number;

	if (at.len < 5 || at.ptr[0] < '2' || at.ptr[0] > '5' ||
	    at.ptr[1] != '.')
		return false;
	at = str_skip(at, 2);
	if (!piece_number(&at, &number) || number > 999 ||
	    !piece_text(&at, STR(".")) ||
	    !piece_number(&at, &number) || number > 999 ||
	    (at.len > 0 && at.ptr[0] != ' ' && at.ptr[0] != ':'))
		return false;
	*enhanced_out = str_slice(*rest, 0, rest->len - at.len);
	*rest = str_skip(at, at.len > 0);
	return true;
}

static void
skip_blanks(struct str *rest)
{
	while (rest->len > 0 && ascii_space(rest->ptr[0]))
		*rest = str_skip(*rest, 1);
}

/* Of a reply in several lines, each begins with these. */
static void
skip_codes(struct str *rest, const struct maillog_reason *reason)
{
	struct str at = *rest, enhanced;
	unsigned code;

	if (reason->code == 0 || !take_code(&at, &code) ||
	    code != reason->code)
		return;
	skip_blanks(&at);
	take_enhanced(&at, &enhanced);
	*rest = at;
}

/* ---- words ---- */

struct word_kind {
	unsigned	digits, letters, dots, colons;
	bool		other;		/* no part of a name */
};

static struct word_kind
kind_of(struct str word)
{
	struct word_kind kind = { 0 };

	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];

		if (ascii_digit(c))
			kind.digits++;
		else if (ascii_alpha(c))
			kind.letters++;
		else if (c == '.')
			kind.dots++;
		else if (c == ':')
			kind.colons++;
		else if (c != '-' && c != '_')
			kind.other = true;
	}
	return kind;
}

/* A host, an address of one, an id, a number. */
static bool
varies(struct str word)
{
	struct word_kind kind = kind_of(word);

	if (kind.other)
		return false;
	if (kind.dots > 0 && word.ptr[0] != '.' &&
	    word.ptr[word.len - 1] != '.' && kind.letters + kind.digits > 3)
		return true;
	if (kind.colons > 1)
		return true;
	if (kind.letters == 0)
		return kind.digits > 2;
	return kind.digits > 1 && word.len > 7;
}

static bool
is_inside_word(char c)
{
	return ascii_alnum(c) || c == '.' || c == '-' || c == '_' ||
	    c == ':' || (unsigned char)c > 0x7f;
}

struct out {
	char	*at, *end;
};

static void
put(struct out *out, struct str s)
{
	for (size_t i = 0; i < s.len && out->at < out->end; i++)
		*out->at++ = s.ptr[i] == '\0' ? '?' : s.ptr[i];
}

/* "https://host/path": the host stays, it says whose rule it is. */
static bool
put_link(struct out *out, struct str *rest)
{
	struct str at = *rest;
	size_t end = 0;

	if (!piece_text(&at, STR("https://")) &&
	    !piece_text(&at, STR("http://")))
		return false;
	while (end < at.len && is_inside_word(at.ptr[end]))
		end++;
	put(out, str_slice(*rest, 0, rest->len - at.len + end));
	at = str_skip(at, end);
	for (end = 0; end < at.len && !ascii_space(at.ptr[end]) &&
	    at.ptr[end] != ')' && at.ptr[end] != '>'; end++)
		;
	if (end > 1)
		put(out, STR("/*"));
	*rest = str_skip(at, end);
	return true;
}

/* "ann@example.com", "<ann@example.com>" */
static bool
put_address(struct out *out, struct str *rest)
{
	struct str path;
	size_t end = 0;

	if (rest->ptr[0] == '<') {
		if (!piece_path(rest, &path))
			return false;
		put(out, STR("<*>"));
		return true;
	}
	while (end < rest->len && (is_inside_word(rest->ptr[end]) ||
	    (rest->ptr[end] != '\0' && strchr("@+=/~!#$%&'*", rest->ptr[end])
	    != NULL)))
		end++;
	if (str_chr(str_slice(*rest, 1, end), '@') + 1 >= end)
		return false;
	put(out, STR("*"));
	*rest = str_skip(*rest, end);
	return true;
}

static void
put_word(struct out *out, struct str *rest)
{
	size_t end = 0, kept;
	struct str word;

	while (end < rest->len && is_inside_word(rest->ptr[end]))
		end++;
	if (end == 0)
		end = 1;
	/* What ends a sentence is no part of a name. */
	for (kept = end; kept > 1 && (rest->ptr[kept - 1] == '.' ||
	    rest->ptr[kept - 1] == ':'); kept--)
		;
	word = str_slice(*rest, 0, kept);
	put(out, varies(word) ? STR("*") : word);
	*rest = str_skip(*rest, kept);
}

/* "[192.0.2.1]:25" behind a host's name goes with it. */
static void
skip_bracket(const struct out *out, const char *begin, struct str *rest)
{
	size_t end = str_chr(*rest, ']');

	if (out->at == begin || out->at[-1] != '*' || end >= rest->len)
		return;
	*rest = str_skip(*rest, end + 1);
	if (rest->len > 1 && rest->ptr[0] == ':' && ascii_digit(rest->ptr[1]))
		for (*rest = str_skip(*rest, 1); rest->len > 0 &&
		    ascii_digit(rest->ptr[0]); )
			*rest = str_skip(*rest, 1);
}

static struct str
normal(struct str rest, struct maillog_reason *reason)
{
	struct out out = { reason->out, reason->out +
	    sizeof(reason->out) };

	while (rest.len > 0 && out.at < out.end) {
		size_t before = rest.len;

		if (ascii_space(rest.ptr[0])) {
			skip_blanks(&rest);
			skip_codes(&rest, reason);
			if (rest.len > 0 && out.at > reason->out)
				put(&out, STR(" "));
			continue;
		}
		if (rest.ptr[0] == '[')
			skip_bracket(&out, reason->out, &rest);
		if (rest.len == before && !put_link(&out, &rest) &&
		    !put_address(&out, &rest))
			put_word(&out, &rest);
	}
	return str_trim(str_make(reason->out,
	    (size_t)(out.at - reason->out)));
}

/* ---- all of it ---- */

/* "host NAME[ADDRESS] said: " */
static struct str
without_host(struct str reason)
{
	size_t said = piece_find(reason, STR(" said: "));

	if (piece_is(reason, STR("host ")) && said < reason.len)
		return str_skip(reason, said + 7);
	return reason;
}

static struct str
without_command(struct str reason)
{
	size_t at = piece_find(reason, STR(" (in reply to "));

	return str_slice(reason, 0, at);
}

void
maillog_reason_read(struct str reason, struct str dsn,
    struct maillog_reason *reason_out)
{
	struct str rest = str_trim(without_command(without_host(
	    str_trim(reason))));

	reason_out->code = 0;
	reason_out->enhanced = STR_NONE;
	if (take_code(&rest, &reason_out->code))
		skip_blanks(&rest);
	take_enhanced(&rest, &reason_out->enhanced);
	if (reason_out->enhanced.len == 0)
		take_enhanced(&dsn, &reason_out->enhanced);
	reason_out->text = normal(rest, reason_out);
}
