/*
 * queue - what the files of this room know of a running store
 *
 * One thread takes what has come together and does it as one batch; a second
 * one answers calls whose time is over, so that a back end that hangs keeps
 * nobody waiting.
 */
#ifndef ASSAY_STORE_QUEUE_H
#define ASSAY_STORE_QUEUE_H

#include <pthread.h>

#include "store/backend.h"

struct store_call {
	struct strand_task	 task;		/* first: see run_task() */
	struct store		*store;
	struct store_call	*next, **link;	/* of those that wait */
	struct store_job	*job;		/* NULL once it is done */
	struct strand		*strand;
	uint64_t		 deadline_ms;
	bool			 posted, cancelled;
	struct store_answer	 answer;
	store_done_fn		*done;
	void			*ctx;
};

struct store {
	const struct store_backend *backend;
	void			*state;		/* the worker's own */
	unsigned		 refs;		/* __atomic builtins */
	pthread_t		 worker, watch;
	pthread_mutex_t		 lock;
	pthread_cond_t		 work, due, idle;
	struct store_job	*first, **last;
	struct store_call	*calls;		/* that wait */
	uint64_t		 numbers;	/* of jobs, given out */
	uint64_t		 watch_until;	/* clock_ms() */
	bool			 busy, stopping, full;
	char			 why[200];	/* it is away; or "" */
	struct store_counts	 counts;
};

/* call.c, with the lock: the call waits no more; it is to be posted. */
void store_call_answer(struct store_call *call,
    const struct store_answer *answer);
/* Without the lock: have the answers delivered, linked by next. */
void calls_post(struct store_call *calls);
/* With the lock: those that are due by now; *next_out: when others will be. */
struct store_call *calls_take_due(struct store *store, uint64_t now,
    uint64_t *next_out);

/* worker.c: the two threads. */
void *store_run_worker(void *arg);
void *store_run_watch(void *arg);
void store_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t until_ms);

#endif
