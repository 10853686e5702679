/*
 * backend - who knows the answers: a zone file, libunbound, or the stub
 *
 * Names arrive in lower case, without a final dot, and fit DNS.  A back end
 * follows CNAMEs itself, with the cap of resolver.h.
 *
 * Threads:	know() and ask() from any; answers come on any.
 */
#ifndef ASSAY_DNS_BACKEND_H
#define ASSAY_DNS_BACKEND_H

#include "dns/flight.h"
#include "dns/loop.h"

struct backend;

struct backend_ops {
	/*
	 * Without waiting: the answer (one reference is the caller's), and how
	 * many milliseconds it is to be held back.  NULL: use ask.
	 */
	struct answer *(*know)(struct backend *backend, struct str name,
	    enum dns_type type, unsigned *delay_ms_out);

	/*
	 * The flight's name and type.  backend_answered(flight, answer)
	 * follows exactly once, also before this returns, unless free() comes
	 * first.
	 */
	void (*ask)(struct backend *backend, struct flight *flight);

	/* No backend_answered() comes during or after it. */
	void (*free)(struct backend *backend);
};

struct backend {			/* embedded as the first member */
	const struct backend_ops	*ops;
	struct loop			*loop;	/* or NULL: it needs none */
};

/* Implemented by the resolver; takes over one reference to the answer. */
void backend_answered(struct flight *flight, struct answer *answer);

#endif
