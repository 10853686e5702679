/*
 * listing - what a DNS list says of what it was asked
 *
 * RFC 5782 section 2.1: an A record in 127.0.0.0/8 is a listing, and its value
 * says of what kind.  What no list means by a listing is told apart: addresses
 * outside of it (the zone has another owner, or a resolver makes answers up),
 * 127.255.255.0/24 (by custom: who asks is refused or asks wrongly), and
 * 127.0.0.1 (by custom: queries from here are blocked; section 5 has lists keep
 * it free).  One such record spoils the answer.
 */
#ifndef ASSAY_DNSLIST_LISTING_H
#define ASSAY_DNSLIST_LISTING_H

#include "base/ip.h"
#include "dns/resolver.h"

enum listing {
	LISTING_NO,
	LISTING_YES,
	LISTING_WRONG,		/* an answer that is never a listing */
	LISTING_TROUBLE		/* DNS has none: SERVFAIL, bogus, a timeout */
};

/* To an A question. */
enum listing listing_of(const struct dns_answer *answer);

/* The first address of a LISTING_WRONG answer that made it so. */
const struct ip *listing_wrong(const struct dns_answer *answer);

/* In one of the networks; with none of them any value will do. */
bool listing_matches(const struct ip *value, const struct ipnet *nets,
    size_t count);

#endif
