/*
 * resolver_back - a resolver over any back end, for resolver_new() and tests
 */
#ifndef ASSAY_DNS_RESOLVER_BACK_H
#define ASSAY_DNS_RESOLVER_BACK_H

#include "dns/backend.h"

/* Takes the back end over. */
struct resolver *resolver_over(struct backend *backend);

#endif
