/*
 * collect - the events of a time, as rows of a rollup
 *
 * Errors:	false and errno: the disk.  Trouble with the events is counted.
 */
#ifndef ASSAY_REPORTING_COLLECT_H
#define ASSAY_REPORTING_COLLECT_H

#include "event/feed.h"
#include "reporting/row.h"

struct collect_options {
	struct event_logs	 logs;
	struct str		 report_from;
};

struct collected {
	uint64_t		 fates[ROW_FATES];	/* messages */
	struct event_feed_count	 feed;
};

bool collect(const struct collect_options *options, struct rollup *rollup,
    struct collected *out);

#endif
