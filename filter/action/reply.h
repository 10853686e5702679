/*
 * reply - what the SMTP client is told, as one line that cannot go wrong
 *
 * Code and enhanced code agree with the action (RFC 5321 section 4.2, RFC 3463
 * section 2), the text is one line of printable ASCII of at most
 * LIMIT_REPLY_TEXT_OCTETS.  A "%" stays as it is: a front that hands the text
 * to a printf-like function (smfi_setreply) doubles it there.
 */
#ifndef ASSAY_ACTION_REPLY_H
#define ASSAY_ACTION_REPLY_H

#include "policy/policy.h"

struct reply {
	unsigned	code;		/* 400..599 */
	struct str	enhanced;	/* "5.7.1" */
	struct str	text;		/* never empty */
};

/* action: REJECT or TEMPFAIL.  What does not fit it is replaced by 550 5.7.1
 * or 451 4.7.1; code 0 and empty texts ask for that. */
struct reply reply_make(struct arena *arena, enum action action,
    unsigned code, struct str enhanced, struct str text);

/* class "." subject "." detail, 1 to 3 digits each, of the code's class. */
bool reply_enhanced_fits(unsigned code, struct str enhanced);

/* The text alone. */
struct str reply_text(struct arena *arena, struct str text);

#endif
