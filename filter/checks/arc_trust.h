/*
 * arc_trust - whom of an ARC chain's sealers the admin believes, and what
 * that sealer saw
 *
 * Each sealer vouches for those before it, so all are to be trusted from the
 * newest down to one who recorded the author as authenticated:
 *	- dmarc=pass, for the author domain where it names one (header.from);
 *	- or no dmarc at all, but a pass of DKIM (header.d) or SPF
 *	  (smtp.mailfrom) for a domain that is the author's, or with which the
 *	  author's own DMARC policy would be satisfied (RFC 9989 sections 4.4
 *	  and 5.3.5: strict or relaxed as it says, organizations by tree walk).
 * Another DMARC result than pass decides against that record: SPF and DKIM
 * also pass for a stranger's own domain, below any author.  At most
 * LIMIT_ARC_ALIGNED records are weighed against the policy.
 *
 * Ownership:	the run's arena; the sealers and the policy outlive it.
 * Threads:	the run's strand.
 */
#ifndef ASSAY_CHECKS_ARC_TRUST_H
#define ASSAY_CHECKS_ARC_TRUST_H

#include "arc/arc.h"
#include "checks/check.h"

/* What a sealer recorded: of several results of a method a pass, or the
 * first; none where there is none. */
struct arc_record {
	enum word	dmarc, dkim, spf;
};

/* NULL: nobody is believed. */
typedef void arc_trust_fn(void *ctx, const struct arc_record *record);

struct arc_trust;

/*
 * The run's subject has the author domain (from.domain) and author_policy.
 * done() runs once, perhaps before this returns.
 */
struct arc_trust *arc_trust_start(struct check_run *run,
    const struct arc_sealer *sealers, size_t count, arc_trust_fn *done,
    void *ctx);
void arc_trust_cancel(struct arc_trust *trust);	/* NULL, or over, is allowed */

#endif
