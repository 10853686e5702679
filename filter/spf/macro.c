#include "spf/macro.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/domain.h"
#include "base/limits.h"

/* One macro-expand of section 7.1. */
struct macro {
	char		letter;		/* lower case; or '%', '_', '-' */
	bool		escape, reverse;
	unsigned	keep;		/* parts from the right; 0: all */
	struct str	delimiters;	/* empty: "." */
};

static bool
is_delimiter(char c)
{
	return c != '\0' && strchr(".-+,/_=", c) != NULL;
}

static bool
letter_allowed(char letter, enum macro_use use)
{
	return letter != '\0' && strchr(use == MACRO_EXPLANATION ?
	    "slodiphvcrt" : "slodiphv", letter) != NULL;
}

/* *DIGIT: not zero where it is there; large ones all mean "every part". */
static bool
take_keep(struct str *rest, unsigned *keep_out)
{
	size_t digits = 0;

	*keep_out = 0;
	for (; digits < rest->len && ascii_digit(rest->ptr[digits]); digits++)
		if (*keep_out < LIMIT_SPF_MACRO_OCTETS)
			*keep_out = *keep_out * 10 +
			    (unsigned)(rest->ptr[digits] - '0');
	*rest = str_skip(*rest, digits);
	return digits == 0 || *keep_out > 0;
}

/* Behind "%{": letter transformers *delimiter "}" */
static bool
take_braced(struct str *rest, enum macro_use use, struct macro *macro)
{
	size_t len = 0;

	if (rest->len == 0)
		return false;
	macro->letter = ascii_lower(rest->ptr[0]);
	macro->escape = macro->letter != rest->ptr[0];
	*rest = str_skip(*rest, 1);
	if (!letter_allowed(macro->letter, use) ||
	    !take_keep(rest, &macro->keep))
		return false;
	macro->reverse = rest->len > 0 && ascii_lower(rest->ptr[0]) == 'r';
	if (macro->reverse)
		*rest = str_skip(*rest, 1);
	while (len < rest->len && is_delimiter(rest->ptr[len]))
		len++;
	macro->delimiters = str_slice(*rest, 0, len);
	*rest = str_skip(*rest, len);
	if (rest->len == 0 || rest->ptr[0] != '}')
		return false;
	*rest = str_skip(*rest, 1);
	return true;
}

/* rest stands at a '%'. */
static bool
take_macro(struct str *rest, enum macro_use use, struct macro *macro)
{
	*macro = (struct macro){ 0 };
	*rest = str_skip(*rest, 1);
	if (rest->len == 0)
		return false;
	macro->letter = rest->ptr[0];
	*rest = str_skip(*rest, 1);
	if (macro->letter == '%' || macro->letter == '_' ||
	    macro->letter == '-')
		return true;
	return macro->letter == '{' && take_braced(rest, use, macro);
}

static bool
is_literal(struct str text, enum macro_use use)
{
	return use == MACRO_EXPLANATION ? str_is_printable(text) :
	    str_is_visible(text);
}

bool
macro_check(struct str text, enum macro_use use, bool *ends_in_macro_out)
{
	struct macro macro;

	*ends_in_macro_out = false;
	while (text.len > 0) {
		size_t at = str_chr(text, '%');

		if (!is_literal(str_slice(text, 0, at), use))
			return false;
		text = str_skip(text, at);
		*ends_in_macro_out = text.len > 0;
		if (text.len > 0 && !take_macro(&text, use, &macro))
			return false;
	}
	return true;
}

bool
macro_wants(struct str text, char letter)
{
	struct macro macro;

	while (text.len > 0) {
		text = str_skip(text, str_chr(text, '%'));
		if (text.len == 0 ||
		    !take_macro(&text, MACRO_EXPLANATION, &macro))
			return false;
		if (macro.letter == letter)
			return true;
	}
	return false;
}

/* %{i}: IPv6 as dotted nibbles (section 7.3) */
static struct str
dotted(struct arena *arena, const struct ip *client)
{
	char text[IP_TEXT_MAX];
	struct buf out;

	if (client->family != IP_V6)
		return arena_copy(arena, ip_format(client, text));
	buf_init(&out, arena, 64);
	for (unsigned i = 0; i < 16; i++)
		buf_printf(&out, "%s%X.%X", i == 0 ? "" : ".",
		    client->bytes[i] >> 4, client->bytes[i] & 15);
	return buf_str(&out);
}

static struct str
or_unknown(struct str value)
{
	return value.len > 0 ? value : STR("unknown");
}

static struct str
sender_of(struct arena *arena, const struct macro_values *values)
{
	struct buf out;

	buf_init(&out, arena, values->local.len + 1 +
	    values->sender_domain.len);
	buf_add(&out, values->local);
	buf_addc(&out, '@');
	buf_add(&out, values->sender_domain);
	return buf_str(&out);
}

