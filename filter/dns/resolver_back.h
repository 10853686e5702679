/*
 * resolver_back - a resolver over any back end, for resolver_new() and tests
 */
#ifndef ASSAY_DNS_RESOLVER_BACK_H
#define ASSAY_DNS_RESOLVER_BACK_H

#include "dns/backend.h"
#include "dns/cache.h"

/* Takes both over; cache may be NULL. */
struct resolver *resolver_over(struct backend *backend, struct cache *cache);

#endif
