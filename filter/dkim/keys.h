/*
 * keys - the public keys that a DNS answer offers to one signature
 *
 * Several key records at one name (RFC 6376 section 3.6.2.2 leaves the result
 * open): each that may verify the signature is offered, at most
 * LIMIT_DKIM_KEYS, in an order that does not depend on the answer's.
 */
#ifndef ASSAY_DKIM_KEYS_H
#define ASSAY_DKIM_KEYS_H

#include "dkim/engine.h"
#include "dkim/key.h"
#include "dns/resolver.h"

struct dkim_key_report {
	bool		testing;	/* t=y in one that is offered */
	unsigned	bits;		/* of the first one, or of a bad one */
	struct str	record;		/* all, cut to LIMIT_EVIDENCE_OCTETS */
};

/*
 * Fills job->keys.  True if there is one; else *verdict_out says what the
 * result is.
 */
bool dkim_keys_from(struct arena *arena, const struct dns_answer *answer,
    struct dkim_job *job, struct dkim_key_report *report_out,
    struct dkim_verdict *verdict_out);

void dkim_keys_free(struct dkim_job *job);

#endif
