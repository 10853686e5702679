#include "dns/unbound_events.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unbound.h>
#include <unbound-event.h>

#include "base/clock.h"
#include "base/ensure.h"

typedef void event_fn(int fd, short bits, void *arg);

struct events {
	struct ub_event_base	 base;		/* first: see new_event */
	struct loop		*loop;
};

/*
 * What libunbound calls an event: a file, a time, or a file with a time limit.
 * Unless it has UB_EV_PERSIST it comes once.
 */
struct event {
	struct ub_event		 ub;		/* first: see event_of */
	struct loop		*loop;
	struct loop_file	 file;
	struct timer		 timer;
	int			 fd;
	short			 bits;
	event_fn		*call;
	void			*arg;
	bool			 limited;
	uint64_t		 limit_ms;
};

static struct event *
event_of(struct ub_event *ub)
{
	return (struct event *)ub;
}

static uint64_t
milliseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000 +
	    ((uint64_t)time->tv_usec + 999) / 1000;
}

static int
deactivate(struct ub_event *ub)
{
	struct event *event = event_of(ub);

	loop_remove(event->loop, &event->file);
	timer_unset(loop_timers(event->loop), &event->timer);
	return 0;
}

static void
restart_limit(struct event *event)
{
	struct timers *timers = loop_timers(event->loop);

	timer_unset(timers, &event->timer);
	if (event->limited)
		timer_set(timers, &event->timer,
		    clock_ms() + event->limit_ms);
}

/* The call may free the event. */
static void
happened(struct event *event, short bits)
{
	if ((event->bits & UB_EV_PERSIST) == 0)
		deactivate(&event->ub);
	else
		restart_limit(event);
	event->call(event->fd, bits, event->arg);
}

static void
on_ready(struct loop_file *file, unsigned what)
{
	struct event *event = (struct event *)((char *)file -
	    offsetof(struct event, file));
	short bits = (short)(((what & LOOP_READ) != 0 ? UB_EV_READ : 0) |
	    ((what & LOOP_WRITE) != 0 ? UB_EV_WRITE : 0));

	bits &= event->bits;
	happened(event, bits != 0 ? bits :
	    (short)(event->bits & (UB_EV_READ | UB_EV_WRITE)));
}

static void
on_time(struct timer *timer)
{
	struct event *event = (struct event *)((char *)timer -
	    offsetof(struct event, timer));

	happened(event, UB_EV_TIMEOUT);
}

static struct ub_event_vmt event_calls;

static struct ub_event *
new_event(struct ub_event_base *base, int fd, short bits, event_fn *call,
    void *arg)
{
	struct event *event = xcalloc(1, sizeof(*event));

	event->ub.magic = UB_EVENT_MAGIC;
	event->ub.vmt = &event_calls;
	event->loop = ((struct events *)base)->loop;
	event->file.ready = on_ready;
	event->timer.fire = on_time;
	event->fd = fd;
	event->bits = bits;
	event->call = call;
	event->arg = arg;
	return &event->ub;
}

static void
free_event(struct ub_event *ub)
{
	deactivate(ub);
	free(event_of(ub));
}

static void
add_bits(struct ub_event *ub, short bits)
{
	event_of(ub)->bits |= bits;
}

static void
del_bits(struct ub_event *ub, short bits)
{
	event_of(ub)->bits &= (short)~bits;
}

static void
set_fd(struct ub_event *ub, int fd)
{
	event_of(ub)->fd = fd;
}

static int
activate(struct ub_event *ub, struct timeval *limit)
{
	struct event *event = event_of(ub);
	unsigned what =
	    ((event->bits & UB_EV_READ) != 0 ? LOOP_READ : 0U) |
	    ((event->bits & UB_EV_WRITE) != 0 ? LOOP_WRITE : 0U);

	deactivate(ub);
	if (what != 0 && event->fd != -1 &&
	    !loop_add(event->loop, &event->file, event->fd, what))
		return -1;
	event->limited = limit != NULL;
	if (event->limited)
		event->limit_ms = milliseconds(limit);
	restart_limit(event);
	return 0;
}

static int
add_timer(struct ub_event *ub, struct ub_event_base *base, event_fn *call,
    void *arg, struct timeval *time)
{
	struct event *event = event_of(ub);

	(void)base;
	event->call = call;
	event->arg = arg;
	return activate(ub, time);
}

/* libunbound has no signals, and no say over our loop. */
static struct ub_event *
no_signal(struct ub_event_base *base, int signal, event_fn *call, void *arg)
{
	(void)base, (void)signal, (void)call, (void)arg;
	return NULL;
}

static int
no_signal_add(struct ub_event *ub, struct timeval *time)
{
	(void)ub, (void)time;
	return -1;
}

static int
no_dispatch(struct ub_event_base *base)
{
	(void)base;
	return -1;
}

static int
no_exit(struct ub_event_base *base, struct timeval *time)
{
	(void)base, (void)time;
	return 0;
}

static struct ub_event_vmt event_calls = {
	.add_bits = add_bits, .del_bits = del_bits, .set_fd = set_fd,
	.free = free_event, .add = activate, .del = deactivate,
	.add_timer = add_timer, .del_timer = deactivate,
	.add_signal = no_signal_add, .del_signal = deactivate
};

static struct ub_event_base_vmt base_calls = {
	.free = unbound_events_free, .dispatch = no_dispatch,
	.loopexit = no_exit, .new_event = new_event, .new_signal = no_signal
};

struct ub_event_base *
unbound_events_new(struct loop *loop)
{
	struct events *events = xcalloc(1, sizeof(*events));

	events->base.magic = UB_EVENT_MAGIC;
	events->base.vmt = &base_calls;
	events->loop = loop;
	return &events->base;
}

void
unbound_events_free(struct ub_event_base *base)
{
	free(base);
}
