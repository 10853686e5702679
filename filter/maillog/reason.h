/*
 * reason - why mail was put off or refused, so that equal reasons are equal
 *
 * A reply names the address, the client and an id of its own; thousands of
 * replies mean one thing.  Here they lose what differs:
 *
 *	host mx.example.net[192.0.2.1] said: 550-5.1.1 <bob@example.net>: no
 *	    such user 4f3a-gsmtp (in reply to RCPT TO command)
 *
 * is code 550, enhanced code 5.1.1 and "<*>: no such user *".  There is no NUL
 * in them: all three can be parts of one name (base/tally.h).
 *
 * Hostile:	every octet.
 */
#ifndef ASSAY_MAILLOG_REASON_H
#define ASSAY_MAILLOG_REASON_H

#include "base/limits.h"

#include "base/str.h"

struct maillog_reason {
	unsigned	code;		/* of SMTP; 0: none, it is our MTA's */
	struct str	enhanced;	/* "5.1.1"; the line's dsn= where the
					 * reply has none; or empty */
	struct str	text;		/* points into out */
	char		out[LIMIT_MAILLOG_REASON_OCTETS];
};

/* dsn: "5.1.1" or empty. */
void maillog_reason_read(struct str reason, struct str dsn,
    struct maillog_reason *reason_out);

#endif
