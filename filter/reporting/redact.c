#include "reporting/redact.h"

#include <string.h>

#include "base/buf.h"
#include "base/keyed.h"

/* How far back a local part is looked for: RFC 5321 has 64 octets, but what
 * is hidden is better too long than too short. */
enum { REACH = 256 };

static const struct str ids[] = {
	STR_INIT("Message-ID"), STR_INIT("In-Reply-To"),
	STR_INIT("References"), STR_INIT("Content-ID"),
	STR_INIT("DKIM-Signature"), STR_INIT("ARC-Seal"),
	STR_INIT("ARC-Message-Signature"),
};

/* RFC 5322 section 3.2.3, and what is beyond ASCII. */
static bool
is_local(char c)
{
	return ascii_alnum(c) || (unsigned char)c > 0x7f ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

/* Octets of what stands for "@" at that place, with a domain behind it. */
static size_t
at_sign(struct str text, size_t at)
{
	size_t len = text.ptr[at] == '@' ? 1 : text.len - at > 3 &&
	    text.ptr[at] == '%' && text.ptr[at + 1] == '4' &&
	    text.ptr[at + 2] == '0' ? 3 : 0;
	char next = at + len < text.len ? text.ptr[at + len] : ' ';

	return len > 0 && (ascii_alnum(next) || next == '[' ||
	    (unsigned char)next > 0x7f) ? len : 0;
}

/* "smtp.mailfrom=" (RFC 8601 section 2.7) is no part of an address, though it
 * could be: octets of it. */
static size_t
property(struct str text)
{
	static const struct str types[] = { STR_INIT("smtp."),
	    STR_INIT("header."), STR_INIT("body."), STR_INIT("policy.") };
	size_t end = str_chr(text, '=');

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t at = types[i].len;

		if (!str_starts_nocase(text, types[i]) || end == text.len)
			continue;
		while (at < end && (ascii_alnum(text.ptr[at]) ||
		    text.ptr[at] == '-'))
			at++;
		if (at == end)
			return end + 1;
	}
	return 0;
}

/* Where the local part before that place begins, not before from. */
static size_t
local_start(struct str text, size_t from, size_t at)
{
	size_t start = at;

	if (at - from > REACH)
		from = at - REACH;
	if (start > from && text.ptr[start - 1] == '"') {
		start--;
		while (start > from && text.ptr[start - 1] != '"')
			start--;
		return start > from ? start - 1 : start;
	}
	while (start > from && is_local(text.ptr[start - 1]))
		start--;
	return start + property(str_slice(text, start, at));
}

static void
add_hash(struct buf *out, struct str key, struct str local)
{
	char digits[KEYED_DIGITS];
	struct str text = arena_printf(out->arena, "local %.*s",
	    STR_ARG(local));

	/* Not what else the key may be used for. */
	buf_add(out, keyed_digits(key, arena_lower(out->arena, text),
	    digits));
}

struct str
redact_text(struct arena *arena, struct str key, struct str text)
{
	size_t done = 0, at = 0;
	struct buf out;

	if (key.len == 0)
		return text;
	buf_init(&out, arena, SIZE_MAX);
	while (at < text.len) {
		size_t len = at_sign(text, at), start;

		if (len == 0) {
			at++;
			continue;
		}
		start = local_start(text, done, at);
		if (start < at) {
			buf_add(&out, str_slice(text, done, start));
			add_hash(&out, key, str_slice(text, start, at));
			done = at;
		}
		at += len;
	}
	buf_add(&out, str_skip(text, done));
	return buf_str(&out);
}

struct str
redact_field(struct arena *arena, struct str key, struct str name,
    struct str value)
{
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (str_eq_nocase(str_trim(name), ids[i]))
			return value;
	return redact_text(arena, key, value);
}

struct str
redact_links(struct arena *arena, struct str text)
{
	static const struct str http = STR_INIT("http");
	struct str out = arena_copy(arena, text);
	char *octets = (char *)(uintptr_t)out.ptr;

	for (size_t i = 0; i + http.len <= out.len; i++)
		if (str_eq_nocase(str_slice(out, i, i + http.len), http))
			octets[i + 1] = octets[i + 2] = 'x';
	return out;
}
