/*
 * print - a DNS answer as text, for events and explanations
 */
#ifndef ASSAY_DNS_PRINT_H
#define ASSAY_DNS_PRINT_H

#include "base/arena.h"
#include "dns/resolver.h"

/* The records joined by ", ", at most LIMIT_EVIDENCE_OCTETS; MX as "10 mx". */
struct str print_records(struct arena *arena, const struct dns_answer *answer);

#endif
