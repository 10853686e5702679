/*
 * plan - which reports there are to be made of what was collected
 *
 * One a policy domain (RFC 9990 section 3.1), with the policy record that was
 * seen last (section 3.3), for each domain whose record names a place for
 * reports.
 *
 * Ownership:	all texts are the arena's.
 */
#ifndef ASSAY_REPORTING_PLAN_H
#define ASSAY_REPORTING_PLAN_H

#include "dmarc/dmarc.h"
#include "reporting/rollup.h"

struct plan {
	struct str	 domain;
	struct str	 record;	/* the policy record */
	struct str	 error;		/* what is wrong with that; or empty */
	uint64_t	 rows, messages;	/* that are told */
	uint64_t	 rows_out, messages_out; /* past LIMIT_REPORT_ROWS */
	bool		 wanted;	/* true; the caller may say false */
	/* pack.h: where it lies, and how long it is. */
	uint64_t	 offset, octets;
};

struct plans {
	VEC(struct plan) list;		/* sorted by domain */
	uint64_t	 domains;	/* with a policy, reports or not */
	uint64_t	 over;		/* domains past LIMIT_REPORT_DOMAINS
					 * or LIMIT_REPORT_PLAN_OCTETS, which
					 * get none */
};

/* A record of the rollup's text; false: it is none any more. */
bool plan_record(const struct plan *plan, struct arena *arena,
    struct dmarc_record *record_out);

/* False and errno: the disk. */
bool plan_make(struct rollup *rollup, struct arena *arena,
    struct plans *plans_out);

#endif
