#include "base/pattern.h"

#include "base/domain.h"

static struct str
domain_of(struct str pattern)
{
	size_t at = str_rchr(pattern, '@');

	return at < pattern.len ? str_skip(pattern, at + 1) : pattern;
}

const char *
pattern_wrong(struct str pattern)
{
	struct str domain = domain_of(pattern);

	if (str_eqz(pattern, "*") || (domain.len == 0 && pattern.len > 1))
		return NULL;
	if (domain.len == pattern.len && domain.len > 0 &&
	    domain.ptr[0] == '.')
		domain = str_skip(domain, 1);
	return domain_is_valid(domain) ? NULL : "is neither a domain nor an "
	    "address; write example.com, .example.com (what is below it), "
	    "user@example.com, user@ or *";
}

bool
pattern_matches(struct str pattern, struct str address)
{
	size_t split = str_rchr(address, '@'), at = str_rchr(pattern, '@');
	struct str local = str_slice(address, 0, split);
	struct str domain = str_skip(address, split + 1);
	struct str wanted = domain_of(pattern);

	if (str_eqz(pattern, "*"))
		return true;
	if (split == address.len || pattern.len == 0)
		return false;
	if (at < pattern.len && at > 0 &&
	    !str_eq_nocase(local, str_slice(pattern, 0, at)))
		return false;
	if (wanted.len == 0)
		return at > 0;
	if (at == pattern.len && wanted.ptr[0] == '.')
		return domain_is_under(domain, str_skip(wanted, 1)) &&
		    !domain_equal(domain, str_skip(wanted, 1));
	return domain_equal(domain, wanted);
}

bool
pattern_any(const char *const *patterns, size_t count, struct str address)
{
	for (size_t i = 0; i < count; i++)
		if (pattern_matches(str_from(patterns[i]), address))
			return true;
	return false;
}
