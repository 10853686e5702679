/*
 * question - one DNS question as a packet, and whether a packet answers it
 *
 * RFC 1035 section 4, with an EDNS record (RFC 6891) that says how much of an
 * answer we take in one datagram.
 */
#ifndef ASSAY_DNS_QUESTION_H
#define ASSAY_DNS_QUESTION_H

#include "dns/resolver.h"

enum { QUESTION_OCTETS_MAX = 12 + 255 + 4 + 11,
       QUESTION_ANSWER_OCTETS = 4096 };

/* Recursion is asked for.  name fits DNS; returns how many octets. */
size_t question_write(struct str name, enum dns_type type, unsigned id,
    char out[QUESTION_OCTETS_MAX]);

/* False: too short to have one. */
bool question_id(struct str packet, unsigned *id_out);

enum question_verdict {
	QUESTION_NOT_THIS,	/* no response, or to another question */
	QUESTION_UNCLEAR,	/* a response, but truncated, without recursion
				 * or with a response code of trouble */
	QUESTION_ANSWERED	/* "no error" or NXDOMAIN: packet.h reads it */
};

/* Does not look at the id. */
enum question_verdict question_judge(struct str packet, struct str name,
    enum dns_type type);

#endif
