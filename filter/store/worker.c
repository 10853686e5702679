#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/log.h"
#include "metrics/metrics.h"
#include "store/job.h"
#include "store/queue.h"

enum { FIRST_PAUSE_MS = 50, LAST_PAUSE_MS = 5000 };

static const unsigned expire_again_ms[] = {
	[EXPIRY_ENDS] = 1000, [EXPIRY_GOES_ON] = 0, [EXPIRY_WAITS] = 20
};

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

/* With the lock: from memory. */
static void
take_jobs(struct store *store)
{
	size_t count = 0;

	while (store->first != NULL && count < LIMIT_STORE_BATCH) {
		struct store_job *job = store->first;

		/* Nobody is there to have it: so it is leased for no time. */
		if (job->op.kind == STORE_TAKE && job->call == NULL)
			job->op.period_ms = 0;
		store->flight[count++] = job;
		store->first = job->next;
	}
	if (store->first == NULL)
		store->last = &store->first;
	store->flight_count = count;
	store->flight_read = false;
	store->trimmed = false;
}

/* With the lock; gives it up to read.  False: it cannot be read. */
static bool
read_jobs(struct store *store, uint64_t most)
{
	struct spool *spool = store->spool;
	size_t count;

	pthread_mutex_unlock(&store->lock);
	count = spool_read(spool, store->flight,
	    most < LIMIT_STORE_BATCH ? (size_t)most : LIMIT_STORE_BATCH);
	pthread_mutex_lock(&store->lock);
	store->flight_count = count;
	store->flight_read = true;
	return count > 0;
}

/* With the lock: what memory has, too, is written to it anew. */
static void
lose_spool(struct store *store, uint64_t until)
{
	uint64_t lost = until - store->spool_done;

	log_error("spool %s cannot be read: %llu things that were to be "
	    "remembered are lost", store->spool_path,
	    (unsigned long long)lost);
	store->counts.dropped += lost;
	metric_add(METRIC_ID_STORE_LOST, 0, 0, lost);
	store_take_back(store, until);
	store->spool_done = until;
	spool_forget(store->spool);
}

/* With the lock: they come again, before all others, or out of the spool. */
static void
put_back(struct store *store, size_t done)
{
	for (size_t i = store->flight_count; i-- > done;) {
		struct store_job *job = store->flight[i];

		if (store->flight_read || store->trimmed) {
			if (!store->flight_read)
				store_hold(store, job, false);
			job_free(job);
			continue;
		}
		job->answer = (struct store_answer){ .why = "" };
		job->next = store->first;
		store->first = job;
		if (job->next == NULL)
			store->last = &job->next;
	}
}

/* With the lock: its place in the spool is done, if it has one. */
static void
end_place(struct store *store, const struct store_job *job)
{
	if (store->flight_read) {
		store->spool_done++;
		store->counts.replayed++;
		metric_count(METRIC_ID_STORE_REPLAYED, 0, 0);
	} else if (job->spooled > 0) {
		store->spool_done = job->spooled + 1;
	}
	if (job->spool_len > 0)
		spool_skip(store->spool, job->spool_len);
}

/* With the lock: what was done is told; *calls_out is to be posted. */
static void
end_jobs(struct store *store, size_t count, struct store_call **calls_out)
{
	for (size_t i = 0; i < count; i++) {
		struct store_job *job = store->flight[i];
		struct store_call *call = job->call;

		job->answer.known = !job->refused;
		job->answer.why = job->refused ? "the store refuses it" : "";
		store->counts.dropped += job->refused;
		metric_add(METRIC_ID_STORE_OPS, job->op.kind, STORE_DROPPED,
		    job->refused);
		if (call != NULL) {
			call->held = job->held;
			job->held = NULL;
			store_call_answer(call, &job->answer);
			call->next = *calls_out;
			*calls_out = call;
		}
		end_place(store, job);
		if (!store->flight_read)
			store_hold(store, job, false);
		job_free(job);
	}
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

/* Each is told once: while it is away several may take turns. */
static bool
is_told(struct store *store, const char *why)
{
	uint64_t hash = hash_nocase(str_from(why));

	for (unsigned i = 0; i < store->told_count; i++)
		if (store->told[i] == hash)
			return true;
	if (store->told_count == WHYS_TOLD)
		return true;
	store->told[store->told_count++] = hash;
	return false;
}

static void
note_state(struct store *store, const char *why)
{
	bool was_down = store->counts.down;

	store->counts.down = why[0] != '\0';
	if (!store->counts.down) {
		if (was_down)
			log_info("the store is back");
		store->told_count = 0;
		return;
	}
	if (!is_told(store, why))
		log_error("the store is %saway: %s", was_down ? "still " : "",
		    why);
	if (!was_down) {
		store->counts.failures++;
		metric_count(METRIC_ID_STORE_FAILURES, 0, 0);
	}
	pthread_cond_signal(&store->spooling);
}

/* With the lock: what is first, wherever it lies. */
static bool
take(struct store *store)
{
	uint64_t until;

	if (!store_reads_spool(store, &until))
		take_jobs(store);
	else if (!read_jobs(store, until - store->spool_done))
		lose_spool(store, until);
	return store->flight_count > 0;
}

/* False: the back end is away. */
static bool
work(struct store *store)
{
	struct store_call *calls = NULL;
	size_t count, done;
	char why[200] = "";

	if (!take(store))
		return true;
	store->busy = true;
	count = store->flight_count;
	pthread_mutex_unlock(&store->lock);
	done = store->backend->apply(store->state, store->flight, count, why,
	    sizeof(why));
	pthread_mutex_lock(&store->lock);
	store->busy = false;
	end_jobs(store, done, &calls);
	if (done < count) {
		put_back(store, done);
		give_up_calls(store, &calls);
	} else {
		why[0] = '\0';
	}
	store->flight_count = 0;
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
	enum store_expiry how;

	pthread_mutex_unlock(&store->lock);
	how = store->backend->expire(store->state, clock_unix_us() / 1000);
	pthread_mutex_lock(&store->lock);
	return clock_ms() + expire_again_ms[how];
}

void *
store_run_worker(void *arg)
{
	struct store *store = arg;
	uint64_t pause = FIRST_PAUSE_MS, expire_at = 0, again_at = 0;

	pthread_mutex_lock(&store->lock);
	while (!store->stopping) {
		uint64_t now = clock_ms();

		if (store_waiting(store) > 0 && now >= again_at) {
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
