/*
 * seal - ARC for mail that leaves us again (RFC 8617)
 *
 * Mail from outside for recipients whose mail is forwarded, and mail that
 * comes back from our own list managers, gets a set of ARC fields on top, over
 * the header as it leaves.  A list manager has changed the message, so its
 * set is made from what we stamped when the message first came in: of the
 * Authentication-Results fields with our id the topmost one, if it can be read
 * as a whole.  From anybody else such a field is forged, and removed.
 *
 * The chain status is that of the validation now; but where only the newest
 * message signature fails, all seals verify, and our own stamp said arc=pass,
 * the list manager's changes broke it, and the status is pass.
 *
 * Not sealed: what is our own (client.ours), what is refused or discarded, and
 * what arc_seal_plan() refuses.
 */
#ifndef ASSAY_SESSION_SEAL_H
#define ASSAY_SESSION_SEAL_H

#include "arc/set.h"
#include "base/ip.h"
#include "event/event.h"
#include "mail/authres.h"

struct connection;
struct dkim_private;

/* What the admin set; key NULL: nothing is sealed. */
struct seal_options {
	const struct dkim_private *key;		/* not owned */
	struct str		 domain, selector;	/* A-labels */
	const char *const	*recipients;	/* base/pattern.h; none: all */
	size_t			 recipient_count;
	const struct ipnet	*networks;	/* of our list managers */
	size_t			 network_count;
};

/* Of one message. */
struct sealing {
	struct str		 why_not;	/* empty: it is to be sealed */
	struct dkim_body_hash	*body;
	const struct header_field *kept;	/* our own earlier stamp, to
						 * seal from; or NULL */
	struct authres		 kept_results;
	struct event_seal	 outcome;
};

/* The header is complete: is this message to be sealed? */
void seal_begin(struct connection *conn);

/* ARC-Authentication-Results with our name, of a chain whose seals do not
 * verify: forged, and removed. */
void seal_remove_forged(struct connection *conn);

/* After all other edits: insert the set at the top. */
void seal_edits(struct connection *conn);

/* Our own earlier stamp, to seal from; or NULL. */
const struct header_field *seal_kept(const struct connection *conn);

/* What the event says; NULL where sealing is off. */
const struct event_seal *seal_outcome(struct connection *conn);

#endif
