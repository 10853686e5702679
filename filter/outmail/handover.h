/*
 * handover - a mail of ours is given to the MTA
 *
 * To a program that does as sendmail(8), run without a shell as "sendmail -t
 * -oi -f SENDER", or to an SMTP server (RFC 5321) on this machine or network,
 * with neither TLS nor a password.  Either way it passes our own milter where
 * the MTA asks it, and is signed there.
 *
 * Errors:	a result; why is fit for a terminal or a log.
 * Ownership:	all texts of a result are the arena's.
 * Threads:	blocks, for LIMIT_HANDOVER_MS at most: not for the daemon's
 *		strands.  One at a time a process is enough.
 * Hostile:	all that the server or the program says.
 */
#ifndef ASSAY_OUTMAIL_HANDOVER_H
#define ASSAY_OUTMAIL_HANDOVER_H

#include "base/arena.h"
#include "base/ip.h"

enum handover_kind { HANDOVER_SENDMAIL, HANDOVER_INET, HANDOVER_UNIX };

struct handover_route {
	enum handover_kind kind;
	const char	*path;		/* the program, or the socket */
	struct ip	 ip;		/* HANDOVER_INET */
	unsigned	 port;
	struct str	 helo;		/* our name, for SMTP */
};

struct handover_envelope {
	struct str	 sender;	/* outmail_is_address(), or empty */
	const struct str *to;		/* the same as in the message's To
					 * field: "sendmail -t" reads that */
	size_t		 to_count;	/* 1..LIMIT_OUTMAIL_RECIPIENTS */
};

/*
 * The mail is the MTA's as soon as its end is sent.  before_end() runs just
 * before that (of a program: before it begins), for what must be on disk by
 * then; false: do not send it.
 */
struct handover_steps {
	bool		(*before_end)(void *ctx);	/* or NULL */
	void		*ctx;
};

enum handover_word {
	HANDOVER_TAKEN,
	HANDOVER_REFUSED,		/* it will be the next time, too */
	HANDOVER_LATER			/* try again */
};

struct handover_rcpt {
	enum handover_word word;
	struct str	 why;
};

struct handover_result {
	enum handover_word word;	/* taken: by one recipient at least */
	bool		 unsure;	/* later: its end was sent and nothing
					 * came back, so it may have been
					 * taken */
	struct str	 why;		/* the last reply, what the program
					 * said, or what went wrong */
	struct str	 queue_id;	/* the MTA's, where it tells */
	struct handover_rcpt *rcpts;	/* each recipient, in their order;
					 * all alike with sendmail */
};

/* message: as of outmail_write(). */
void handover(struct arena *arena, const struct handover_route *route,
    const struct handover_envelope *envelope, struct str message,
    const struct handover_steps *steps, struct handover_result *result_out);

#endif
