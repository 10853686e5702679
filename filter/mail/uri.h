/*
 * uri - the hosts that the text of a message links to, while it streams by
 *
 * http, https and ftp URIs (RFC 3986), what begins with "www.", and in HTML
 * the values of href and src that begin with "//"; with character references
 * of HTML undone there, user information and ports taken off, and percent
 * escapes of the host undone, as browsers do.  A host is looked at as browsers
 * would: 3221225985 and 0xc0.0.2.1 are IPv4 addresses.
 *
 * However a text is cut into pieces, what is found is the same.  Nothing of it
 * is kept but the host at hand.
 *
 * Threads:	one at a time.
 * Hostile:	all of it.  A host of more than LIMIT_URI_HOST_OCTETS is none.
 */
#ifndef ASSAY_MAIL_URI_H
#define ASSAY_MAIL_URI_H

#include "base/arena.h"
#include "base/ip.h"
#include "base/limits.h"

/* host: as it is written but for the escapes; valid until this returns. */
typedef void uri_found_fn(void *ctx, struct str host);

struct uri_reader {
	uri_found_fn	*found;
	void		*ctx;
	bool		 html;
	enum uri_state {
		URI_TEXT,		/* before an authority */
		URI_AUTHORITY,
		URI_TOO_LONG		/* until it ends */
	}		 state;
	unsigned char	 before[12];	/* the last octets, lower case */
	size_t		 before_len;
	char		 entity[12];	/* behind an "&" of HTML */
	size_t		 entity_len;
	bool		 in_entity;
	char		 host[LIMIT_URI_HOST_OCTETS];
	size_t		 host_len;
};

void uri_begin(struct uri_reader *reader, bool html, uri_found_fn *found,
    void *ctx);
void uri_read(struct uri_reader *reader, struct str piece);
void uri_end(struct uri_reader *reader);	/* the text has ended */

/*
 * What a host is: an address (and domain_out empty), or a domain of two labels
 * or more as A-labels.  False: neither.
 */
bool uri_host(struct arena *arena, struct str host, struct ip *ip_out,
    struct str *domain_out);

#endif
