#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "dns/resolver_back.h"
#include "dns/resolver_state.h"

enum { LINGER_MS = 1000 };

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

void
resolver_wake_by(struct resolver *dns, uint64_t due)
{
	if (!dns->started)
		start_thread(dns);
	if (due >= dns->sleeps_until)
		return;
	dns->sleeps_until = due;
	loop_wake(dns->loop);
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
		lookup_deliver(lookup);
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
		resolver_wake_by(dns, 0);
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
	for (size_t i = 0; i < DNS_STATUS_COUNT; i++)
		out->by_status[i] = dns->by_status[i];
}
