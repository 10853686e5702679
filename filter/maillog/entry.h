/*
 * entry - what a line of an MTA says of a message
 *
 * The two MTAs write different lines; an entry is what they have in common.
 *
 * Hostile:	every octet, and what is made of them: senders, recipients and
 *		the replies of remote servers are in it.
 * Ownership:	texts point into the line.
 */
#ifndef ASSAY_MAILLOG_ENTRY_H
#define ASSAY_MAILLOG_ENTRY_H

#include "maillog/line.h"

enum maillog_kind {
	MAILLOG_UNKNOWN,	/* not understood */
	MAILLOG_NOTHING,	/* says nothing of what becomes of a message */
	MAILLOG_BEGIN,		/* a client or a local user hands it over */
	MAILLOG_NAMED,		/* its Message-ID is known */
	MAILLOG_QUEUED,		/* it was accepted: sender, size, recipients */
	MAILLOG_TRIED,		/* a delivery to some recipients: status */
	MAILLOG_EXPIRED,	/* it was too long in the queue */
	MAILLOG_HELD,
	MAILLOG_RELEASED,	/* it was held */
	MAILLOG_REFUSED,	/* at its end; it is not in the queue */
	MAILLOG_DISCARDED,
	MAILLOG_REFUSAL,	/* of a command: the message may still come */
	MAILLOG_NOTICE,		/* a bounce of ours answers it: other_id */
	MAILLOG_REMOVED,	/* from the queue: all is said */
	MAILLOG_REQUEUED,	/* it begins again under another queue id */
	MAILLOG_DELETED		/* from the queue, by an admin */
};

enum maillog_status {
	MAILLOG_SENT, MAILLOG_DEFERRED, MAILLOG_BOUNCED, MAILLOG_DROPPED,
	MAILLOG_PROBED		/* an address was asked for, not mailed */
};

enum maillog_notice {
	MAILLOG_NOTICE_BOUNCE, MAILLOG_NOTICE_DELAY, MAILLOG_NOTICE_SUCCESS
};

struct maillog_entry {
	enum maillog_kind	kind;
	struct str		queue_id;	/* empty: of none */
	enum maillog_status	status;
	enum maillog_notice	notice;
	struct str	sender;		/* without <> */
	struct str	client;		/* "name[address]"; of BEGIN */
	struct str	message_id;
	struct str	rcpts;		/* as they stand there: "<a>,<b>" */
	struct str	orig_to;
	struct str	relay;
	struct str	dsn;		/* "5.1.1" */
	struct str	reason;		/* of the other side, or the MTA */
	struct str	other_id;	/* NOTICE; TRIED: it goes on under it;
					 * BEGIN: it had it before */
	bool		by_milter;	/* REFUSED, REFUSAL, HELD, DISCARDED */
	bool		remote;		/* TRIED: by SMTP, to another host */
	bool		inside;		/* TRIED: to this host itself */
	bool		expires;	/* NOTICE: and it is given up */
	bool		once;		/* QUEUED: said once, not at each try */
	bool		has_size, has_delay, has_delays, has_mailer;
	uint64_t	size, rcpt_count;
	int64_t		delay_us;	/* since it came */
	int64_t		delays_us[4];	/* before the queue, in it, connecting,
					 * handing over */
};

/* By its tag; the entry of a line of another program is NOTHING. */
void maillog_postfix(const struct maillog_line *line,
    struct maillog_entry *entry_out);
void maillog_sendmail(const struct maillog_line *line,
    struct maillog_entry *entry_out);

/*
 * The next recipient of a list "<a@example.com>,<b@example.com>", without
 * <>; false at its end.  Commas in quoted local parts part nothing.
 */
bool maillog_next_rcpt(struct str *rest, struct str *rcpt_out);

#endif
