/*
 * answer - one DNS answer that many may hold
 *
 * Immutable once made (but for the links that are the cache's), so that the
 * cache and every merged lookup share it.
 *
 * Ownership:	references; one block of heap, freed with the last.
 * Threads:	any.
 */
#ifndef ASSAY_DNS_ANSWER_H
#define ASSAY_DNS_ANSWER_H

#include <stdatomic.h>

#include "dns/resolver.h"

struct answer {
	struct dns_answer	 dns;	/* all it points to is in this block */
	uint32_t		 octets;	/* of heap */
	atomic_uint		 refs;
	/* The cache's, with its lock, while it is in one (and never in two):
	 * most answers are, and there are several a connection. */
	struct answer		*next;		/* in its bucket */
	struct answer		*newer, *older;	/* by use */
	uint64_t		 good_until;	/* clock_ms */
};

/*
 * A deep copy, with one reference; name and canonical in lower case.  More
 * than LIMIT_DNS_RECORDS records or LIMIT_DNS_RDATA_OCTETS octets of them are
 * never cut short: they make it a SERVFAIL that says so.
 */
struct answer *answer_new(const struct dns_answer *from);

/* An answer without records. */
struct answer *answer_empty(struct str name, enum dns_type type,
    enum dns_status status, const char *why);

struct answer *answer_ref(struct answer *answer);
void answer_unref(struct answer *answer);	/* NULL is allowed */

#endif
