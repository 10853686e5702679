/*
 * query - the names by which a DNS list is asked (RFC 5782)
 *
 * Ownership:	names come from the caller's arena.
 * Hostile:	addresses and domains; zones are an admin's.
 */
#ifndef ASSAY_DNSLIST_QUERY_H
#define ASSAY_DNSLIST_QUERY_H

#include "base/arena.h"
#include "base/ip.h"

/* "2.0.0.127.ZONE"; of IPv6 the nibbles (sections 2.1 and 2.4).  The family is
 * taken as it is: an IPv4-mapped address is asked as IPv6. */
struct str query_of_ip(struct arena *arena, const struct ip *ip,
    struct str zone);

/*
 * "example.com.ZONE" (section 3), as A-labels.  False: there is nothing to
 * ask, for it is no domain of two labels or more, it is an address, or the
 * name would be too long for DNS.  domain_out: as it is asked.
 */
bool query_of_domain(struct arena *arena, struct str domain, struct str zone,
    struct str *domain_out, struct str *name_out);

#endif
