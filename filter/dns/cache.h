/*
 * cache - answers kept for as long as they say
 *
 * Bounded by entries and octets; what was used longest ago goes first.
 *
 * Time:	data is kept for its TTL, at least ttl_min and at most ttl_max;
 *		NODATA and NXDOMAIN at most ttl_negative_max.  SERVFAIL and
 *		BOGUS are kept for CACHE_FAILURE_S (RFC 2308 section 7.1 allows
 *		5 minutes), so that a broken domain in a burst of mail costs
 *		one question; DNS_TIMEOUT is not kept.
 * Threads:	any.  Shards have a lock each.
 */
#ifndef ASSAY_DNS_CACHE_H
#define ASSAY_DNS_CACHE_H

#include "dns/answer.h"

enum { CACHE_FAILURE_S = 5 };

struct cache_limits {
	size_t		entries, octets;
	uint32_t	ttl_min, ttl_max, ttl_negative_max;	/* s */
};

struct cache;

struct cache *cache_new(const struct cache_limits *limits);
void cache_free(struct cache *cache);		/* NULL is allowed */

/* For how long an answer is good from the moment it came, in s. */
uint32_t cache_ttl(const struct cache *cache, const struct dns_answer *answer);

/* The answer (a reference for the caller) and the rest of its time, or NULL.
 * name is in lower case.  now is clock_ms(). */
struct answer *cache_get(struct cache *cache, struct str name,
    enum dns_type type, uint64_t now, uint32_t *ttl_out);

/* Takes a reference of its own.  An answer is in one cache at most. */
void cache_put(struct cache *cache, struct answer *answer, uint64_t now);

size_t cache_entries(struct cache *cache);
size_t cache_octets(struct cache *cache);

#endif
