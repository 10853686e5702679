/*
 * seal - the next set of an Authenticated Received Chain (RFC 8617 section 5)
 *
 * Two steps.  arc_seal_plan() looks at the header and at what validation said
 * of its chain: which instance comes next, and with which chain status.
 * arc_seal() makes the three fields over the header as it will leave; it is
 * the last change that is made to a message (section 5.1).
 *
 * What is not sealed:
 *	- a chain whose newest seal says cv=fail: once broken it is not
 *	  continued (section 5.1.3)
 *	- a chain of LIMIT_ARC_SETS sets, for the next would break it
 *	- a chain that nobody has validated
 * A chain that fails here is sealed as cv=fail, and that seal is over its own
 * set alone (section 5.1.2).
 *
 * Ownership:	the arena's, and slices of what is given.
 * Threads:	any, one at a time for an arena.
 */
#ifndef ASSAY_ARC_SEAL_H
#define ASSAY_ARC_SEAL_H

#include "arc/set.h"
#include "dkim/private.h"

struct arc_plan {
	const char	*refusal;	/* why there is no sealing; or NULL: */
	unsigned	 instance;	/* of the new set */
	enum arc_cv	 cv;
	struct arc_chain chain;		/* the sets before it; where cv is
					 * pass, else empty */
};

/* status: of the validation, none, pass or fail; else nobody knows. */
void arc_seal_plan(struct arena *arena, const struct header *header,
    enum word status, struct arc_plan *plan_out);

struct arc_seal {
	const struct dkim_private *key;
	struct str	 domain, selector;	/* A-labels */
	struct str	 results;	/* as of Authentication-Results: "id;
					 * spf=pass ...", folds allowed */
	struct str	 body_hash;	/* SHA-256, DKIM_FORM_RELAXED, all */
	int64_t		 now;		/* t= */
};

/*
 * The new set's fields, by enum arc_kind; the values begin with the blank
 * after the colon and are folded with CRLF and TAB.  header is as it leaves,
 * without them, and its ARC fields are those of the plan.  They are put on
 * top of it: the seal first, the results last.  False: the header has more
 * fields than a signature can name, or the library cannot sign.
 */
bool arc_seal(struct arena *arena, const struct arc_seal *seal,
    const struct arc_plan *plan, const struct header *header,
    struct header_field fields_out[ARC_KINDS]);

#endif
