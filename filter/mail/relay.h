/*
 * relay - who gave a message to the hosts in front of us
 *
 * Where the SMTP client is a relay that we trust (a backup MX, a filter), the
 * real client stands in the Received field that the relay added: the newest
 * one, for a host puts its own on top (RFC 5321 section 4.4).  Where that
 * field names a relay that we trust too, the next one is that relay's, and so
 * on down to the first address that is not trusted.  What stands below was
 * written by strangers and is not looked at.
 *
 * A trusted host must add a Received field to all that it takes in.  Where it
 * does not, a stranger's stands on top: that cannot be told from a true one.
 *
 * An address that means something else here than where it was written says
 * nothing: a loopback that is not trusted, and a private one (RFC 1918, RFC
 * 4193) that a host with a public address names.
 */
#ifndef ASSAY_MAIL_RELAY_H
#define ASSAY_MAIL_RELAY_H

#include "base/ip.h"
#include "mail/header.h"

/* The networks whose hosts are trusted to tell. */
struct relay_list {
	const struct ipnet	*at;
	size_t			 count;
};

bool relay_is_trusted(const struct relay_list *list, const struct ip *ip);

struct relay_client {
	bool		 known;
	const char	*why;		/* not known: a literal */
	unsigned	 hops;		/* fields that were gone through */
	/*
	 * Known.  A message that was made on a trusted host has that host for
	 * its client.  Texts are slices of the header: what the relay saw and
	 * the client said.  Of the peer itself it is the MTA that knows them.
	 */
	bool		 is_peer;
	struct ip	 ip;
	struct str	 name, helo, with;
};

/* peer is trusted; at most LIMIT_RECEIVED_HOPS fields are gone through. */
void relay_find_client(const struct relay_list *list,
    const struct header *header, const struct ip *peer,
    struct relay_client *out);

#endif
