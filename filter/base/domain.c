#include "base/domain.h"

#include <idn2.h>
#include <string.h>

#include "base/limits.h"

struct str
domain_chop_dot(struct str name)
{
	if (name.len > 0 && name.ptr[name.len - 1] == '.')
		name.len--;
	return name;
}

bool
domain_fits_dns(struct str name)
{
	struct str label;

	name = domain_chop_dot(name);
	if (name.len == 0 || name.len > LIMIT_DOMAIN_OCTETS)
		return false;
	while (str_next(&name, '.', &label))
		if (label.len == 0 || label.len > LIMIT_LABEL_OCTETS)
			return false;
	return true;
}

static bool
label_is_valid(struct str label)
{
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];

		if (!ascii_alnum(c) && c != '-' && c != '_' &&
		    (unsigned char)c < 0x80)
			return false;
	}
	return label.ptr[0] != '-' && label.ptr[label.len - 1] != '-';
}

/* The same of octets below 0x80, in one go: each message has many such. */
static bool
ascii_is_valid(struct str name)
{
	size_t label = 0;
	char before = '.';

	if (name.len == 0 || name.len > LIMIT_DOMAIN_OCTETS)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (c == '.' || before == '.') {
			if (c == '.' ? label == 0 || before == '-' : c == '-')
				return false;
			label = 0;
		}
		if (c != '.' && ((!ascii_alnum(c) && c != '-' && c != '_') ||
		    ++label > LIMIT_LABEL_OCTETS))
			return false;
		before = c;
	}
	return before != '.' && before != '-';
}

bool
domain_is_valid(struct str name)
{
	struct str label;

	if (str_is_ascii(name))
		return ascii_is_valid(domain_chop_dot(name));
	if (!domain_fits_dns(name) || !str_is_utf8(name))
		return false;
	name = domain_chop_dot(name);
	while (str_next(&name, '.', &label))
		if (!label_is_valid(label))
			return false;
	return true;
}

/* Where a final dot was taken off another may be left: an empty label. */
static bool
is_final(struct str name)
{
	return domain_is_valid(name) && name.ptr[name.len - 1] != '.';
}

bool
domain_to_ascii(struct arena *arena, struct str name, struct str *ascii_out)
{
	char *out = NULL;
	int rc;

	*ascii_out = STR_NONE;
	name = domain_chop_dot(name);
	if (str_is_ascii(name)) {
		if (!ascii_is_valid(name))
			return false;
		*ascii_out = arena_lower(arena, name);
		return true;
	}
	if (name.len > LIMIT_UDOMAIN_OCTETS || !str_is_utf8(name))
		return false;
	rc = idn2_to_ascii_8z(arena_z(arena, name), &out,
	    IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
	if (rc != IDN2_OK)
		return false;
	*ascii_out = arena_lower(arena, domain_chop_dot(str_from(out)));
	idn2_free(out);
	return is_final(*ascii_out);
}

struct str
domain_to_unicode(struct arena *arena, struct str ascii)
{
	struct str text;
	char *out = NULL;

	ascii = domain_chop_dot(ascii);
	if (ascii.len > LIMIT_DOMAIN_OCTETS || memmem(ascii.ptr, ascii.len,
	    "xn--", 4) == NULL || idn2_to_unicode_8z8z(arena_z(arena, ascii),
	    &out, 0) != IDN2_OK)
		return ascii;
	text = arena_copy(arena, str_from(out));
	idn2_free(out);
	return text;
}

bool
domain_equal(struct str a, struct str b)
{
	return str_eq_nocase(domain_chop_dot(a), domain_chop_dot(b));
}

bool
domain_is_under(struct str name, struct str parent)
{
	name = domain_chop_dot(name);
	parent = domain_chop_dot(parent);
	if (!str_ends_nocase(name, parent) || parent.len == 0)
		return false;
	return name.len == parent.len ||
	    name.ptr[name.len - parent.len - 1] == '.';
}

unsigned
domain_labels(struct str name)
{
	struct str label;
	unsigned count = 0;

	name = domain_chop_dot(name);
	if (name.len == 0)
		return 0;
	while (str_next(&name, '.', &label))
		count++;
	return count;
}

struct str
domain_parent(struct str name)
{
	name = domain_chop_dot(name);
	return str_skip(name, str_chr(name, '.') + 1);
}

struct str
domain_last_labels(struct str name, unsigned count)
{
	name = domain_chop_dot(name);
	for (unsigned have = domain_labels(name); have > count; have--)
		name = domain_parent(name);
	return name;
}
