/*
 * probe - does the resolver answer?
 *
 * A question that no cache can know the answer of, for a name below our own,
 * when somebody wants to know; what came of it counts for a while.
 *
 * Threads:	one caller at a time; told() runs on the resolver's.
 */
#ifndef ASSAY_PROBE_H
#define ASSAY_PROBE_H

#include "generation.h"

enum probe_state {
	PROBE_ASKED,		/* told() comes, or time will tell */
	PROBE_ANSWERS,
	PROBE_NO_ANSWER,	/* or SERVFAIL, or a bogus one */
	PROBE_STUCK		/* not even that: the thread does not run */
};

struct probe;

/* told: the state is another one now. */
struct probe *probe_new(void (*told)(void *ctx), void *ctx);
void probe_free(struct probe *probe);		/* NULL is allowed */

/* Asks, if what is known is too old; holds on to the generation until
 * probe_settle() after told(). */
void probe_settle(struct probe *probe);
enum probe_state probe_look(struct probe *probe,
    struct generation *generation);

#endif
