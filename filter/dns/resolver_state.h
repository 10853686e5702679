/*
 * resolver_state - what lookup.c and resolver.c share of a resolver
 *
 * lookup.c asks: each lookup joins a flight, and is posted to its strand with
 * the answer.  resolver.c has the thread, for deadlines, answers that are held
 * back and lookups without a strand.
 */
#ifndef ASSAY_DNS_RESOLVER_STATE_H
#define ASSAY_DNS_RESOLVER_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "dns/backend.h"
#include "dns/cache.h"
#include "dns/resolver.h"

struct dns_lookup {
	struct strand_task	  task;		/* first: see lookup.c */
	struct timer		  timer;	/* its deadline */
	struct dns_lookup	 *next, **link;	/* in its flight, or as ready */
	struct flight		 *flight;	/* NULL: answer is known */
	struct answer		 *answer;
	struct resolver		 *dns;
	struct strand		 *strand;
	dns_done_fn		 *done;
	void			 *ctx;
	uint32_t		  ttl;		/* of answer, as it is now */
	bool			  cancelled;	/* the strand's */
};

/*
 * The lock guards flights, timers, the list of ready lookups and the flags;
 * it is never held while a back end or a done() runs.  The thread starts when
 * first there is something to wait for.
 */
struct resolver {
	struct backend		 *backend;
	struct cache		 *cache;	/* or NULL */
	pthread_mutex_t		  lock;
	struct flights		  flights;
	struct timers		  timers;
	struct dns_lookup	 *ready, **ready_last;	/* without a strand */
	pthread_t		  thread;
	struct loop		 *loop;		/* the back end's, or ours */
	uint64_t		  sleeps_until, lingers_until;
	bool			  flew;		/* since it last slept */
	bool			  started, stop, frees_itself;
	atomic_uint_least64_t	  asked, cache_hits, merged, sent;
	atomic_uint_least64_t	  by_status[DNS_STATUS_COUNT];
};

/*
 * With the lock: have the thread look at what is due by then (clock_ms; 0: at
 * once).
 */
void resolver_wake_by(struct resolver *dns, uint64_t due);

/*
 * On the lookup's strand: done() is told, and the lookup freed.  The resolver
 * may be gone if it was cancelled.
 */
void lookup_deliver(struct dns_lookup *lookup);
void lookup_free(struct dns_lookup *lookup);

#endif
