/*
 * listed - what DNS lists say of a connection: dnsbl() and dnswl()
 *
 * Each name is asked once in its scope, whichever rules and however many of
 * them turn on it; calls with other values read the same answer.  Lists are
 * asked ahead of the rules, as soon as what they are asked for is known, and
 * all at once.
 *
 * Threads:	the connection's strand.
 */
#ifndef ASSAY_SESSION_LISTED_H
#define ASSAY_SESSION_LISTED_H

#include "policy/policy.h"

struct connection;
struct list_ask;
struct list_group;

struct listed {				/* zeroed: nothing asked */
	struct list_ask		*asks;
	struct list_group	*groups;
	size_t			 count;		/* of asks: LIMIT_LIST_ASKS */
	uint64_t		 version;	/* of the facts that lists were
						 * asked ahead with */
	bool			 looking_ahead;	/* no rule is decided now */
	struct arena		*scratch;
};

/*
 * dnsbl() and dnswl(): true where the list has the client, or what stands as
 * second argument: an address, the domain of a text, or any item of a list.
 */
void listed_answer(struct connection *conn, const struct policy_call *call,
    struct fact *result);
/* "dnsbl.text" and the like, of a call whose answer is true. */
void listed_tell(struct connection *conn, const struct policy_call *call,
    struct fact *result);

/* Ask what rules may turn on, where facts are new since the last time. */
void listed_ahead(struct connection *conn);

/* Forget what belongs to a scope and to the ones inside it. */
void listed_reset(struct connection *conn, unsigned from_scope);
/* What has no answer yet gets none. */
void listed_abandon(struct connection *conn, const char *why);
void listed_free(struct connection *conn);

#endif
