/*
 * delivery - what the section delivery has counted, between its files
 */
#ifndef ASSAY_SUMMARY_DELIVERY_H
#define ASSAY_SUMMARY_DELIVERY_H

#include "maillog/outcomes.h"
#include "maillog/read.h"
#include "summary/section.h"

enum delivery_hour { HOUR_SENT, HOUR_PUT_OFF, HOUR_BOUNCED, HOUR_EXPIRED,
		   HOUR_COLUMNS };

struct delivery_event {
	struct accepted_mail	mail;
	struct str		host, queue_id;
};

struct delivery {
	const struct summary_options *options;
	/* A batch: */
	struct arena		*arena;		/* NULL: no logs */
	VEC(struct delivery_event)	 events;
	/* The whole: */
	struct accepted		*accepted;
	struct outcomes		 outcomes;
	struct hours		 hours;
	struct maillog_count	 count;
	bool			 finished;
};

/* delivery_figures.c, delivery_tables.c */
void delivery_figures(struct builder *out, const struct delivery *delivery);
void delivery_tables(struct builder *out, const struct delivery *delivery,
    size_t top);

#endif
