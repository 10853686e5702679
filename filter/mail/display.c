#include "mail/display.h"

#include <string.h>

#include "base/domain.h"
#include "base/limits.h"

/* "@" and what is shown as one: full width, small. */
static const struct str ats[] = {
	STR_INIT("@"), STR_INIT("\xef\xbc\xa0"), STR_INIT("\xef\xb9\xab"),
};

/* The octets of an "@" at the front, or 0. */
static size_t
at_length(struct str text)
{
	for (size_t i = 0; i < sizeof(ats) / sizeof(ats[0]); i++)
		if (str_eq(str_slice(text, 0, ats[i].len), ats[i]))
			return ats[i].len;
	return 0;
}

static bool
is_of_local(char c)
{
	return ascii_alnum(c) || (unsigned char)c >= 0x80 ||
	    (c != '\0' && strchr(".!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* A quote or a bracket around the address is no part of it. */
static struct str
local_before(struct str name, size_t at)
{
	size_t from = at;

	while (from > 0 && is_of_local(name.ptr[from - 1]))
		from--;
	while (from < at && strchr("'.*", name.ptr[from]) != NULL)
		from++;
	return str_slice(name, from, at);
}

static size_t
domain_run(struct str text, bool ascii)
{
	size_t len = 0;

	while (len < text.len && (ascii_alnum(text.ptr[len]) ||
	    text.ptr[len] == '-' || text.ptr[len] == '.' ||
	    (!ascii && (unsigned char)text.ptr[len] >= 0x80)))
		len++;
	while (len > 0 && (text.ptr[len - 1] == '.' ||
	    text.ptr[len - 1] == '-'))
		len--;
	return len;
}

/* A number at the end is a version, or an address of no host of mail. */
static bool
is_mail_domain(struct str ascii)
{
	return domain_labels(ascii) >= 2 &&
	    ascii_alpha(domain_last_labels(ascii, 1).ptr[0]);
}

/* In A-labels; with as many other letters behind it as make a domain. */
static struct str
domain_behind(struct arena *arena, struct str text)
{
	struct str ascii;

	for (int only_ascii = 0; only_ascii < 2; only_ascii++)
		if (domain_to_ascii(arena, str_slice(text, 0,
		    domain_run(text, only_ascii)), &ascii) &&
		    is_mail_domain(ascii))
			return ascii;
	return STR_NONE;
}

static bool
is_related(struct str a, struct str b)
{
	return domain_is_under(a, b) || domain_is_under(b, a);
}

struct str
display_address(struct arena *arena, struct str name, struct str domain)
{
	name = str_slice(name, 0, LIMIT_SKELETON_OCTETS);
	for (size_t i = 0; i < name.len; i++) {
		size_t len = at_length(str_skip(name, i));
		struct str local, other;

		if (len == 0)
			continue;
		local = local_before(name, i);
		other = domain_behind(arena, str_skip(name, i + len));
		if (local.len > 0 && other.len > 0 &&
		    !is_related(other, domain))
			return arena_printf(arena, "%.*s@%.*s",
			    STR_ARG(local), STR_ARG(other));
	}
	return STR_NONE;
}
