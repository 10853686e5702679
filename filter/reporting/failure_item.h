/*
 * failure_item - one failure that a domain owner may be told of (RFC 9991)
 *
 * The daemon notes it at the end of a message, as an item of the store's queue
 * FAILURE_QUEUE; "assay dmarc send --failures" makes a report of it.  What is
 * private has been hidden before it comes here.
 *
 * Ownership:	decoded texts are slices of the octets.
 * Hostile:	every text; the octets too, for others may write to a store.
 */
#ifndef ASSAY_REPORTING_FAILURE_ITEM_H
#define ASSAY_REPORTING_FAILURE_ITEM_H

#include "base/vec.h"
#include "store/store.h"

#define FAILURE_QUEUE	"dmarc-failures"

/* Why: what fo asked for, and happened (RFC 9989 section 4.7). */
enum {
	FAILURE_DMARC = 1,		/* fo=0, fo=1 */
	FAILURE_DKIM = 2,		/* fo=d */
	FAILURE_SPF = 4,		/* fo=s */
	/* What failed to prove the author domain. */
	FAILURE_DKIM_UNALIGNED = 8,
	FAILURE_SPF_UNALIGNED = 16
};

/* A signature that did not pass. */
struct failure_dkim {
	struct str	domain, identity, selector;
	struct str	reason;		/* "body hash did not verify" */
};

/* An SPF record that was asked for. */
struct failure_spf {
	struct str	domain, record;
};

struct failure_item {
	int64_t		 arrival;	/* Unix time */
	unsigned	 why;		/* FAILURE_ bits */
	struct str	 host;		/* of ours, that got it */
	struct str	 queue_id;
	struct str	 source_ip, mail_from;
	struct str	 domain;	/* the author's */
	struct str	 policy_domain, record;	/* that applied */
	struct str	 authentication_results;	/* on one line */
	struct str	 delivery;	/* RFC 6591 section 3.2.2 */
	struct str	 header;	/* fields with CRLF; or empty */
	struct str	 body;		/* its beginning; or empty */
	VEC(struct str)	 rcpts;
	VEC(struct failure_dkim) dkim;
	VEC(struct failure_spf) spf;
};

/*
 * At most LIMIT_STORE_ITEM octets: the body, then the header go first, and
 * then recipients, signatures and records.
 */
struct str failure_item_encode(struct arena *arena,
    const struct failure_item *item);

/* False: they are none. */
bool failure_item_decode(struct arena *arena, struct str octets,
    struct failure_item *item_out);

/*
 * The name of an item: the same for failures that are alike (one domain, one
 * site, the same things that failed), so that one report stands for them all
 * (RFC 9991 section 7.1).
 */
struct str failure_item_name(struct arena *arena, struct str domain,
    struct str site, unsigned why);

/* How many of that name there were within a day, and more of them (or, once
 * they were told of, less). */
struct store_op failure_item_alike(struct arena *arena, struct str name,
    int64_t now_ms, double more);

#endif
