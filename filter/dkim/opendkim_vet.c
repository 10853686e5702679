#include "dkim/opendkim_vet.h"

#include <time.h>

#include "dkim/tag.h"

enum {
	NAMES_OCTETS_MAX = 4000, /* the library cuts h= at 4095 octets */
	IDENTITY_OCTETS_MAX = 250	/* and i= at 256 */
};

bool
opendkim_needs_no_drift(const struct dkim_parsed *parsed)
{
	return parsed->timed && parsed->time < OPENDKIM_DRIFT;
}

/* It takes the last octet before "=" for the whole name of a tag. */
static bool
confuses_b(const struct dkim_parsed *parsed)
{
	struct dkim_tags tags;

	dkim_tags_parse(parsed->field->value, &tags);
	for (size_t i = 0; i < tags.count; i++) {
		const struct dkim_tag *tag = &tags.at[i];
		const char *equals = tag->span.ptr - 1;

		if (tag->name.ptr[tag->name.len - 1] == 'b' &&
		    (tag->name.len > 1) == (equals[-1] == 'b'))
			return true;
	}
	return false;
}

/* A lower-case digit, and what decodes to NUL or a second "@". */
static bool
escape_is_bad(char high, char low)
{
	return (high >= 'a' && high <= 'f') || (low >= 'a' && low <= 'f') ||
	    (low == '0' && (high == '0' || high == '4'));
}

static bool
confuses_identity(struct str identity)
{
	size_t at = str_rchr(identity, '@');

	if (identity.len > IDENTITY_OCTETS_MAX ||
	    str_chr(identity, '@') != at)
		return true;
	for (size_t i = 0; i + 2 < at; i++)
		if (identity.ptr[i] == '=' &&
		    escape_is_bad(identity.ptr[i + 1], identity.ptr[i + 2]))
			return true;
	return false;
}

const char *
opendkim_refuses(const struct dkim_parsed *parsed)
{
	size_t names = 0;

	for (size_t i = 0; i < parsed->name_count; i++)
		names += parsed->names[i].len + 1;
	if (!str_is_ascii(parsed->field->value))
		return "this engine knows no internationalized signature";
	if (confuses_b(parsed))
		return "this engine misreads such a tag beside b=";
	if (confuses_identity(parsed->identity))
		return "this engine cannot read such an i=";
	if (names > NAMES_OCTETS_MAX)
		return "this engine takes no h= of that length";
	if (opendkim_needs_no_drift(parsed) && parsed->expires &&
	    parsed->expiry <= (uint64_t)time(NULL))
		return "this engine has its own idea of the time";
	return NULL;
}

bool
opendkim_takes_value(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		bool fold = i + 1 < value.len && c == '\r' &&
		    value.ptr[i + 1] == '\n';

		if (c == '\0' || c == '\v' || c == '\f' || c == '\n' ||
		    (c == '\r' && !fold))
			return false;
		i += fold;
	}
	return true;
}

bool
opendkim_takes_name(struct str name)
{
	return str_chr(name, '\r') == name.len &&
	    str_chr(name, '\n') == name.len;
}
