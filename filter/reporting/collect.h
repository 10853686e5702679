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
	const char *const	*paths;		/* as of struct event_feed */
	const struct event_opener *opener;
	int64_t			 begin, end;	/* Unix time; end is not in */
	struct str		 report_from;
	unsigned		 jobs;
	void			(*progress)(void *ctx, uint64_t done,
				    uint64_t total);
	void			*ctx;
};

struct collected {
	uint64_t		 fates[ROW_FATES];	/* messages */
	struct event_feed_count	 feed;
};

bool collect(const struct collect_options *options, struct rollup *rollup,
    struct collected *out);

#endif
