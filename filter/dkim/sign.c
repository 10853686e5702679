#include "dkim/sign.h"

#include <inttypes.h>

#include "base/base64.h"
#include "base/limits.h"
#include "dkim/digest.h"

static const char *const field_names[] = {
	[DKIM_SIGNATURE] = "DKIM-Signature",
	[DKIM_ARC_MESSAGE] = "ARC-Message-Signature",
	[DKIM_ARC_SEAL] = "ARC-Seal",
};

static const char *const algorithms[] = {
	[DKIM_KEY_RSA] = "rsa-sha256", [DKIM_KEY_ED25519] = "ed25519-sha256",
};

static const char *const forms[] = {
	[DKIM_FORM_SIMPLE] = "simple", [DKIM_FORM_RELAXED] = "relaxed",
};

/* ---- what is signed ---- */

static bool
add_name(struct arena *arena, struct dkim_selected *selected,
    struct str name, size_t *octets)
{
	*octets += name.len + 1;
	if (selected->names.count == LIMIT_DKIM_NAMES ||
	    *octets > LIMIT_DKIM_FIELD_OCTETS / 2)
		return false;
	VEC_PUSH(arena, &selected->names, name);
	return true;
}

static bool
is_repeated(const struct dkim_wanted *wanted, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (str_eq_nocase(wanted[i].name, wanted[at].name))
			return true;
	return false;
}

bool
dkim_select(struct arena *arena, const struct header *header,
    const struct dkim_wanted *wanted, size_t count,
    struct dkim_selected *selected_out)
{
	size_t octets = 0;

	*selected_out = (struct dkim_selected){ 0 };
	for (size_t i = 0; i < count; i++) {
		struct str name = wanted[i].name;
		size_t before = selected_out->fields.count;

		if (is_repeated(wanted, i))
			continue;
		for (size_t at = header->fields.count; at-- > 0;) {
			const struct header_field *field =
			    &header->fields.at[at];

			if (!str_eq_nocase(str_trim(field->name), name))
				continue;
			if (!add_name(arena, selected_out, name, &octets))
				return false;
			VEC_PUSH(arena, &selected_out->fields, field);
		}
		if (wanted[i].over == DKIM_NOT_OVER ||
		    (wanted[i].over == DKIM_OVER_IF_THERE &&
		    selected_out->fields.count == before))
			continue;
		if (!add_name(arena, selected_out, name, &octets))
			return false;
	}
	return true;
}

/* ---- the field ---- */

/* RFC 6376 section 3.2: white space is free between tags, around the ":" of
 * h=, and inside base64. */
struct lines {
	struct buf	*out;
	size_t		 column;
};

enum { TAB_COLUMNS = 8, B_OCTETS_MIN = 8 };

static void
new_line(struct lines *lines)
{
	buf_addz(lines->out, "\r\n\t");
	lines->column = TAB_COLUMNS;
}

static void
put(struct lines *lines, struct str text)
{
	buf_add(lines->out, text);
	lines->column += text.len;
}

static void
put_word(struct lines *lines, struct str word)
{
	if (lines->column + 1 + word.len > LIMIT_FIELD_LINE)
		new_line(lines);
	else
		put(lines, STR(" "));
	put(lines, word);
}

static void
put_names(struct lines *lines, struct arena *arena,
    const struct dkim_selected *selected)
{
	for (size_t i = 0; i < selected->names.count; i++) {
		bool last = i + 1 == selected->names.count;
		struct str word = arena_printf(arena, "%s%.*s%c",
		    i == 0 ? "h=" : "", STR_ARG(selected->names.at[i]),
		    last ? ';' : ':');

		if (i == 0) {
			put_word(lines, word);
			continue;
		}
		if (lines->column + word.len > LIMIT_FIELD_LINE)
			new_line(lines);
		put(lines, word);
	}
}

static void
put_base64(struct lines *lines, struct str text)
{
	while (text.len > 0) {
		size_t room;

		if (lines->column + 1 > LIMIT_FIELD_LINE)
			new_line(lines);
		room = LIMIT_FIELD_LINE - lines->column;
		put(lines, str_slice(text, 0, room));
		text = str_skip(text, room);
	}
}

/* All that stands before a= and between it and t=. */
static void
put_own(struct lines *lines, struct arena *arena,
    const struct dkim_sign *sign)
{
	const char *algorithm = algorithms[dkim_private_type(sign->key)];

	put_word(lines, sign->kind == DKIM_SIGNATURE ? STR("v=1;") :
	    arena_printf(arena, "i=%u;", sign->instance));
	put_word(lines, arena_printf(arena, "a=%s;", algorithm));
	if (sign->kind == DKIM_ARC_SEAL)
		put_word(lines, arena_printf(arena, "cv=%.*s;",
		    STR_ARG(sign->chain)));
	else
		put_word(lines, arena_printf(arena, "c=%s/%s;",
		    forms[sign->header_form], forms[sign->body_form]));
	put_word(lines, arena_printf(arena, "d=%.*s;",
	    STR_ARG(sign->domain)));
	put_word(lines, arena_printf(arena, "s=%.*s;",
	    STR_ARG(sign->selector)));
}

/* All but the value of b=. */
static void
put_tags(struct lines *lines, struct arena *arena,
    const struct dkim_sign *sign)
{
	put_own(lines, arena, sign);
	put_word(lines, arena_printf(arena, "t=%" PRId64 ";", sign->time));
	if (sign->expiry != 0)
		put_word(lines, arena_printf(arena, "x=%" PRId64 ";",
		    sign->expiry));
	if (sign->kind == DKIM_SIGNATURE && sign->identity.len > 0)
		put_word(lines, arena_printf(arena, "i=%.*s;",
		    STR_ARG(sign->identity)));
	if (sign->kind != DKIM_ARC_SEAL) {
		put_names(lines, arena, sign->selected);
		put_word(lines, arena_printf(arena, "bh=%.*s;",
		    STR_ARG(base64_write(arena, sign->body_hash))));
	}
	if (lines->column + 3 + B_OCTETS_MIN > LIMIT_FIELD_LINE)
		new_line(lines);
	else
		put(lines, STR(" "));
	put(lines, STR("b="));
}

/* RFC 6376 section 3.7; b= is empty yet. */
static void
hash(struct arena *arena, const struct dkim_sign *sign, struct str name,
    struct str value, unsigned char *digest)
{
	struct buf text;

	buf_init(&text, arena, SIZE_MAX);
	for (size_t i = 0; i < sign->selected->fields.count; i++) {
		const struct header_field *field =
		    sign->selected->fields.at[i];

		dkim_canon_field(&text, sign->header_form, field->name,
		    field->value);
		buf_addz(&text, "\r\n");
	}
	dkim_canon_field(&text, sign->header_form, name, value);
	dkim_digest(buf_str(&text), digest);
}

bool
dkim_sign(struct arena *arena, const struct dkim_sign *sign,
    struct header_field *field_out)
{
	struct str name = str_from(field_names[sign->kind]), signature;
	unsigned char digest[DKIM_DIGEST_OCTETS];
	struct lines lines;
	struct buf value;

	buf_init(&value, arena, SIZE_MAX);
	lines = (struct lines){ .out = &value, .column = name.len + 1 };
	put_tags(&lines, arena, sign);
	hash(arena, sign, name, buf_str(&value), digest);
	signature = dkim_private_sign(arena, sign->key, digest);
	if (signature.len == 0)
		return false;
	put_base64(&lines, base64_write(arena, signature));
	*field_out = (struct header_field){ name, buf_str(&value) };
	return true;
}
