/*
 * Calls: how they come in, and how each gets its one answer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "base/log.h"
#include "metrics/metrics.h"
#include "store/job.h"
#include "store/queue.h"

enum { IN_TIME_MS = 60000 };	/* no answer was late: it is slow no more */

static void
call_free(struct store_call *call)
{
	strand_unref(call->strand);
	free(call->held);
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

static void
count(enum store_kind kind, enum store_outcome outcome)
{
	metric_count(METRIC_ID_STORE_OPS, kind, outcome);
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

static void
note_in_time(struct store *store)
{
	if (store->late_ms == 0 || clock_ms() - store->late_ms < IN_TIME_MS)
		return;
	log_info("the store answers in time again");
	store->late_ms = 0;
}

void
store_call_answer(struct store_call *call, const struct store_answer *answer)
{
	struct store *store = call->store;

	leave(call);
	call->answer = *answer;
	call->posted = true;
	if (answer->known) {
		store->counts.answered++;
		note_in_time(store);
	} else {
		store->counts.unknown++;
	}
	count(call->kind, answer->known ? STORE_ANSWERED :
	    STORE_UNKNOWN);
	metric_observe(METRIC_ID_STORE_TIME, 0, clock_us() - call->since_us);
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

/* With the lock: one that is away is told of by who finds that out. */
static void
note_late(struct store *store, uint64_t now)
{
	if (store->counts.down)
		return;
	if (store->late_ms == 0)
		log_warn("the store is slow: what it does not answer in time "
		    "is unknown");
	store->late_ms = now;
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
			note_late(store, now);
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
	size_t len = job->op.content.len;

	if (store->memory >= LIMIT_STORE_WAITING || (len > 0 &&
	    store->octets + len > LIMIT_STORE_WAITING_OCTETS)) {
		if (!store->full)
			log_error("the store is behind: what is to be "
			    "remembered is dropped");
		store->full = true;
		store->counts.dropped++;
		count(job->op.kind, STORE_DROPPED);
		return false;
	}
	store->full = false;
	memcpy(job->writer, store->writer, WRITER_ID);
	job->number = ++store->numbers;
	job->may_repeat = store->spool_path != NULL;
	job->queued_ms = clock_ms();
	job->next = NULL;
	*store->last = job;
	store->last = &job->next;
	store_hold(store, job, true);
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

/* With the lock.  NULL, or why it need not wait. */
static const char *
begin(struct store *store, struct store_call *call, struct store_job *job)
{
	bool writes = job_writes(&job->op);

	if (job->op.content.len > LIMIT_STORE_ITEM ||
	    (store->counts.down && !writes) || !enqueue(store, job)) {
		const char *why = job->op.content.len > LIMIT_STORE_ITEM ?
		    "it is too long for the store" : store->counts.down ?
		    "the store is away" : "too much waits for the store";

		job_free(job);
		return why;
	}
	if (store->counts.down)
		return "the store is away";
	await(store, call, job);
	return NULL;
}

struct store_call *
store_ask(struct store *store, struct strand *strand,
    const struct store_op *op, uint64_t deadline_ms, store_done_fn *done,
    void *ctx)
{
	struct store_job *job = job_new(op);
	struct store_call *call = xcalloc(1, sizeof(*call));
	const char *why;

	*call = (struct store_call){ .task = { .run = run_task },
	    .store = store, .strand = strand_ref(strand),
	    .deadline_ms = deadline_ms, .since_us = clock_us(),
	    .kind = op->kind, .done = done, .ctx = ctx };
	pthread_mutex_lock(&store->lock);
	why = begin(store, call, job);
	call->posted = why != NULL;
	store->counts.unknown += why != NULL;
	pthread_mutex_unlock(&store->lock);
	if (why != NULL) {
		count(op->kind, STORE_UNKNOWN);
		call->answer.why = why;
		strand_post(strand, &call->task);
	}
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
	queued = op->content.len <= LIMIT_STORE_ITEM;
	store->counts.dropped += !queued;
	if (!queued)
		count(op->kind, STORE_DROPPED);
	queued = queued && enqueue(store, job);
	if (queued)
		count(op->kind, STORE_TOLD);
	pthread_mutex_unlock(&store->lock);
	if (!queued)
		job_free(job);
}

/* The place in the spool where what is in memory begins. */
static uint64_t
memory_begins(const struct store *store)
{
	const struct store_job *job = store->flight_count > 0 &&
	    !store->flight_read ? store->flight[0] : store->first;

	return job != NULL && job->spooled > 0 ? job->spooled :
	    store->spool_next;
}

bool
store_reads_spool(const struct store *store, uint64_t *until_out)
{
	*until_out = memory_begins(store);
	return store->spool_done < *until_out;
}

uint64_t
store_waiting(const struct store *store)
{
	return store->memory + memory_begins(store) - store->spool_done;
}

void
store_counts(struct store *store, struct store_counts *counts_out)
{
	pthread_mutex_lock(&store->lock);
	*counts_out = store->counts;
	counts_out->waiting = store_waiting(store);
	counts_out->spooled = store->spool_next - store->spool_done;
	if (store->spool != NULL)
		counts_out->spool_octets = spool_octets(store->spool);
	counts_out->spool_max = store->spool_path != NULL ?
	    store->spool_max : 0;
	pthread_mutex_unlock(&store->lock);
}
