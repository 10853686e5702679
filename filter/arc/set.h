/*
 * set - the ARC fields of a header, sorted into sets (RFC 8617 section 4)
 *
 * Only the structure: one field of each kind for each instance, none missing,
 * and the chain status (cv=) that each seal claims.  Nothing is verified.
 *
 * Ownership:	slices of the fields, or the arena.
 */
#ifndef ASSAY_ARC_SET_H
#define ASSAY_ARC_SET_H

#include "dkim/engine.h"

enum arc_kind { ARC_RESULTS, ARC_MESSAGE, ARC_SEAL, ARC_KINDS };

enum arc_cv { ARC_CV_NONE, ARC_CV_PASS, ARC_CV_FAIL };

struct arc_lookup;

struct arc_field {
	enum arc_kind		 kind;
	unsigned		 instance;	/* 1..LIMIT_ARC_SETS */
	struct header_field	 field;
	struct str		 payload;	/* ARC_RESULTS: after i= */
	enum arc_cv		 cv;		/* ARC_SEAL */
	struct dkim_job		 job;		/* ARC_MESSAGE, ARC_SEAL; its
						 * parsed may be unusable */
	struct arc_lookup	*lookup;	/* the validator's own */
};

struct arc_chain {
	/* By instance, from 0; NULL where there is none.  LIMIT_ARC_SETS of
	 * them, from the first field on. */
	struct arc_field	*(*fields)[ARC_KINDS];
	unsigned		 count;		/* the highest instance */
	bool			 seen;		/* there is an ARC field */
	struct str		 fault;		/* empty: none so far */
};

bool arc_kind_of(const struct header_field *field, enum arc_kind *kind_out);

/*
 * The field in the chain, or NULL and the chain's fault.  A chain that has a
 * fault takes nothing more.
 */
struct arc_field *arc_chain_add(struct arena *arena, struct arc_chain *chain,
    enum arc_kind kind, const struct header_field *field, int64_t now,
    uint32_t clock_skew);

/* After the last field: sets the fault if the sets are not whole. */
void arc_chain_end(struct arena *arena, struct arc_chain *chain);

const char *arc_kind_name(enum arc_kind kind);	/* "ARC-Seal" */
const char *arc_cv_name(enum arc_cv cv);	/* "pass" */

#endif
