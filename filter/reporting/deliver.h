/*
 * deliver - packed reports, to whom the policy records name
 *
 * Each address gets a mail of its own (RFC 9990 section 3.5.2), with the
 * subject, file name and id that the report always has; where the record has
 * "!10m" behind it and the report is larger, it gets parts (parts.h).  Every
 * mail is in the ledger before the MTA gets it, and after that.
 *
 * Threads:	blocks; holds the strand of dns.
 */
#ifndef ASSAY_REPORTING_DELIVER_H
#define ASSAY_REPORTING_DELIVER_H

#include <stdio.h>

#include "dns/resolver.h"
#include "outmail/sender.h"
#include "reporting/destination.h"
#include "reporting/ledger.h"
#include "reporting/parts.h"
#include "reporting/suppression.h"

enum deliver_word {
	DELIVER_SENT,
	DELIVER_WOULD,			/* be sent: nothing is, by order */
	DELIVER_BEFORE,			/* it was sent before */
	DELIVER_NOT,			/* and never will be */
	DELIVER_LATER			/* another run has to */
};

/* What one mail brings: a report, or a part of one. */
struct parcel {
	struct str	 id;		/* Report-ID */
	uint64_t	 rows, messages, octets;
	size_t		 part, parts;	/* from 1; of a whole one both are 0 */
};

struct deliver_outcome {
	enum deliver_word word;
	struct parcel	 parcel;
	struct str	 address;	/* or the URI; empty: of the domain */
	struct str	 why;		/* hostile; or empty */
	struct str	 queue_id;	/* the MTA's; or empty */
};

typedef void deliver_fn(void *ctx, const struct plan *plan,
    const struct deliver_outcome *outcome);

struct deliver {
	const struct pack_head	*head;
	FILE			*packed;
	struct resolver		*dns;
	struct strand		*strand;	/* held */
	uint64_t		 dns_timeout_ms;
	const struct outmail_sender *sender;
	const struct suppression *suppression;
	struct ledger		 ledger;
	bool			 dry;	/* nothing is sent or noted */
	bool			 again;	/* what was sent before, too */
	unsigned		 pace_ms;	/* between two mails */
	deliver_fn		*told;	/* of each outcome */
	void			*ctx;
	uint64_t		 mails;	/* handed over so far */
};

/* The ledger's name of all mails of a report. */
struct str deliver_name(struct arena *arena, const struct pack_head *head,
    struct str domain);

/* True: there is nothing left to do for this report. */
bool deliver_report(struct deliver *deliver, const struct plan *plan);

#endif
