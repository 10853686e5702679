/*
 * feed - all events of some logs, read on several threads
 *
 * jobs threads, of which the caller's is one, do each all there is to do: one
 * takes its turn, reads and unpacks a piece of whole lines, and parses them
 * while the next one has its turn.  Who unpacked a piece has it in its cache.
 * The pieces are merged in the order of the files, so that what comes out does
 * not depend on the number of jobs.
 *
 *	part = begin(ctx)			a thread, once a piece
 *	event(ctx, part, record, arena)		the same thread, in order
 *	merge(ctx, part)			any thread; frees part
 *
 * merge(), source() and the logs' progress() are called one at a time.
 *
 * Errors:	a line that is no event is counted, the first one is named, and
 *		the rest is read all the same.
 */
#ifndef ASSAY_EVENT_FEED_H
#define ASSAY_EVENT_FEED_H

#include "event/piece.h"

struct event_feed_ops {
	void	*(*begin)(void *ctx);
	/* The arena is reset after each event. */
	void	(*event)(void *ctx, void *part,
		    const struct event_record *record, struct arena *arena);
	void	(*merge)(void *ctx, void *part);
	/* What is merged from now on is of the next path; or NULL. */
	void	(*source)(void *ctx);
};

/* Lines that are no event that we can use. */
enum event_fault {
	EVENT_FAULT_BROKEN, EVENT_FAULT_VERSION, EVENT_FAULT_LONG,
	EVENT_FAULT_COUNT
};

struct event_feed_count {
	uint64_t	lines, events;
	uint64_t	outside;	/* of since, until and queue_id */
	struct {
		uint64_t	 count;
		const char	*file;	/* of the first one */
		uint64_t	 line;
	} faults[EVENT_FAULT_COUNT];
	/* The first file that could not be read to its end. */
	uint64_t	unread;
	const char	*unread_file;
	char		unread_why[128];
};

/* "broken or cut" */
const char *event_fault_name(enum event_fault fault);

/* Which events are read, and how. */
struct event_logs {
	const char *const	*paths;		/* NULL-terminated; "-" */
	const struct event_opener *opener;	/* NULL: all are files */
	int64_t			 since_us;	/* as of struct event_want */
	int64_t			 until_us;
	unsigned		 jobs;		/* at least 1 */
	/* Octets read so far, of those in regular files; or NULL. */
	void			(*progress)(void *ctx, uint64_t done,
				    uint64_t total);
	void			*progress_ctx;
};

struct event_feed {
	struct event_logs	 logs;
	struct event_want	 want;		/* its times: those of logs */
	const struct event_feed_ops *ops;
	void			*ctx;
};

void event_feed_run(const struct event_feed *feed,
    struct event_feed_count *count_out);

#endif
