/*
 * Calls: how they come in, and how each gets its one answer.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/job.h"
#include "store/queue.h"

static void
call_free(struct store_call *call)
{
	strand_unref(call->strand);
	free(call);
}

static void
run_task(struct strand_task *task)
{
	struct store_call *call = (struct store_call *)task;

	if (!call->cancelled)
		call->done(call->ctx, &call->answer);
	call_free(call);
}

/* With the lock: it waits no more. */
static void
leave(struct store_call *call)
{
	*call->link = call->next;
	if (call->next != NULL)
		call->next->link = call->link;
	if (call->job != NULL)
		call->job->call = NULL;
	call->job = NULL;
}

void
store_call_answer(struct store_call *call, const struct store_answer *answer)
{
	struct store *store = call->store;

	leave(call);
	call->answer = *answer;
	call->posted = true;
	if (answer->known)
		store->counts.answered++;
	else
		store->counts.unknown++;
	call->next = NULL;
}

void
calls_post(struct store_call *calls)
{
	struct store_call *next;

	for (; calls != NULL; calls = next) {
		next = calls->next;
		strand_post(calls->strand, &calls->task);
	}
}

struct store_call *
calls_take_due(struct store *store, uint64_t now, uint64_t *next_out)
{
	static const struct store_answer late = {
		.why = "the store did not answer in time" };
	struct store_call *call, *next, *due = NULL;

	*next_out = UINT64_MAX;
	for (call = store->calls; call != NULL; call = next) {
		next = call->next;
		if (call->deadline_ms <= now) {
			store_call_answer(call, &late);
			call->next = due;
			due = call;
		} else if (call->deadline_ms < *next_out) {
			*next_out = call->deadline_ms;
		}
	}
	return due;
}

/* With the lock.  False: there is no room. */
static bool
enqueue(struct store *store, struct store_job *job)
{
	if (store->counts.waiting >= LIMIT_STORE_WAITING) {
		if (!store->full)
			log_error("the store is behind: what is to be "
			    "remembered is dropped");
		store->full = true;
		store->counts.dropped++;
		return false;
	}
	store->full = false;
	job->number = ++store->numbers;
	job->next = NULL;
	*store->last = job;
	store->last = &job->next;
	store->counts.waiting++;
	pthread_cond_signal(&store->work);
	return true;
}

/* With the lock. */
static void
await(struct store *store, struct store_call *call, struct store_job *job)
{
	call->next = store->calls;
	call->link = &store->calls;
	if (call->next != NULL)
		call->next->link = &call->next;
	store->calls = call;
	call->job = job;
	job->call = call;
	if (call->deadline_ms < store->watch_until)
		pthread_cond_signal(&store->due);
}

struct store_call *
store_ask(struct store *store, struct strand *strand,
    const struct store_op *op, uint64_t deadline_ms, store_done_fn *done,
    void *ctx)
{
	struct store_job *job = job_new(op);
	struct store_call *call = xcalloc(1, sizeof(*call));
	bool waits;

	*call = (struct store_call){ .task = { .run = run_task },
	    .store = store, .strand = strand_ref(strand),
	    .deadline_ms = deadline_ms, .done = done, .ctx = ctx };
	pthread_mutex_lock(&store->lock);
	waits = enqueue(store, job);
	if (!waits) {
		free(job);
		call->answer.why = "too much waits for the store";
	} else if (store->counts.down) {
		waits = false;
		call->answer.why = "the store is away";
	} else {
		await(store, call, job);
	}
	call->posted = !waits;
	store->counts.unknown += !waits;
	pthread_mutex_unlock(&store->lock);
	if (!waits)
		strand_post(strand, &call->task);
	return call;
}

void
store_cancel(struct store_call *call)
{
	struct store *store;

	if (call == NULL)
		return;
	store = call->store;
	pthread_mutex_lock(&store->lock);
	call->cancelled = true;
	if (call->posted) {
		call = NULL;		/* run_task() frees it */
	} else {
		leave(call);
	}
	pthread_mutex_unlock(&store->lock);
	if (call != NULL)
		call_free(call);
}

void
store_tell(struct store *store, const struct store_op *op)
{
	struct store_job *job = job_new(op);
	bool queued;

	pthread_mutex_lock(&store->lock);
	queued = enqueue(store, job);
	pthread_mutex_unlock(&store->lock);
	if (!queued)
		free(job);
}

void
store_counts(struct store *store, struct store_counts *counts_out)
{
	pthread_mutex_lock(&store->lock);
	*counts_out = store->counts;
	pthread_mutex_unlock(&store->lock);
}
