/*
 * live - what the shadow policy would have changed, out of the event log
 *
 * Sums up what assayd recorded of its shadow policy (shadow_policy in
 * event.h); nothing is evaluated.  Changes of verdicts and of recipients are
 * grouped as those of replay.h; of scores and tags the events say only that
 * they differ, and they are counted.
 */
#ifndef ASSAY_REPORT_LIVE_H
#define ASSAY_REPORT_LIVE_H

#include "event/feed.h"
#include "report/changes.h"

struct live_options {
	struct event_logs	 logs;
	size_t			 samples;
};

struct live {
	struct arena		*arena;
	struct event_feed_count	 feed;
	struct changes		 changes;
	uint64_t		 compared;	/* with a shadow policy */
	uint64_t		 differ;	/* those in anything */
	uint64_t		 otherwise;	/* in score or tags alone */
};

void live_run(const struct live_options *options, struct arena *arena,
    struct live *live_out);

void live_print_text(FILE *out, const struct live *live);
/* One line. */
void live_print_json(FILE *out, const struct live *live);

#endif
