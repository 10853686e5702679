/*
 * list_ask - one name that a DNS list is asked for
 *
 * The same name is one question in its scope.  How its answer is judged is in
 * dnslist/: an answer that is no listing, or that of a list which is not to be
 * believed now, is trouble.
 *
 * Threads:	the connection's strand.
 */
#ifndef ASSAY_SESSION_LIST_ASK_H
#define ASSAY_SESSION_LIST_ASK_H

#include "base/limits.h"
#include "dnslist/lists.h"
#include "session/connection.h"

struct list_ask {
	struct list_ask		*next;
	struct connection	*conn;
	enum scope		 scope;
	struct str		 zone, subject, name;
	struct dns_lookup	*lookup, *text_lookup;
	bool			 pending;
	enum listing		 listing;
	const char		*why;		/* TROUBLE */
	struct ip		 values[LIMIT_LIST_VALUES];
	size_t			 value_count;
	struct fact		 text;		/* what the list says of it, if
						 * the policy reads that */
};

/*
 * The question of this name, asked before or now.  The texts live as long as
 * the scope.  NULL: there are too many.
 */
struct list_ask *list_ask_start(struct connection *conn, enum scope scope,
    struct str zone, struct str subject, struct str name);

/* The first value that the call counts; NULL: it is not listed so. */
const struct ip *list_ask_value(const struct list_ask *ask,
    const struct policy_call *call);

/* One is on its way. */
bool list_asks_are_pending(const struct connection *conn);
/* Forget those of a scope and of the ones inside it. */
void list_asks_reset(struct connection *conn, unsigned from_scope);
void list_asks_abandon(struct connection *conn, const char *why);

#endif
