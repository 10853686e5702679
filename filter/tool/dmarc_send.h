/*
 * dmarc_send - what the files of "assay dmarc send" share
 */
#ifndef ASSAY_TOOL_DMARC_SEND_H
#define ASSAY_TOOL_DMARC_SEND_H

#include "reporting/collect.h"
#include "reporting/deliver.h"
#include "tool/remember.h"
#include "tool/tool.h"

enum { SEND_DOMAINS_MAX = 64 };

enum { SEND_DONE = TOOL_DONE, SEND_NOT_ALL = 1 };

struct dmarc_send {
	struct tool_common	 common;
	struct arena		*arena;
	bool			 dry, again;
	const char		*directory;	/* --output, or NULL */
	int64_t			 date;		/* Unix time, or 0 */
	int64_t			 now;		/* Unix time, as it began */
	uint64_t		 since_ms;	/* clock_ms() of then */
	uint64_t		 pace_ms;
	unsigned		 jobs;		/* 0: of all processors */
	struct str		 domains[SEND_DOMAINS_MAX];	/* none: all */
	size_t			 domain_count;
	const char *const	*paths;		/* the events */
	struct tool_dns		 dns;
	struct remember		 store;		/* not where dry */
	struct outmail_sender	 sender;
	struct suppression	 suppression;
};

/* The reports of the day that begins then; SEND_DONE: nothing is left of them
 * for another run. */
int dmarc_send_day(struct dmarc_send *send, int64_t begin);

/* What became of one, as a line. */
void dmarc_send_print(const struct dmarc_send *send,
    const struct pack_head *head, const struct plan *plan,
    const struct deliver_outcome *outcome);
/* What the day came to, on standard error. */
void dmarc_send_sum(const struct pack_head *head,
    const struct collected *collected, const struct plans *plans);

#endif
