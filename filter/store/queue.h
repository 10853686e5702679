/*
 * queue - what the files of this room know of a running store
 *
 * One thread takes what has come together and does it as one batch; a second
 * one answers calls whose time is over, so that a back end that hangs keeps
 * nobody waiting; a third one writes what waits to the spool.
 *
 * What waits is one row of ops in order.  Its head lies in the spool alone,
 * its end in memory alone, and what is between in both: places in the spool go
 * from spool_done up, and a job in memory says its own.
 */
#ifndef ASSAY_STORE_QUEUE_H
#define ASSAY_STORE_QUEUE_H

#include <pthread.h>

#include "base/limits.h"
#include "store/backend.h"
#include "store/spool.h"

/* What became of an op; the words of STORE_RESULT in metrics/labels.def. */
enum store_outcome {
	STORE_ANSWERED, STORE_UNKNOWN, STORE_TOLD, STORE_DROPPED
};

struct store_call {
	struct strand_task	 task;		/* first: see run_task() */
	struct store		*store;
	struct store_call	*next, **link;	/* of those that wait */
	struct store_job	*job;		/* NULL once it is done */
	struct strand		*strand;
	uint64_t		 deadline_ms;
	uint64_t		 since_us;	/* clock_us() */
	enum store_kind		 kind;
	bool			 posted, cancelled;
	struct store_answer	 answer;
	void			*held;		/* by the answer */
	store_done_fn		*done;
	void			*ctx;
};

enum { WHYS_TOLD = 8 };	/* reasons that are logged */

struct store {
	const struct store_backend *backend;
	void			*state;		/* the worker's own */
	unsigned		 refs;		/* __atomic builtins */
	pthread_t		 worker, watch, spooler;
	pthread_mutex_t		 lock;
	pthread_cond_t		 work, due, idle, spooling;
	struct store_job	*first, **last;	/* in memory */
	/* What the worker has in hand; in memory, too, or read for it. */
	struct store_job	*flight[LIMIT_STORE_BATCH];
	size_t			 flight_count;
	bool			 flight_read;
	size_t			 memory;	/* jobs: queue and flight */
	size_t			 octets;	/* ... of their contents */
	char			 writer[WRITER_ID];
	struct store_call	*calls;		/* that wait */
	uint64_t		 numbers;	/* of jobs, given out */
	uint64_t		 watch_until;	/* clock_ms() */
	bool			 busy, stopping, full;
	/* The spool: NULL where there is none, or another process has it. */
	struct spool		*spool;
	char			*spool_path;	/* NULL: none is to be */
	uint64_t		 spool_max;
	uint64_t		 spool_done, spool_next;	/* places */
	bool			 spool_failing;
	bool			 trimmed;	/* behind what is in flight */
	uint64_t		 told[WHYS_TOLD];	/* why it is away */
	unsigned		 told_count;
	uint64_t		 late_ms;	/* the last answer that was; it
						 * is slow; or 0 */
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

/* With the lock: a job of the memory's comes, or goes. */
static inline void
store_hold(struct store *store, const struct store_job *job, bool comes)
{
	store->memory += comes ? 1 : (size_t)-1;
	store->octets += comes ? job->op.content.len :
	    -job->op.content.len;
}

/* With the lock: what waits, in memory or in the spool. */
uint64_t store_waiting(const struct store *store);
/* With the lock: the place of the next op to be done, if it is one there. */
bool store_reads_spool(const struct store *store, uint64_t *until_out);

/* spooler.c */
/* With the lock: what has places from there on is in memory alone. */
void store_take_back(struct store *store, uint64_t from);
void *store_run_spooler(void *arg);
/* Without the lock, nobody else running: all that waits goes to the spool. */
void store_spool_all(struct store *store);

/* worker.c: the two threads. */
void *store_run_worker(void *arg);
void *store_run_watch(void *arg);
void store_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t until_ms);

#endif
