/*
 * walk - the DNS tree walk from one domain up (RFC 9989 section 4.10)
 *
 * All names of a walk are known beforehand, so they are asked for at once; the
 * walk is over as soon as the answers that the RFC's walk would see are there,
 * and what it would not ask is cancelled and forgotten.
 *
 * Ownership:	a walk lives in an arena, also after it is over.
 * Threads:	the given strand.
 */
#ifndef ASSAY_DMARC_WALK_H
#define ASSAY_DMARC_WALK_H

#include "base/limits.h"
#include "dmarc/dmarc.h"

struct dmarc_walk;

/* A walk stays as long as its message: what a step found is in its query. */
struct walk_step {
	struct dmarc_walk	*walk;
	struct dns_lookup	*lookup;	/* in flight, or NULL */
	const struct dmarc_record *record;	/* NULL: none, or several */
	bool			 answered;
};

typedef void walk_done_fn(void *ctx, const struct dmarc_walk *walk);

struct dmarc_walk {
	struct arena		*arena;
	struct strand		*strand;
	struct str		 start;
	struct walk_step	*steps;
	struct dmarc_query	*queries;	/* of each step; the domain is
						 * behind "_dmarc." */
	unsigned		 planned;	/* steps up to the last label,
						 * LIMIT_DMARC_QUERIES at
						 * most */
	unsigned		 count;		/* steps made; 0: not over */
	bool			 posted;
	struct strand_task	 over;
	walk_done_fn		*done;
	void			*ctx;
};

/*
 * start is a domain in A-labels.  Answers that known (or NULL) has are not
 * asked for again.  done() runs once, on the strand, never before this
 * returns.
 */
struct dmarc_walk *walk_start(struct arena *arena, struct resolver *dns,
    struct strand *strand, struct str start, const struct dmarc_walk *known,
    uint64_t deadline_ms, walk_done_fn *done, void *ctx);
void walk_cancel(struct dmarc_walk *walk);	/* NULL, or over, is allowed */

/* The step of this domain, among those made, or NULL. */
const struct walk_step *walk_at(const struct dmarc_walk *walk,
    struct str domain);

/* The first step that got no answer from DNS, or NULL. */
const struct walk_step *walk_trouble(const struct dmarc_walk *walk);

/*
 * The organizational domain of the start (section 4.10.2).  Right only where
 * there was no trouble.
 */
struct str walk_organization(const struct dmarc_walk *walk);

/* What a step asked and found; and for which domain: the start, or above. */
struct dmarc_query *walk_query(const struct walk_step *step);
struct str walk_domain(const struct walk_step *step);

#endif
