/*
 * failure_report - a failure report as a mail (RFC 9991, RFC 6591, RFC 5965)
 *
 * multipart/report with three parts: a text for people, the fields for
 * machines (message/feedback-report, auth-failure), and the header of the
 * message that failed, with the beginning of its body where the item has one.
 *
 * Hostile:	all of the item; the mail is one all the same.
 */
#ifndef ASSAY_REPORTING_FAILURE_REPORT_H
#define ASSAY_REPORTING_FAILURE_REPORT_H

#include "outmail/sender.h"
#include "reporting/failure_item.h"

struct failure_report {
	const struct failure_item *item;
	const struct outmail_sender *sender;
	struct str	to;		/* outmail_is_address() */
	struct str	message_id;	/* as of outmail_id() */
	int64_t		now;		/* Unix time */
	uint64_t	incidents;	/* that were alike; 0 and 1: this */
};

/* The octets of the mail. */
struct str failure_report_write(struct arena *arena,
    const struct failure_report *report);

/* The part for machines alone. */
struct str failure_report_fields(struct arena *arena,
    const struct failure_report *report);

#endif
