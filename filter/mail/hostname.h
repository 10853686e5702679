/*
 * hostname - what the names of a host look like
 *
 * The argument of HELO and EHLO (RFC 5321 sections 4.1.1.1 and 4.1.3), and the
 * names that providers give to all addresses of a network alike.
 *
 * Ownership:	nothing is kept.
 * Threads:	any.
 * Hostile:	every text.
 */
#ifndef ASSAY_MAIL_HOSTNAME_H
#define ASSAY_MAIL_HOSTNAME_H

#include "base/ip.h"

enum helo_form {
	HELO_FQDN,		/* two labels or more, the last not a number */
	HELO_UNQUALIFIED,	/* one label */
	HELO_LITERAL,		/* [192.0.2.1], [IPv6:2001:db8::1] */
	HELO_ADDRESS,		/* 192.0.2.1 without brackets: not allowed */
	HELO_INVALID		/* none of these */
};

/* ip_out: of a literal or address, else IP_NONE. */
enum helo_form helo_form(struct str helo, struct ip *ip_out);

/*
 * The name holds the address that it belongs to, or a word for a dial-up or
 * customer network, and no word for a mail server: a name that nobody gave to
 * a mail server.  Three octets of the address in a row, in either order,
 * decimal or hexadecimal, count as the address; for IPv6, eight digits of it.
 */
bool hostname_is_generic(struct str name, const struct ip *ip);

#endif
