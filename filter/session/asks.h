/*
 * asks - functions of a policy whose answers come from elsewhere
 *
 * The store; DNS lists are in listed.h.  The same call with the same arguments
 * is one question in its scope, however often rules ask it; rules that can turn
 * on the answer wait for it.
 */
#ifndef ASSAY_SESSION_ASKS_H
#define ASSAY_SESSION_ASKS_H

#include "policy/policy.h"
#include "session/session.h"

struct ask;

struct asks {
	struct ask	*first;
	size_t		 count;		/* at most LIMIT_ASKS */
	bool		 owed;		/* one waits for who the client is */
	unsigned	 checks;	/* CHECK_BITs: one waits for these */
};

/*
 * rate(key, period) and rate.rcpts(key, period): messages or recipients with
 * this key, those of this message included; of a list the highest of its
 * members.  rate.crossed(key, period, limit): this is the first message that
 * is over the limit.
 */
void asks_rate(struct connection *conn, const struct policy_call *call,
    struct fact *result);
void asks_rate_rcpts(struct connection *conn, const struct policy_call *call,
    struct fact *result);
void asks_rate_crossed(struct connection *conn,
    const struct policy_call *call, struct fact *result);
/*
 * reputation(id) from -1 to 1, and reputation.confidence(id) from 0 to 1; none
 * of who has proved nothing.
 */
void asks_reputation(struct connection *conn, const struct policy_call *call,
    struct fact *result);
void asks_reputation_confidence(struct connection *conn,
    const struct policy_call *call, struct fact *result);
/* greylist(delay) of this client, sender and recipient (RFC 6647). */
void asks_greylist(struct connection *conn, const struct policy_call *call,
    struct fact *result);

/* Forget those of a scope and of the ones inside it. */
void asks_reset(struct connection *conn, unsigned from_scope);
/* One is on its way. */
bool asks_are_pending(const struct connection *conn);
/* What has no answer yet gets none. */
void asks_abandon(struct connection *conn, const char *why);

#endif
