/*
 * received - what one host wrote of whom it had a message from
 *
 * The trace field of RFC 5321 section 4.4 in the forms that MTAs write, which
 * are many: the client's address stands in the comment behind the from clause
 * ("from helo (name [192.0.2.1])"), or is that clause ("from [192.0.2.1]
 * (helo=name)").  What the client itself chose (its HELO name) is never taken
 * for an address that the host saw; where that cannot be told apart the field
 * is broken.
 *
 * Whoever hands a message over can have written any Received field in it: the
 * one that a host itself added is all that may be believed (see mail/relay.h).
 * Nothing is copied: texts are slices of the value, folds included in for_.
 */
#ifndef ASSAY_MAIL_RECEIVED_H
#define ASSAY_MAIL_RECEIVED_H

#include "base/ip.h"

enum received_kind {
	RECEIVED_BROKEN,	/* what it says cannot be told, see why */
	RECEIVED_CLIENT,	/* from a client over the network */
	RECEIVED_LOCAL,		/* made on that host: no client */
	RECEIVED_GOES_ON,	/* the same host's next field tells (qmail) */
};

struct received {
	enum received_kind	 kind;
	const char		*why;	/* RECEIVED_BROKEN; a literal */
	struct ip		 ip;	/* RECEIVED_CLIENT */
	/* Empty where the field has none: */
	struct str		 name;	/* of the address, as the host found it;
					 * not one that it doubts */
	struct str		 helo;	/* the client's own; an address literal
					 * in its brackets */
	struct str		 by, via, with, id;
	struct str		 for_;	/* without <> */
};

/* At most LIMIT_RECEIVED_OCTETS are looked at: a longer one is broken. */
void received_parse(struct str value, struct received *out);

#endif
