#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/log.h"
#include "store/queue.h"

static const struct store_backend *const backends[] = {
	&store_memory, &store_sqlite, &store_redis, &store_redis_unix
};

static void
start(struct store *store)
{
	pthread_condattr_t monotonic;
	sigset_t all, old;

	pthread_mutex_init(&store->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&store->work, &monotonic);
	pthread_cond_init(&store->due, &monotonic);
	pthread_cond_init(&store->idle, &monotonic);
	pthread_condattr_destroy(&monotonic);
	/* Signals belong to the threads that asked for them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ensure(pthread_create(&store->worker, NULL, store_run_worker,
	    store) == 0);
	ensure(pthread_create(&store->watch, NULL, store_run_watch,
	    store) == 0);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct store *
store_open(struct str where, char *why_out, size_t why_size)
{
	struct store *store;

	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		struct str scheme = str_from(backends[i]->scheme);
		void *state;

		if (!str_starts_nocase(where, scheme))
			continue;
		state = backends[i]->open(str_skip(where, scheme.len),
		    why_out, why_size);
		if (state == NULL)
			return NULL;
		store = xcalloc(1, sizeof(*store));
		store->backend = backends[i];
		store->state = state;
		store->last = &store->first;
		store->refs = 1;
		start(store);
		return store;
	}
	snprintf(why_out, why_size, "write memory:, sqlite:PATH, "
	    "redis://HOST or redis+unix://PATH");
	return NULL;
}

struct store *
store_ref(struct store *store)
{
	__atomic_add_fetch(&store->refs, 1, __ATOMIC_RELAXED);
	return store;
}

static void
drain(struct store *store, uint64_t wait_ms)
{
	uint64_t end = clock_ms() + wait_ms;

	while ((store->first != NULL || store->busy) && clock_ms() < end)
		store_wait(&store->idle, &store->lock, end);
	store->stopping = true;
	if (store->first != NULL)
		log_error("the store ends with %zu things that it was to "
		    "remember", (size_t)store->counts.waiting);
	pthread_cond_broadcast(&store->work);
	pthread_cond_broadcast(&store->due);
}

void
store_close(struct store *store, uint64_t wait_ms)
{
	struct store_job *job, *next;

	if (store == NULL ||
	    __atomic_sub_fetch(&store->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	pthread_mutex_lock(&store->lock);
	drain(store, wait_ms);
	pthread_mutex_unlock(&store->lock);
	pthread_join(store->worker, NULL);
	pthread_join(store->watch, NULL);
	store->backend->close(store->state);
	for (job = store->first; job != NULL; job = next) {
		next = job->next;
		free(job);
	}
	pthread_cond_destroy(&store->work);
	pthread_cond_destroy(&store->due);
	pthread_cond_destroy(&store->idle);
	pthread_mutex_destroy(&store->lock);
	free(store);
}
