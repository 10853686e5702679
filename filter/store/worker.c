#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/queue.h"

enum { FIRST_PAUSE_MS = 50, LAST_PAUSE_MS = 5000, EXPIRE_EVERY_MS = 1000 };

/* On the monotonic clock, as the conditions were made for. */
static struct timespec
at_ms(uint64_t ms)
{
	return (struct timespec){ (time_t)(ms / 1000),
	    (long)(ms % 1000) * 1000000 };
}

void
store_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t ms)
{
	struct timespec at = at_ms(ms);

	if (ms == UINT64_MAX)
		pthread_cond_wait(cond, lock);
	else
		pthread_cond_timedwait(cond, lock, &at);
}

void *
store_run_watch(void *arg)
{
	struct store *store = arg;

	pthread_mutex_lock(&store->lock);
	while (!store->stopping) {
		struct store_call *due = calls_take_due(store, clock_ms(),
		    &store->watch_until);

		if (due == NULL) {
			store_wait(&store->due, &store->lock,
			    store->watch_until);
			continue;
		}
		pthread_mutex_unlock(&store->lock);
		calls_post(due);
		pthread_mutex_lock(&store->lock);
	}
	pthread_mutex_unlock(&store->lock);
	return NULL;
}

/* With the lock. */
static size_t
take_jobs(struct store *store, struct store_job *jobs[LIMIT_STORE_BATCH])
{
	size_t count = 0;

	while (store->first != NULL && count < LIMIT_STORE_BATCH) {
		jobs[count++] = store->first;
		store->first = store->first->next;
	}
	if (store->first == NULL)
		store->last = &store->first;
	return count;
}

/* With the lock: they come again, before all others. */
static void
put_back(struct store *store, struct store_job *const *jobs, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		jobs[i]->next = store->first;
		store->first = jobs[i];
		if (jobs[i]->next == NULL)
			store->last = &jobs[i]->next;
	}
}

/* With the lock: what was done is told; *calls_out is to be posted. */
static void
end_jobs(struct store *store, struct store_job *const *jobs, size_t count,
    struct store_call **calls_out)
{
	for (size_t i = 0; i < count; i++) {
		struct store_call *call = jobs[i]->call;

		jobs[i]->answer.known = true;
		jobs[i]->answer.why = "";
		if (call != NULL) {
			store_call_answer(call, &jobs[i]->answer);
			call->next = *calls_out;
			*calls_out = call;
		}
		free(jobs[i]);
	}
	store->counts.waiting -= count;
}

/* With the lock: nobody waits for a store that is away. */
static void
give_up_calls(struct store *store, struct store_call **calls_out)
{
	static const struct store_answer away = {
		.why = "the store is away" };

	while (store->calls != NULL) {
		struct store_call *call = store->calls;

		store_call_answer(call, &away);
		call->next = *calls_out;
		*calls_out = call;
	}
}

static void
note_state(struct store *store, const char *why)
{
	if (why[0] != '\0' && strcmp(store->why, why) != 0)
		log_error("the store is away: %s", why);
	else if (why[0] == '\0' && store->why[0] != '\0')
		log_info("the store is back");
	if (why[0] != '\0' && store->why[0] == '\0')
		store->counts.failures++;
	snprintf(store->why, sizeof(store->why), "%s", why);
	store->counts.down = why[0] != '\0';
}

/* False: the back end is away. */
static bool
work(struct store *store)
{
	struct store_job *jobs[LIMIT_STORE_BATCH];
	struct store_call *calls = NULL;
	size_t count = take_jobs(store, jobs), done;
	char why[200] = "";

	store->busy = true;
	pthread_mutex_unlock(&store->lock);
	done = store->backend->apply(store->state, jobs, count, why,
	    sizeof(why));
	pthread_mutex_lock(&store->lock);
	store->busy = false;
	end_jobs(store, jobs, done, &calls);
	if (done < count) {
		put_back(store, jobs + done, count - done);
		give_up_calls(store, &calls);
	} else {
		why[0] = '\0';
	}
	note_state(store, why);
	pthread_mutex_unlock(&store->lock);
	calls_post(calls);
	pthread_mutex_lock(&store->lock);
	pthread_cond_broadcast(&store->idle);
	return done == count;
}

/* With the lock: what is over is forgotten, piece by piece between batches. */
static uint64_t
expire(struct store *store)
{
	bool more;

	pthread_mutex_unlock(&store->lock);
	more = store->backend->expire(store->state,
	    clock_unix_us() / 1000);
	pthread_mutex_lock(&store->lock);
	return clock_ms() + (more ? 0 : EXPIRE_EVERY_MS);
}

void *
store_run_worker(void *arg)
{
	struct store *store = arg;
	uint64_t pause = FIRST_PAUSE_MS, expire_at = 0, again_at = 0;

	pthread_mutex_lock(&store->lock);
	while (!store->stopping) {
		uint64_t now = clock_ms();

		if (store->first != NULL && now >= again_at) {
			bool up = work(store);

			pause = up ? FIRST_PAUSE_MS : pause * 2 <
			    LAST_PAUSE_MS ? pause * 2 : LAST_PAUSE_MS;
			again_at = up ? 0 : clock_ms() + pause;
		} else if (now >= expire_at && again_at == 0) {
			expire_at = expire(store);
		} else {
			store_wait(&store->work, &store->lock,
			    again_at > 0 ? again_at : expire_at);
		}
	}
	pthread_mutex_unlock(&store->lock);
	return NULL;
}
