/*
 * unbound - the back end that asks the network, by libunbound
 *
 * Asks the servers that it is given, or those of /etc/resolv.conf; validates
 * where there is a trust anchor.  libunbound resolves on the resolver's thread:
 * with a loop of ours it has neither a thread nor pipes of its own.
 *
 * libunbound cannot tell a server that is silent from one that fails: both
 * are DNS_SERVFAIL once it gives up.  The lookup's deadline is the timeout.
 */
#ifndef ASSAY_DNS_UNBOUND_H
#define ASSAY_DNS_UNBOUND_H

#include "dns/backend.h"

/*
 * Whether libunbound knows the answer without asking (RFC 6303 and 6761), for
 * a name in lower case; so it is where the system's servers are asked.
 */
bool unbound_answers_itself(struct str name);

/* Options as of resolver_new(), without "zone:".  NULL: why_out says why. */
struct backend *unbound_backend(const struct resolver_options *options,
    char *why_out, size_t why_size);

#endif
