/*
 * explain - why one message ended as it did
 *
 * Stage by stage: each rule that was considered, what its condition came to,
 * and the value of every fact that it read; then what decided, and what SPF,
 * DKIM, ARC and DMARC went by, as far as the event records it.
 *
 * What strangers wrote is made safe for a terminal.
 */
#ifndef ASSAY_REPORT_EXPLAIN_H
#define ASSAY_REPORT_EXPLAIN_H

#include <stdio.h>

#include "event/read.h"
#include "policy/rehearse.h"

struct explain {
	const char			*title;		/* a file; or NULL */
	const struct event_record	*record;	/* all parts of it */
	/* What the rules saw; none where there is no policy to ask. */
	const struct rehearsed_stage	*stages;
	size_t				 stage_count;
	/* The policy whose rules these are was written anew since, or is
	 * another one than the event's. */
	bool				 policy_changed;
	/* It asks functions what the event has no answer to. */
	bool				 asks_functions;
	/* NULL, or what the message would meet now. */
	const struct rehearsal		*now;
};

/*
 * Is it another policy, or another text, than the one that the event was
 * decided by?  By the checksum; in an event without one, by its name and by
 * where the rules stand that fired.
 */
bool explain_is_changed(const struct event_record *record,
    const struct policy *policy);

/* The event has this fact: a value, none, or the reason why it is unknown. */
bool explain_is_recorded(const struct event_record *record,
    const char *fact);

void explain_print_text(FILE *out, const struct explain *explain,
    bool colour);
/* One line. */
void explain_print_json(FILE *out, const struct explain *explain);

#endif
