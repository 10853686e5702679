/*
 * probe - ask a DNS list for its test points (RFC 5782 section 5)
 *
 * Threads:	the strand of its options, which the caller holds.
 */
#ifndef ASSAY_DNSLIST_PROBE_H
#define ASSAY_DNSLIST_PROBE_H

#include "base/arena.h"
#include "dnslist/listing.h"

struct probe_options {
	struct resolver	*dns;
	struct strand	*strand;
	struct str	 zone;		/* outlives the probe */
	bool		 addresses, domains;	/* what is tried */
	uint64_t	 deadline_ms;
};

struct probe_result {
	enum listing	 verdict;	/* YES: it passed; WRONG; TROUBLE: not
					 * all is known; never NO */
	const char	*why;		/* where it did not pass; static */
	bool		 no_ipv6;	/* it passed without that test point */
};

typedef void probe_done_fn(void *ctx, const struct probe_result *result);

enum { PROBE_POINTS = 6 };

struct probe {			/* zeroed: never started */
	struct probe_options	 options;
	probe_done_fn		*done;
	void			*ctx;
	struct arena		*arena;
	unsigned		 pending;
	struct probe_point {
		struct probe		*probe;
		struct dns_lookup	*lookup;
		bool			 asked;
		enum listing		 verdict;
	}			 points[PROBE_POINTS];
};

/* done() runs once, not before this returns.  Not while it is under way. */
void probe_start(struct probe *probe, const struct probe_options *options,
    probe_done_fn *done, void *ctx);
/* done() will not run; its memory is given back.  Also of one not started. */
void probe_fini(struct probe *probe);

#endif