static struct str
value_of(struct arena *arena, char letter, const struct macro_values *values)
{
	char text[IP_TEXT_MAX];

	switch (letter) {
	case 's':
		return sender_of(arena, values);
	case 'l':
		return values->local;
	case 'o':
		return values->sender_domain;
	case 'd':
		return values->domain;
	case 'i':
		return dotted(arena, &values->client);
	case 'p':
		return or_unknown(values->validated);
	case 'v':
		return values->client.family == IP_V6 ? STR("ip6") :
		    STR("in-addr");
	case 'h':
		return values->helo;
	case 'c':
		return arena_copy(arena, ip_format(&values->client, text));
	case 'r':
		return or_unknown(values->receiver);
	case 't':
		return arena_printf(arena, "%" PRId64, values->now);
	}
	return STR_NONE;
}

static bool
splits(const struct macro *macro, char c)
{
	return macro->delimiters.len == 0 ? c == '.' :
	    str_chr(macro->delimiters, c) < macro->delimiters.len;
}

/* All but unreserved characters as %XX (section 7.3, RFC 3986). */
static void
add_part(struct buf *out, struct str part, bool escape)
{
	if (!escape)
		buf_add(out, part);
	for (size_t i = 0; escape && i < part.len; i++) {
		char c = part.ptr[i];

		if (ascii_alnum(c) ||
		    (c != '\0' && strchr("-._~", c) != NULL))
			buf_addc(out, c);
		else
			buf_add_escaped(out, '%', c);
	}
}

static size_t
count_parts(const struct macro *macro, struct str value)
{
	size_t count = 1;

	for (size_t i = 0; i < value.len; i++)
		count += splits(macro, value.ptr[i]);
	return count;
}

/* The next part from the left, or (reversed) from the right. */
static struct str
take_part(const struct macro *macro, struct str *rest)
{
	struct str part;
	size_t len = 0;

	if (macro->reverse) {
		while (len < rest->len &&
		    !splits(macro, rest->ptr[rest->len - 1 - len]))
			len++;
		part = str_skip(*rest, rest->len - len);
		rest->len -= len < rest->len ? len + 1 : len;
		return part;
	}
	while (len < rest->len && !splits(macro, rest->ptr[len]))
		len++;
	part = str_slice(*rest, 0, len);
	*rest = str_skip(*rest, len + 1);
	return part;
}

/* Split, reverse, keep the right-hand parts, join by dots. */
static void
add_value(struct buf *out, const struct macro *macro, struct str value)
{
	size_t parts = count_parts(macro, value);
	size_t skip = macro->keep > 0 && macro->keep < parts ?
	    parts - macro->keep : 0;

	for (size_t i = 0; i < parts; i++) {
		struct str part = take_part(macro, &value);

		if (i < skip)
			continue;
		add_part(out, part, macro->escape);
		if (i + 1 < parts)
			buf_addc(out, '.');
	}
}

static enum macro_result
add_macro(struct buf *out, const struct macro *macro,
    const struct macro_values *values)
{
	switch (macro->letter) {
	case '%':
		buf_addc(out, '%');
		return MACRO_OK;
	case '_':
		buf_addc(out, ' ');
		return MACRO_OK;
	case '-':
		buf_addz(out, "%20");
		return MACRO_OK;
	case 's': case 'l':
		if (!str_is_ascii(values->local))
			return MACRO_NEVER;
		break;
	}
	add_value(out, macro, value_of(out->arena, macro->letter, values));
	return MACRO_OK;
}

/* Only the end of a name matters: it is cut from the left in the end. */
static void
keep_the_end(struct buf *out)
{
	enum { KEPT = 4 * LIMIT_DOMAIN_OCTETS };

	if (out->len <= LIMIT_SPF_MACRO_OCTETS / 2)
		return;
	memmove(out->ptr, out->ptr + out->len - KEPT, KEPT);
	out->len = KEPT;
}

enum macro_result
macro_expand(struct arena *arena, struct str text, enum macro_use use,
    const struct macro_values *values, struct str *text_out)
{
	enum macro_result result = MACRO_OK;
	struct buf out;

	*text_out = STR_NONE;
	buf_init(&out, arena, LIMIT_SPF_MACRO_OCTETS);
	while (text.len > 0 && result == MACRO_OK) {
		size_t at = str_chr(text, '%');
		struct macro macro;

		if (!is_literal(str_slice(text, 0, at), use))
			return MACRO_BAD;
		buf_add(&out, str_slice(text, 0, at));
		text = str_skip(text, at);
		if (text.len == 0)
			break;
		if (!take_macro(&text, use, &macro))
			return MACRO_BAD;
		result = add_macro(&out, &macro, values);
		if (use == MACRO_DOMAIN)
			keep_the_end(&out);
	}
	*text_out = buf_str(&out);
	return result == MACRO_OK && buf_full(&out) ? MACRO_BAD : result;
}

enum macro_result
macro_domain(struct arena *arena, struct str spec,
    const struct macro_values *values, struct str *name_out)
{
	enum macro_result result;
	struct str name;

	if (spec.len == 0)
		spec = STR("%{d}");
	result = macro_expand(arena, spec, MACRO_DOMAIN, values, &name);
	name = domain_chop_dot(name);
	while (name.len > LIMIT_DOMAIN_OCTETS &&
	    str_chr(name, '.') < name.len)
		name = domain_parent(name);
	*name_out = arena_lower(arena, name);
	return result;
}
