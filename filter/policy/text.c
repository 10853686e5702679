#include "policy/text.h"

#include "base/domain.h"

struct str
text_canonical_domain(struct arena *arena, struct str name)
{
	struct str ascii;

	if (!str_is_ascii(name) && domain_to_ascii(arena, name, &ascii))
		return ascii;
	return domain_chop_dot(name);
}

struct str
text_canonical_address(struct arena *arena, struct str address)
{
	size_t at = str_rchr(address, '@');
	struct str domain;

	if (at == address.len)
		return address;
	domain = str_skip(address, at + 1);
	if (str_is_ascii(domain))
		return domain_chop_dot(address);
	return arena_printf(arena, "%.*s@%.*s", (int)at, address.ptr,
	    STR_ARG(text_canonical_domain(arena, domain)));
}
