/*
 * dmarc_failures - what the files of "assay dmarc send --failures" share
 */
#ifndef ASSAY_TOOL_DMARC_FAILURES_H
#define ASSAY_TOOL_DMARC_FAILURES_H

#include "reporting/failure_item.h"
#include "reporting/ledger.h"
#include "tool/reporter.h"

/* An item that a dry run has taken: its octets. */
struct kept {
	struct str	name, content;
	int64_t		arrival;	/* Unix time */
};

struct failure_sending {
	struct tool_common	 common;
	struct reporter		 reporter;
	struct arena		*arena;		/* of one item */
	struct arena		*kept_arena;
	VEC(struct kept)	 kept;
	struct ledger		 ledger;
	int64_t			 now;		/* Unix time */
	bool			 dry_run;
	bool			 trouble;	/* with the store */
	unsigned		 taken, put_off, in_a_row;
};

/* What becomes of an item. */
enum outcome { OUTCOME_DONE, OUTCOME_LATER, OUTCOME_STOP };

/* A line of what became of it; to and why may be empty. */
void dmarc_failure_say(const struct failure_item *item, struct str to,
    const char *what, struct str why);

/* A report to one address, unless it has that.  name: the item's; alike: how
 * many it stands for; *sent_out is set where it went. */
enum outcome dmarc_failure_send(struct failure_sending *sending,
    const struct failure_item *item, struct str name, struct str to,
    double alike, bool *sent_out);

#endif
