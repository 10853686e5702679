#include "dnslist/query.h"

#include <string.h>

#include "base/domain.h"
#include "base/limits.h"

struct str
query_of_ip(struct arena *arena, const struct ip *ip, struct str zone)
{
	char text[IP_ARPA_MAX];
	struct str name = ip_arpa(ip, text);
	size_t tail = ip->family == IP_V4 ? strlen("in-addr.arpa") :
	    strlen("ip6.arpa");

	return arena_printf(arena, "%.*s%.*s", (int)(name.len - tail),
	    name.ptr, STR_ARG(zone));
}

/*
 * One label alone is no domain of mail, and could be a test point (section 5).
 * 192.0.2.1 without brackets would ask an address list for 1.2.0.192.
 */
static bool
is_askable(struct str domain)
{
	struct str last = domain_last_labels(domain, 1);

	return domain_is_valid(domain) && domain_labels(domain) > 1 &&
	    !(last.len > 0 && ascii_digit(last.ptr[last.len - 1]) &&
	    str_to_uint(last, UINT32_MAX, &(uint64_t){ 0 }));
}

bool
query_of_domain(struct arena *arena, struct str domain, struct str zone,
    struct str *domain_out, struct str *name_out)
{
	domain = domain_chop_dot(domain);
	if (domain.len > LIMIT_UDOMAIN_OCTETS || !is_askable(domain) ||
	    !domain_to_ascii(arena, domain, domain_out) ||
	    !is_askable(*domain_out) ||
	    domain_out->len + 1 + zone.len > LIMIT_DOMAIN_OCTETS)
		return false;
	*name_out = arena_printf(arena, "%.*s.%.*s", STR_ARG(*domain_out),
	    STR_ARG(zone));
	return true;
}
