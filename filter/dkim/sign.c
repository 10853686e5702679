#include "dkim/sign.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/limits.h"
#include "dkim/digest.h"

static const char *const field_names[] = {
	[DKIM_SIGNATURE] = "DKIM-Signature",
	[DKIM_ARC_MESSAGE] = "ARC-Message-Signature",
	[DKIM_ARC_SEAL] = "ARC-Seal",
};

static const struct str algorithms[] = {
	[DKIM_KEY_RSA] = STR_INIT("rsa-sha256"),
	[DKIM_KEY_ED25519] = STR_INIT("ed25519-sha256"),
};

/* Of the header, of the body. */
static const struct str forms[][2] = {
	[DKIM_FORM_SIMPLE] = {
		[DKIM_FORM_SIMPLE] = STR_INIT("simple/simple"),
		[DKIM_FORM_RELAXED] = STR_INIT("simple/relaxed") },
	[DKIM_FORM_RELAXED] = {
		[DKIM_FORM_SIMPLE] = STR_INIT("relaxed/simple"),
		[DKIM_FORM_RELAXED] = STR_INIT("relaxed/relaxed") },
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

/* A bit for names of this length and beginning.  A name that is in no mask is
 * nowhere; one that is must be looked for. */
static uint64_t
name_bit(struct str name)
{
	return name.len == 0 ? 1 : UINT64_C(1) << (((unsigned char)
	    ascii_lower(name.ptr[0]) + 7 * name.len) % 64);
}

/* Blanks at the ends of a name are none of it: it could be any. */
static uint64_t
field_mask(const struct header *header)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < header->fields.count; i++) {
		struct str name = header->fields.at[i].name;

		if (name.len > 0 && (ascii_space(name.ptr[0]) ||
		    ascii_space(name.ptr[name.len - 1])))
			return UINT64_MAX;
		mask |= name_bit(name);
	}
	return mask;
}

static bool
is_repeated(const struct dkim_wanted *wanted, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (str_eq_nocase(wanted[i].name, wanted[at].name))
			return true;
	return false;
}

/* The last field of a name is signed first (RFC 6376 section 5.4.2). */
static bool
select_fields(struct arena *arena, const struct header *header,
    struct str name, struct dkim_selected *selected, size_t *octets)
{
	for (size_t at = header->fields.count; at-- > 0;) {
		const struct header_field *field = &header->fields.at[at];

		if (field->name.len < name.len ||
		    !header_is_named(field, name))
			continue;
		if (!add_name(arena, selected, name, octets))
			return false;
		VEC_PUSH(arena, &selected->fields, field);
	}
	return true;
}

bool
dkim_select(struct arena *arena, const struct header *header,
    const struct dkim_wanted *wanted, size_t count,
    struct dkim_selected *selected_out)
{
	uint64_t there = field_mask(header), seen = 0;
	size_t octets = 0;

	*selected_out = (struct dkim_selected){ 0 };
	for (size_t i = 0; i < count; i++) {
		struct str name = wanted[i].name;
		size_t before = selected_out->fields.count;
		uint64_t bit = name_bit(name);

		if ((seen & bit) != 0 && is_repeated(wanted, i))
			continue;
		seen |= bit;
		if ((there & bit) != 0 && !select_fields(arena, header, name,
		    selected_out, &octets))
			return false;
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

enum { TAB_COLUMNS = 8, B_OCTETS_MIN = 8,
       OWN_OCTETS = 200 };	/* of a field, beside its variable parts */

/* With room for so much, so that it is not copied again and again as it
 * grows; it may still grow. */
static struct buf
buf_with_room(struct arena *arena, size_t octets)
{
	return (struct buf){ .arena = arena, .max = SIZE_MAX,
	    .ptr = arena_alloc(arena, octets), .size = octets };
}

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

/* A word of so many octets begins. */
static void
begin_word(struct lines *lines, size_t len)
{
	if (lines->column + 1 + len > LIMIT_FIELD_LINE)
		new_line(lines);
	else
		put(lines, STR(" "));
}

static void
put_tag(struct lines *lines, struct str name, struct str value)
{
	begin_word(lines, name.len + value.len + 2);
	put(lines, name);
	put(lines, STR("="));
	put(lines, value);
	put(lines, STR(";"));
}

static void
put_number(struct lines *lines, struct str name, int64_t number)
{
	char text[sizeof("-9223372036854775808")];

	put_tag(lines, name, str_make(text, (size_t)snprintf(text,
	    sizeof(text), "%" PRId64, number)));
}

static void
put_names(struct lines *lines, const struct dkim_selected *selected)
{
	for (size_t i = 0; i < selected->names.count; i++) {
		struct str name = selected->names.at[i];

		if (i == 0) {
			begin_word(lines, name.len + 3);
			put(lines, STR("h="));
		} else if (lines->column + name.len + 1 > LIMIT_FIELD_LINE) {
			new_line(lines);
		}
		put(lines, name);
		put(lines, i + 1 == selected->names.count ? STR(";") :
		    STR(":"));
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
put_own(struct lines *lines, const struct dkim_sign *sign)
{
	if (sign->kind == DKIM_SIGNATURE)
		put_tag(lines, STR("v"), STR("1"));
	else
		put_number(lines, STR("i"), sign->instance);
	put_tag(lines, STR("a"), algorithms[dkim_private_type(sign->key)]);
	if (sign->kind == DKIM_ARC_SEAL)
		put_tag(lines, STR("cv"), sign->chain);
	else
		put_tag(lines, STR("c"),
		    forms[sign->header_form][sign->body_form]);
	put_tag(lines, STR("d"), sign->domain);
	put_tag(lines, STR("s"), sign->selector);
}

/* All but the value of b=. */
static void
put_tags(struct lines *lines, struct arena *arena,
    const struct dkim_sign *sign)
{
	put_own(lines, sign);
	put_number(lines, STR("t"), sign->time);
	if (sign->expiry != 0)
		put_number(lines, STR("x"), sign->expiry);
	if (sign->kind == DKIM_SIGNATURE && sign->identity.len > 0)
		put_tag(lines, STR("i"), sign->identity);
	if (sign->kind != DKIM_ARC_SEAL) {
		put_names(lines, sign->selected);
		put_tag(lines, STR("bh"), base64_write(arena,
		    sign->body_hash));
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
	size_t octets = name.len + 1 + value.len;

	for (size_t i = 0; i < sign->selected->fields.count; i++)
		octets += sign->selected->fields.at[i]->name.len +
		    sign->selected->fields.at[i]->value.len + 3;
	text = buf_with_room(arena, octets);
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

/* About as many as its field will have, folds and all. */
static size_t
field_octets(const struct dkim_sign *sign)
{
	size_t octets = OWN_OCTETS + sign->domain.len + sign->selector.len +
	    sign->identity.len + dkim_private_bits(sign->key) / 4;

	for (size_t i = 0; sign->kind != DKIM_ARC_SEAL &&
	    i < sign->selected->names.count; i++)
		octets += sign->selected->names.at[i].len + 2;
	return octets;
}

bool
dkim_sign(struct arena *arena, const struct dkim_sign *sign,
    struct header_field *field_out)
{
	struct str name = str_from(field_names[sign->kind]), signature;
	unsigned char digest[DKIM_DIGEST_OCTETS];
	struct lines lines;
	struct buf value = buf_with_room(arena, field_octets(sign));

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
