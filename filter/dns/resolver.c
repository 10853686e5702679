#include "dns/resolver.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "dns/flight.h"
#include "dns/resolver_back.h"
#include "metrics/metrics.h"

enum { STATUS_COUNT = DNS_TIMEOUT + 1, LINGER_MS = 1000 };

struct dns_lookup {
	struct strand_task	  task;		/* first: see run_task */
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
	atomic_uint_least64_t	  by_status[STATUS_COUNT];
};

static void
count_up(atomic_uint_least64_t *count)
{
	atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

static void *run_thread(void *arg);

/* With the lock. */
static void
start_thread(struct resolver *dns)
{
	sigset_t all, old;

	/* Signals belong to the threads that asked for them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ensure(pthread_create(&dns->thread, NULL, run_thread, dns) == 0);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	dns->started = true;
}

/* With the lock: have the thread look at what is due by then. */
static void
wake_by(struct resolver *dns, uint64_t due)
{
	if (!dns->started)
		start_thread(dns);
	if (due >= dns->sleeps_until)
		return;
	dns->sleeps_until = due;
	loop_wake(dns->loop);
}

static void
lookup_free(struct dns_lookup *lookup)
{
	answer_unref(lookup->answer);
	strand_unref(lookup->strand);
	free(lookup);
}

/* On the lookup's strand; the resolver may be gone if it was cancelled. */
static void
deliver(struct dns_lookup *lookup)
{
	struct dns_answer answer = lookup->answer->dns;

	answer.ttl = lookup->ttl;
	answer.shared = lookup->answer;
	if (!lookup->cancelled)
		lookup->done(lookup->ctx, &answer);
	lookup_free(lookup);
}

static void
run_task(struct strand_task *task)
{
	deliver((struct dns_lookup *)task);
}

/* Takes the answer over.  The lookup, out of its flight, may be gone after. */
static void
finish(struct resolver *dns, struct dns_lookup *lookup, struct answer *answer,
    uint32_t ttl)
{
	lookup->answer = answer;
	lookup->ttl = ttl;
	count_up(&dns->by_status[answer->dns.status]);
	metric_count(METRIC_ID_LOOKUPS, answer->dns.status, 0);
	if (lookup->strand != NULL) {
		strand_post(lookup->strand, &lookup->task);
		return;
	}
	pthread_mutex_lock(&dns->lock);
	lookup->next = NULL;
	*dns->ready_last = lookup;
	dns->ready_last = &lookup->next;
	wake_by(dns, 0);
	pthread_mutex_unlock(&dns->lock);
}

static void
join(struct flight *flight, struct dns_lookup *lookup)
{
	lookup->flight = flight;
	lookup->next = flight->lookups;
	lookup->link = &flight->lookups;
	if (lookup->next != NULL)
		lookup->next->link = &lookup->next;
	flight->lookups = lookup;
}

static void
leave(struct dns_lookup *lookup)
{
	*lookup->link = lookup->next;
	if (lookup->next != NULL)
		lookup->next->link = lookup->link;
	lookup->flight = NULL;
}

void
backend_answered(struct flight *flight, struct answer *answer)
{
	struct resolver *dns = flight->dns;
	struct dns_lookup *lookup, *next;
	uint32_t ttl = answer->dns.ttl;

	metric_count(METRIC_ID_QUESTIONS, answer->dns.status, 0);
	metric_observe(METRIC_ID_QUESTION_TIME, 0,
	    clock_us() - flight->since_us);
	if (dns->cache != NULL) {
		ttl = cache_ttl(dns->cache, &answer->dns);
		cache_put(dns->cache, answer, clock_ms());
	}
	pthread_mutex_lock(&dns->lock);
	flight_remove(&dns->flights, flight);
	lookup = flight->lookups;
	flight->lookups = NULL;
	for (next = lookup; next != NULL; next = next->next) {
		timer_unset(&dns->timers, &next->timer);
		next->flight = NULL;
	}
	pthread_mutex_unlock(&dns->lock);
	for (; lookup != NULL; lookup = next) {
		next = lookup->next;
		finish(dns, lookup, answer_ref(answer), ttl);
	}
	answer_unref(answer);
	flight_free(flight);
}

/* Timers fire with the lock held and return without it. */
static void
deadline_passed(struct timer *timer)
{
	struct dns_lookup *lookup = (struct dns_lookup *)((char *)timer -
	    offsetof(struct dns_lookup, timer));
	struct resolver *dns = lookup->dns;
	struct answer *answer = answer_empty(lookup->flight->name,
	    lookup->flight->type, DNS_TIMEOUT, "no answer in time");

	leave(lookup);
	pthread_mutex_unlock(&dns->lock);
	finish(dns, lookup, answer, 0);
}

static void
held_back_long_enough(struct timer *timer)
{
	struct flight *flight = (struct flight *)((char *)timer -
	    offsetof(struct flight, timer));
	struct answer *answer = flight->held;

	flight->held = NULL;
	pthread_mutex_unlock(&flight->dns->lock);
	backend_answered(flight, answer);
}

static struct flight *
take_off(struct resolver *dns, struct str name, enum dns_type type)
{
	struct flight *flight = flight_add(&dns->flights, name, type);

	flight->dns = dns;
	flight->since_us = clock_us();
	count_up(&dns->sent);
	return flight;
}

/* Let the lookup wait for the answer; known is one to be held back. */
static void
fly(struct resolver *dns, struct dns_lookup *lookup, struct str name,
    enum dns_type type, uint64_t deadline_ms, struct answer *known,
    uint64_t known_due)
{
	struct flight *flight, *ask = NULL;

	pthread_mutex_lock(&dns->lock);
	flight = flight_find(&dns->flights, name, type);
	if (flight != NULL) {
		count_up(&dns->merged);
		metric_count(METRIC_ID_MERGED, 0, 0);
	} else {
		flight = ask = take_off(dns, name, type);
		if (known != NULL) {
			flight->held = answer_ref(known);
			flight->timer.fire = held_back_long_enough;
			timer_set(&dns->timers, &flight->timer, known_due);
		}
	}
	dns->flew = true;
	join(flight, lookup);
	lookup->timer.fire = deadline_passed;
	timer_set(&dns->timers, &lookup->timer, deadline_ms);
	wake_by(dns, timers_next(&dns->timers));
	pthread_mutex_unlock(&dns->lock);
	answer_unref(known);
	if (ask != NULL && known == NULL)
		dns->backend->ops->ask(dns->backend, ask);
}

/*
 * The answer where it is known without waiting, and the cache's word on its
 * TTL; else the lookup flies.
 */
static struct answer *
answer_or_fly(struct resolver *dns, struct dns_lookup *lookup,
    struct str name, enum dns_type type, uint64_t deadline_ms,
    uint32_t *ttl_out)
{
	struct backend *backend = dns->backend;
	struct answer *known = NULL;
	uint64_t now = clock_ms();
	unsigned delay_ms = 0;

	if (!domain_fits_dns(name))
		return answer_empty(name, type, DNS_NXDOMAIN,
		    "not a name that DNS can carry");
	if (deadline_ms <= now)
		return answer_empty(name, type, DNS_TIMEOUT,
		    "the time was up before it was asked");
	if (dns->cache != NULL) {
		known = cache_get(dns->cache, name, type, now, ttl_out);
		metric_count(METRIC_ID_DNS_CACHE, known == NULL, 0);
		if (known != NULL) {
			count_up(&dns->cache_hits);
			return known;
		}
	}
	if (backend->ops->know != NULL) {
		known = backend->ops->know(backend, name, type, &delay_ms);
		if (delay_ms == 0) {
			count_up(&dns->sent);
			metric_count(METRIC_ID_QUESTIONS,
			    known->dns.status, 0);
			*ttl_out = known->dns.ttl;
			return known;
		}
	}
	fly(dns, lookup, name, type, deadline_ms, known, now + delay_ms);
	return NULL;
}

struct dns_lookup *
lookup_start(struct resolver *dns, struct strand *strand, struct str name,
    enum dns_type type, uint64_t deadline_ms, dns_done_fn *done, void *ctx)
{
	struct dns_lookup *lookup = xcalloc(1, sizeof(*lookup));
	char lower[LIMIT_DOMAIN_OCTETS];
	struct answer *answer;
	uint32_t ttl = 0;

	lookup->task.run = run_task;
	lookup->dns = dns;
	lookup->strand = strand == NULL ? NULL : strand_ref(strand);
	lookup->done = done;
	lookup->ctx = ctx;
	count_up(&dns->asked);
	name = domain_chop_dot(name);
	if (name.len <= sizeof(lower)) {
		for (size_t i = 0; i < name.len; i++)
			lower[i] = ascii_lower(name.ptr[i]);
		name.ptr = lower;
	}
	answer = answer_or_fly(dns, lookup, name, type, deadline_ms, &ttl);
	if (answer != NULL)
		finish(dns, lookup, answer, ttl);
	return lookup;
}

void
lookup_cancel(struct dns_lookup *lookup)
{
	struct resolver *dns;
	bool flying;

	if (lookup == NULL)
		return;
	dns = lookup->dns;
	pthread_mutex_lock(&dns->lock);
	flying = lookup->flight != NULL;
	if (flying) {
		timer_unset(&dns->timers, &lookup->timer);
		leave(lookup);
	}
	pthread_mutex_unlock(&dns->lock);
	if (flying)
		lookup_free(lookup);
	else
		lookup->cancelled = true;
}

/* With the lock, which is dropped meanwhile.  False: there is nothing. */
static bool
run_one(struct resolver *dns)
{
	struct timer *timer = timers_take(&dns->timers, clock_ms());
	struct dns_lookup *lookup = dns->ready;

	if (timer != NULL) {
		timer->fire(timer);
	} else if (lookup != NULL) {
		dns->ready = lookup->next;
		if (dns->ready == NULL)
			dns->ready_last = &dns->ready;
		pthread_mutex_unlock(&dns->lock);
		deliver(lookup);
	} else {
		return false;
	}
	pthread_mutex_lock(&dns->lock);
	return true;
}

/*
 * With the lock.  The first deadline; with none, a while after the last lookup
 * flew: deadlines are further off, so that in traffic few lookups need to wake
 * the thread for theirs.
 */
static uint64_t
sleep_until(struct resolver *dns)
{
	uint64_t due = timers_next(&dns->timers), now;

	if (due != UINT64_MAX)
		return due;
	now = clock_ms();
	if (dns->flew)
		dns->lingers_until = now + LINGER_MS;
	dns->flew = false;
	return now < dns->lingers_until ? dns->lingers_until : UINT64_MAX;
}

static void resolver_destroy(struct resolver *dns);

static void *
run_thread(void *arg)
{
	struct resolver *dns = arg;
	bool frees_itself;

	pthread_mutex_lock(&dns->lock);
	while (!dns->stop) {
		uint64_t due;

		dns->sleeps_until = 0;
		if (run_one(dns))
			continue;
		due = dns->sleeps_until = sleep_until(dns);
		pthread_mutex_unlock(&dns->lock);
		loop_wait(dns->loop, due);
		pthread_mutex_lock(&dns->lock);
	}
	frees_itself = dns->frees_itself;
	pthread_mutex_unlock(&dns->lock);
	if (frees_itself)
		resolver_destroy(dns);
	return NULL;
}

struct resolver *
resolver_over(struct backend *backend, struct cache *cache)
{
	struct resolver *dns = xcalloc(1, sizeof(*dns));

	dns->backend = backend;
	dns->cache = cache;
	ensure(pthread_mutex_init(&dns->lock, NULL) == 0);
	flights_init(&dns->flights);
	dns->ready_last = &dns->ready;
	dns->loop = backend->loop != NULL ? backend->loop : loop_new();
	return dns;
}

static void
resolver_destroy(struct resolver *dns)
{
	if (dns->backend->loop == NULL)
		loop_free(dns->loop);
	dns->backend->ops->free(dns->backend);
	while (dns->ready != NULL) {
		struct dns_lookup *lookup = dns->ready;

		dns->ready = lookup->next;
		ensure(lookup->cancelled);
		lookup_free(lookup);
	}
	flights_fini(&dns->flights);
	cache_free(dns->cache);
	timers_fini(&dns->timers);
	pthread_mutex_destroy(&dns->lock);
	free(dns);
}

void
resolver_free(struct resolver *dns)
{
	bool own_thread = false;

	if (dns == NULL)
		return;
	pthread_mutex_lock(&dns->lock);
	dns->stop = true;
	if (dns->started) {
		own_thread = pthread_equal(dns->thread, pthread_self());
		dns->frees_itself = own_thread;
		wake_by(dns, 0);
	}
	pthread_mutex_unlock(&dns->lock);
	/* A done() that runs on our thread may drop the last user. */
	if (own_thread) {
		pthread_detach(dns->thread);
		return;
	}
	if (dns->started)
		pthread_join(dns->thread, NULL);
	resolver_destroy(dns);
}

void
resolver_counts(struct resolver *dns, struct resolver_counts *out)
{
	*out = (struct resolver_counts){
		.asked = dns->asked, .cache_hits = dns->cache_hits,
		.merged = dns->merged, .sent = dns->sent
	};
	if (dns->cache != NULL) {
		out->cache_entries = cache_entries(dns->cache);
		out->cache_octets = cache_octets(dns->cache);
	}
	for (size_t i = 0; i < STATUS_COUNT; i++)
		out->by_status[i] = dns->by_status[i];
}
