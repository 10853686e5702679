#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/log.h"
#include "store/job.h"
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
	pthread_cond_init(&store->spooling, &monotonic);
	pthread_condattr_destroy(&monotonic);
	/* Signals belong to the threads that asked for them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ensure(pthread_create(&store->worker, NULL, store_run_worker,
	    store) == 0);
	ensure(pthread_create(&store->watch, NULL, store_run_watch,
	    store) == 0);
	ensure(pthread_create(&store->spooler, NULL, store_run_spooler,
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
		store->spool_done = store->spool_next = 1;
		ensure(RAND_bytes((unsigned char *)store->writer,
		    WRITER_ID) == 1);
		start(store);
		return store;
	}
	snprintf(why_out, why_size, "write memory:, sqlite:PATH, "
	    "redis://HOST or redis+unix://PATH");
	return NULL;
}

bool
store_spool(struct store *store, const char *path, uint64_t max,
    char *why_out, size_t why_size)
{
	enum spool_status status;
	struct spool *spool;

	if (!store->backend->outlives)
		return true;
	status = spool_open(path, max, &spool, why_out, why_size);
	if (status == SPOOL_FOREIGN)
		return false;
	if (status != SPOOL_OK)
		log_error("spool %s; until it can be used what waits for the "
		    "store waits in memory", why_out);
	pthread_mutex_lock(&store->lock);
	store->spool_path = xcalloc(1, strlen(path) + 1);
	strcpy(store->spool_path, path);
	store->spool_max = max;
	store->spool = spool;
	if (spool != NULL)
		store->spool_next += spool_found(spool);
	if (spool != NULL && spool_found(spool) > 0)
		log_info("spool %s: %llu things are still to be remembered",
		    path, (unsigned long long)spool_found(spool));
	pthread_cond_signal(&store->work);
	pthread_cond_signal(&store->spooling);
	pthread_mutex_unlock(&store->lock);
	return true;
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

	/* One that is away need not be waited for where there is a spool. */
	while ((store_waiting(store) > 0 || store->busy) && clock_ms() < end &&
	    (!store->counts.down || store->spool == NULL))
		store_wait(&store->idle, &store->lock, end);
	store->stopping = true;
	pthread_cond_broadcast(&store->work);
	pthread_cond_broadcast(&store->due);
	pthread_cond_broadcast(&store->spooling);
}

void
store_close(struct store *store, uint64_t wait_ms)
{
	struct store_job *job, *next;
	uint64_t spooled;

	if (store == NULL ||
	    __atomic_sub_fetch(&store->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	pthread_mutex_lock(&store->lock);
	drain(store, wait_ms);
	pthread_mutex_unlock(&store->lock);
	pthread_join(store->worker, NULL);
	pthread_join(store->watch, NULL);
	pthread_join(store->spooler, NULL);
	store->backend->close(store->state);
	store_spool_all(store);
	spooled = store->spool_next - store->spool_done;
	if (spooled > 0)
		log_info("spool %s: %llu things wait for the store",
		    store->spool_path, (unsigned long long)spooled);
	if (store_waiting(store) > spooled)
		log_error("the store ends with %llu things that it was to "
		    "remember", (unsigned long long)(store_waiting(store) -
		    spooled));
	spool_close(store->spool);
	free(store->spool_path);
	for (job = store->first; job != NULL; job = next) {
		next = job->next;
		job_free(job);
	}
	pthread_cond_destroy(&store->work);
	pthread_cond_destroy(&store->due);
	pthread_cond_destroy(&store->idle);
	pthread_cond_destroy(&store->spooling);
	pthread_mutex_destroy(&store->lock);
	free(store);
}
