/*
 * route - the ways of handover.h, a file each
 *
 * Given a result with HANDOVER_LATER for every recipient they change it where
 * they know better; results are in the arena.
 */
#ifndef ASSAY_OUTMAIL_ROUTE_H
#define ASSAY_OUTMAIL_ROUTE_H

#include "outmail/handover.h"

struct handover_job {
	struct arena			*arena;
	const struct handover_route	*route;
	const struct handover_envelope	*envelope;
	struct str			 message;
	const struct handover_steps	*steps;		/* or NULL */
	uint64_t			 deadline_ms;	/* clock_ms() */
	struct handover_result		*result;
};

void handover_sendmail(struct handover_job *job);
void handover_smtp(struct handover_job *job);

/* before_end() says so, or nobody asks. */
bool handover_may_end(const struct handover_job *job);

/* The same for all recipients.  why: hostile. */
void handover_all(struct handover_job *job, enum handover_word word,
    struct str why);

/* why as it may be shown. */
struct str handover_why(struct arena *arena, struct str why);

/* Wait until fd can be read (written); false: the time is over. */
bool handover_wait(int fd, bool writing, uint64_t deadline_ms);

#endif
