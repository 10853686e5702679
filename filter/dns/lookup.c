#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "dns/resolver_state.h"
#include "metrics/metrics.h"

static void
count_up(atomic_uint_least64_t *count)
{
	atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

void
lookup_free(struct dns_lookup *lookup)
{
	answer_unref(lookup->answer);
	strand_unref(lookup->strand);
	free(lookup);
}

void
lookup_deliver(struct dns_lookup *lookup)
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
	lookup_deliver((struct dns_lookup *)task);
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
	resolver_wake_by(dns, 0);
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
	resolver_wake_by(dns, timers_next(&dns->timers));
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
