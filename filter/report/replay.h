/*
 * replay - what logged mail would have met under another policy
 *
 * Each event is rehearsed with the new policy up to the stage that it reached,
 * and the end is compared with what was decided then, or with what the old
 * policy comes to over the same facts.  Where a message ended the same, its
 * recipients are compared one by one.
 *
 * What was decided counts, not what was done: events of monitor mode tell of
 * the policy as well as those of enforce.
 *
 * Unknown:	facts that a line lacks, calls of functions that were not made
 *		then, and recipients past the first ones of an event.
 */
#ifndef ASSAY_REPORT_REPLAY_H
#define ASSAY_REPORT_REPLAY_H

#include "event/feed.h"
#include "policy/rehearse.h"
#include "report/changes.h"

struct replay_options {
	struct event_logs	 logs;
	const struct policy	*policy;
	const struct policy	*against;	/* NULL: what was recorded */
	size_t			 samples;
};

/* What one thread or all of them found. */
struct replay {
	struct arena		*arena;
	const struct policy	*policy;	/* as of the options */
	const struct policy	*against;
	struct event_feed_count	 feed;
	struct changes		 changes;
	uint64_t		 differ;	/* messages */
	uint64_t		 before[ACTION_COUNT], after[ACTION_COUNT];
	uint64_t		*fired;		/* by rule of the new policy */
	uint64_t		 lacks[FACT_COUNT]; /* events without a fact
						 * that the new policy reads */
	uint64_t		 unanswered[FUNCTION_COUNT]; /* events in which
						 * the new policy asks what
						 * was not asked then */
	uint64_t		 hidden;	/* events with hidden names */
	uint64_t		 rcpts_unlisted; /* events with more of them */
	int64_t			 first_us, last_us;
	struct str		 first, last;	/* times; empty: no event */
};

/*
 * One event (with EVENT_PART_CALLS) under a policy; explain as in struct
 * rehearse_case.  *unanswered_out: the functions that it asked in vain, a bit
 * for each row of function_table.
 */
void replay_record(const struct policy *policy,
    const struct event_record *record, bool explain, struct arena *arena,
    struct rehearsal *out, unsigned *unanswered_out);

void replay_run(const struct replay_options *options, struct arena *arena,
    struct replay *replay_out);

void replay_print_text(FILE *out, const struct replay *replay);
/* One line. */
void replay_print_json(FILE *out, const struct replay *replay);
/* One page without references to anything outside of it. */
void replay_print_html(FILE *out, const struct replay *replay);

#endif
