/*
 * timer - what is to happen at a time: a heap of embedded timers
 *
 * Threads:	one at a time; the owner has a lock.
 */
#ifndef ASSAY_DNS_TIMER_H
#define ASSAY_DNS_TIMER_H

#include <stddef.h>
#include <stdint.h>

struct timer {
	uint64_t	due;		/* clock_ms */
	size_t		place;		/* from 1; 0: not set */
	void		(*fire)(struct timer *timer);
};

struct timers {
	struct timer	**at;
	size_t		  count, size;
};

void timers_fini(struct timers *timers);	/* forgets those still set */

void timer_set(struct timers *timers, struct timer *timer, uint64_t due);
void timer_unset(struct timers *timers, struct timer *timer); /* or not set */

/* The next one's time, UINT64_MAX where there is none. */
uint64_t timers_next(const struct timers *timers);

/* Takes the next one out if it is due; or NULL. */
struct timer *timers_take(struct timers *timers, uint64_t now);

#endif
