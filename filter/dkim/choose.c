#include "dkim/choose.h"

#include "base/domain.h"
#include "base/limits.h"

typedef VEC(struct str) names_t;

static bool
in_domain(char c)
{
	return ascii_alnum(c) || c == '.' || c == '-' || c == '_' ||
	    (unsigned char)c >= 0x80;
}

/*
 * All that stands behind an "@".  More than the parser of addresses would
 * find, which only matters for the order in which we check.
 */
static void
collect(struct arena *arena, struct str value, names_t *names)
{
	struct str name;
	size_t end;

	for (size_t at = str_chr(value, '@'); at < value.len &&
	    names->count < LIMIT_AUTHORS; at = str_chr(value, '@')) {
		value = str_skip(value, at + 1);
		for (end = 0; end < value.len && in_domain(value.ptr[end]);)
			end++;
		if (domain_to_ascii(arena, str_slice(value, 0, end), &name))
			VEC_PUSH(arena, names, name);
	}
}

static bool
is_related(const names_t *authors, struct str domain)
{
	for (size_t i = 0; i < authors->count; i++)
		if (domain_is_under(authors->at[i], domain) ||
		    domain_is_under(domain, authors->at[i]))
			return true;
	return false;
}

void
dkim_choose(struct arena *arena, const struct header *header,
    const struct str *domains, size_t count, size_t max, bool *chosen_out)
{
	names_t authors = { 0 };
	size_t chosen = 0;

	for (size_t i = 0; i < count && count <= max; i++)
		chosen_out[i] = true;
	if (count <= max)
		return;
	for (size_t i = 0; i < header->fields.count; i++)
		if (header_is_named(&header->fields.at[i], STR("From")))
			collect(arena, header->fields.at[i].value, &authors);
	for (size_t i = 0; i < count; i++) {
		chosen_out[i] = chosen < max &&
		    is_related(&authors, domains[i]);
		chosen += chosen_out[i];
	}
	for (size_t i = 0; i < count && chosen < max; i++) {
		chosen += !chosen_out[i];
		chosen_out[i] = true;
	}
}
