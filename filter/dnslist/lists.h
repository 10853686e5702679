/*
 * lists - the DNS lists that a policy asks, and whether they can be believed
 *
 * A list that has died, or that refuses us, may answer anything: that
 * everybody is listed, too.  So each list is tested before its answers count
 * (RFC 5782 section 5: 127.0.0.2 is listed and 127.0.0.1 is not; for IPv6
 * ::FFFF:7F00:2 and ::FFFF:7F00:1; for domains TEST and INVALID), in the
 * background, and again from time to time.  It goes off
 *
 *	- for LISTS_WRONG_MS after an answer that is never a listing (listing.h)
 *	  and after a test that it did not pass;
 *	- for LISTS_TROUBLE_MS after LISTS_TROUBLES lookups in a row without an
 *	  answer: each of them makes somebody wait for nothing.
 *
 * The log has a line when it goes off and one when it is back.  It comes back
 * when the first question after that time has had it tested: a list that
 * nobody asks is not tested either.
 *
 * A list without the test points of the RFC (untested) is believed from the
 * start, and again after its time off.  A list for addresses that does not
 * list ::FFFF:7F00:2 has no IPv6 part or no test point for it: that is noted
 * in the log, and it is believed.
 *
 * Threads:	any.  Nothing waits for DNS; a test runs on the object's strand.
 * Lifetime:	the resolver lives longer.
 */
#ifndef ASSAY_DNSLIST_LISTS_H
#define ASSAY_DNSLIST_LISTS_H

#include "dnslist/listing.h"

enum {
	/* Not a question a mail to a list that refuses us; mail flows
	 * meanwhile. */
	LISTS_WRONG_MS = 10 * 60 * 1000,
	/* Our own resolver may have been away: it is soon back. */
	LISTS_TROUBLE_MS = 60 * 1000,
	LISTS_TROUBLES = 10,
	/* Lists die by listing all the world. */
	LISTS_RETEST_MS = 3600 * 1000,
};

enum list_subjects {		/* what a list is asked for: bits */
	LISTS_OF_ADDRESSES = 1, LISTS_OF_DOMAINS = 2
};

struct lists;

struct lists_options {
	struct resolver	*dns;		/* not owned */
	uint64_t	 timeout_ms;	/* of a test's lookup */
	uint64_t	(*now_ms)(void);	/* NULL: clock_ms */
};

struct lists *lists_new(const struct lists_options *options);
void lists_free(struct lists *lists);		/* NULL is allowed */

/*
 * From now on the zone may be asked for these subjects.  A new one, or one
 * with a new kind of subject, is tested at once.  The zone is copied.
 * untested: it has no test points.  Past LIMIT_DNS_LISTS zones it is believed
 * without being known.
 */
void lists_add(struct lists *lists, struct str zone, unsigned subjects,
    bool untested);

/*
 * May answers of this zone be believed now?  Where its time has come this
 * starts a test.  False: why_out says why not, in words that live on.
 * A zone that was not added is believed.
 */
bool lists_believes(struct lists *lists, struct str zone,
    const char **why_out);

/* What the zone answered to an A question, however it was meant. */
void lists_note(struct lists *lists, struct str zone,
    const struct dns_answer *answer);

struct list_counts {
	struct str	zone;
	bool		off, tested;	/* tested: passed at least once */
	uint64_t	listed, unlisted, wrong, trouble; /* answers */
	uint64_t	times_off;
};

/* For tests: of the nth zone; false past the last. */
bool lists_counts(struct lists *lists, size_t n, struct list_counts *out);

#endif
