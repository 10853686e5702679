#include "dns/timer.h"

#include <stdlib.h>

#include "base/ensure.h"

static void
put(struct timers *timers, size_t place, struct timer *timer)
{
	timers->at[place - 1] = timer;
	timer->place = place;
}

static void
move_up(struct timers *timers, size_t place, struct timer *timer)
{
	while (place > 1 && timers->at[place / 2 - 1]->due > timer->due) {
		put(timers, place, timers->at[place / 2 - 1]);
		place /= 2;
	}
	put(timers, place, timer);
}

static void
move_down(struct timers *timers, size_t place, struct timer *timer)
{
	size_t child;

	while ((child = place * 2) <= timers->count) {
		if (child < timers->count &&
		    timers->at[child]->due < timers->at[child - 1]->due)
			child++;
		if (timers->at[child - 1]->due >= timer->due)
			break;
		put(timers, place, timers->at[child - 1]);
		place = child;
	}
	put(timers, place, timer);
}

void
timers_fini(struct timers *timers)
{
	free(timers->at);
}

void
timer_set(struct timers *timers, struct timer *timer, uint64_t due)
{
	ensure(timer->place == 0);
	if (timers->count == timers->size) {
		timers->size = timers->size == 0 ? 64 : timers->size * 2;
		timers->at = xrealloc(timers->at,
		    timers->size * sizeof(timers->at[0]));
	}
	timer->due = due;
	move_up(timers, ++timers->count, timer);
}

void
timer_unset(struct timers *timers, struct timer *timer)
{
	size_t place = timer->place;
	struct timer *last;

	if (place == 0)
		return;
	timer->place = 0;
	last = timers->at[--timers->count];
	if (last == timer)
		return;
	if (place > 1 && timers->at[place / 2 - 1]->due > last->due)
		move_up(timers, place, last);
	else
		move_down(timers, place, last);
}

uint64_t
timers_next(const struct timers *timers)
{
	return timers->count == 0 ? UINT64_MAX : timers->at[0]->due;
}

struct timer *
timers_take(struct timers *timers, uint64_t now)
{
	struct timer *timer;

	if (timers_next(timers) > now || timers->count == 0)
		return NULL;
	timer = timers->at[0];
	timer_unset(timers, timer);
	return timer;
}
