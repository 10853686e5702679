#include "probe.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "dns/resolver.h"

enum {
	GOOD_MS = 5000,	/* so long an answer counts */
	BAD_MS = 1000,		/* and so long that there was none */
	ASK_MS = 2000,		/* how long it may take */
	STUCK_MS = 5000,	/* by then the resolver must have told that
				 * there is none */
};

struct probe {
	void			(*told)(void *ctx);
	void			*ctx;
	struct strand		*strand;
	struct dns_lookup	*lookup;	/* the strand's; NULL: told */
	/* The caller's. */
	struct generation	*generation;	/* NULL: nothing is asked */
	uint64_t		 since_ms;
	pthread_mutex_t		 lock;
	enum dns_status		 status;	/* the lock's */
	uint64_t		 known_ms;	/* the same; 0: not known */
};

struct probe *
probe_new(void (*told)(void *ctx), void *ctx)
{
	struct probe *probe = xcalloc(1, sizeof(*probe));

	probe->told = told;
	probe->ctx = ctx;
	probe->strand = strand_new();
	pthread_mutex_init(&probe->lock, NULL);
	return probe;
}

static void
forget(struct probe *probe)
{
	generation_unref(probe->generation);
	probe->generation = NULL;
}

void
probe_free(struct probe *probe)
{
	if (probe == NULL)
		return;
	strand_enter(probe->strand);
	lookup_cancel(probe->lookup);
	strand_leave(probe->strand);
	strand_unref(probe->strand);
	forget(probe);
	pthread_mutex_destroy(&probe->lock);
	free(probe);
}

static void
on_answer(void *ctx, const struct dns_answer *answer)
{
	struct probe *probe = ctx;

	probe->lookup = NULL;
	pthread_mutex_lock(&probe->lock);
	probe->status = answer->status;
	probe->known_ms = clock_ms();
	pthread_mutex_unlock(&probe->lock);
	probe->told(probe->ctx);
}

static void
ask(struct probe *probe, struct generation *generation)
{
	const struct wiring *wiring = generation->wiring;
	struct arena *arena = arena_new();
	struct str name = arena_printf(arena, "ready-%llx.%s",
	    (unsigned long long)clock_us(), wiring->settings->host_name);

	generation_ref(generation);
	probe->generation = generation;
	probe->since_ms = clock_ms();
	strand_enter(probe->strand);
	probe->lookup = lookup_start(wiring->dns, probe->strand, name, DNS_A,
	    probe->since_ms + ASK_MS, on_answer, probe);
	strand_leave(probe->strand);
	arena_free(arena);
}

static bool
is_good(enum dns_status status)
{
	return status == DNS_DATA || status == DNS_NODATA ||
	    status == DNS_NXDOMAIN;
}

/* What was told, as far as it counts still. */
static enum probe_state
known(struct probe *probe)
{
	enum dns_status status;
	uint64_t since;

	pthread_mutex_lock(&probe->lock);
	status = probe->status;
	since = probe->known_ms;
	pthread_mutex_unlock(&probe->lock);
	if (since == 0 || clock_ms() >= since +
	    (is_good(status) ? GOOD_MS : BAD_MS))
		return PROBE_ASKED;
	return is_good(status) ? PROBE_ANSWERS : PROBE_NO_ANSWER;
}

void
probe_settle(struct probe *probe)
{
	bool told;

	if (probe->generation == NULL)
		return;
	pthread_mutex_lock(&probe->lock);
	told = probe->known_ms >= probe->since_ms;
	pthread_mutex_unlock(&probe->lock);
	if (told)
		forget(probe);
}

enum probe_state
probe_look(struct probe *probe, struct generation *generation)
{
	enum probe_state state;

	probe_settle(probe);
	state = known(probe);
	if (state != PROBE_ASKED)
		return state;
	if (probe->generation == NULL)
		ask(probe, generation);
	/* A zone file answers at once. */
	state = known(probe);
	return state == PROBE_ASKED && clock_ms() >= probe->since_ms +
	    STUCK_MS ? PROBE_STUCK : state;
}
