#include "base/strand.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/ensure.h"

/*
 * held:   a thread runs tasks or code of the connection.
 * lent:   its holder sleeps until the flag that this points to is set; whoever
 *         posts meanwhile runs the task, so that the sleeper is woken once,
 *         not for every answer on the way.
 * slow:   for a thread that enters or waits; a poster runs these only where
 *         there is none.
 * The lock guards the fields only, for a few instructions; it is never held
 * while a task runs.
 */
struct queue {
	struct strand_task	*first, **last;
};

struct strand {
	pthread_mutex_t		 lock;
	pthread_cond_t		 changed;
	struct queue		 quick, slow;
	bool			 held;
	const bool		*lent;
	atomic_uint		 refs;
};

struct strand *
strand_new(void)
{
	struct strand *strand = xcalloc(1, sizeof(*strand));
	pthread_condattr_t attr;

	ensure(pthread_condattr_init(&attr) == 0);
	ensure(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	ensure(pthread_cond_init(&strand->changed, &attr) == 0);
	ensure(pthread_mutex_init(&strand->lock, NULL) == 0);
	pthread_condattr_destroy(&attr);
	strand->quick.last = &strand->quick.first;
	strand->slow.last = &strand->slow.first;
	atomic_init(&strand->refs, 1);
	return strand;
}

struct strand *
strand_ref(struct strand *strand)
{
	atomic_fetch_add(&strand->refs, 1);
	return strand;
}

void
strand_unref(struct strand *strand)
{
	if (strand == NULL || atomic_fetch_sub(&strand->refs, 1) != 1)
		return;
	ensure(strand->quick.first == NULL && strand->slow.first == NULL &&
	    !strand->held);
	pthread_cond_destroy(&strand->changed);
	pthread_mutex_destroy(&strand->lock);
	free(strand);
}

/* With the lock. */
static void
append(struct queue *queue, struct strand_task *task)
{
	task->next = NULL;
	*queue->last = task;
	queue->last = &task->next;
}

/* With the lock: the next posted task, or NULL. */
static struct strand_task *
take(struct queue *queue)
{
	struct strand_task *task = queue->first;

	if (task == NULL)
		return NULL;
	queue->first = task->next;
	if (queue->first == NULL)
		queue->last = &queue->first;
	return task;
}

/*
 * With the lock, held: run all that is posted, and what is slow where no
 * other thread waits for it.  Returns with the lock.
 */
static void
drain(struct strand *strand)
{
	struct strand_task *task;

	for (;;) {
		task = take(&strand->quick);
		if (task == NULL && strand->lent == NULL)
			task = take(&strand->slow);
		if (task == NULL)
			return;
		pthread_mutex_unlock(&strand->lock);
		task->run(task);
		pthread_mutex_lock(&strand->lock);
	}
}

void
strand_enter(struct strand *strand)
{
	pthread_mutex_lock(&strand->lock);
	while (strand->held || strand->lent != NULL)
		pthread_cond_wait(&strand->changed, &strand->lock);
	strand->held = true;
	pthread_mutex_unlock(&strand->lock);
}

void
strand_leave(struct strand *strand)
{
	pthread_mutex_lock(&strand->lock);
	ensure(strand->held);
	drain(strand);
	strand->held = false;
	pthread_cond_broadcast(&strand->changed);
	pthread_mutex_unlock(&strand->lock);
}

/* With the lock: run it, or leave it to the thread that will. */
static void
post(struct strand *strand, struct queue *queue, struct strand_task *task)
{
	append(queue, task);
	if (strand->held)
		return;
	strand->held = true;
	drain(strand);
	strand->held = false;
	if (strand->lent == NULL || *strand->lent ||
	    strand->slow.first != NULL)
		pthread_cond_broadcast(&strand->changed);
}

void
strand_post(struct strand *strand, struct strand_task *task)
{
	/* A task may drop the last reference but ours. */
	strand_ref(strand);
	pthread_mutex_lock(&strand->lock);
	post(strand, &strand->quick, task);
	pthread_mutex_unlock(&strand->lock);
	strand_unref(strand);
}

void
strand_post_slow(struct strand *strand, struct strand_task *task)
{
	strand_ref(strand);
	pthread_mutex_lock(&strand->lock);
	post(strand, &strand->slow, task);
	pthread_mutex_unlock(&strand->lock);
	strand_unref(strand);
}

/* Who waits does not go on while the strand is held. */
bool
strand_is_waited_in(const struct strand *strand)
{
	return strand->lent != NULL;
}

/* With the lock. */
static void
take_out(struct queue *queue, struct strand_task *task)
{
	struct strand_task **link = &queue->first;

	while (*link != NULL && *link != task)
		link = &(*link)->next;
	if (*link == NULL)
		return;
	*link = task->next;
	if (*link == NULL)
		queue->last = link;
}

void
strand_unpost(struct strand *strand, struct strand_task *task)
{
	pthread_mutex_lock(&strand->lock);
	take_out(&strand->quick, task);
	take_out(&strand->slow, task);
	pthread_mutex_unlock(&strand->lock);
}

/* With the lock, held: sleep until the flag is set, there is something slow to
 * do, or the time is over. */
static void
lend(struct strand *strand, const bool *flag, const struct timespec *until)
{
	static const bool now = true;
	int error = 0;

	strand->held = false;
	strand->lent = flag;
	while (error == 0 && (strand->held ||
	    (!*flag && strand->slow.first == NULL)))
		error = pthread_cond_timedwait(&strand->changed,
		    &strand->lock, until);
	/* Whoever still runs a task is to say when it is done. */
	strand->lent = &now;
	while (strand->held)
		pthread_cond_wait(&strand->changed, &strand->lock);
	strand->held = true;
	strand->lent = NULL;
}

bool
strand_wait(struct strand *strand, const bool *flag, uint64_t deadline_ms)
{
	const struct timespec until = {
		.tv_sec = (time_t)(deadline_ms / 1000),
		.tv_nsec = (long)(deadline_ms % 1000) * 1000000
	};

	pthread_mutex_lock(&strand->lock);
	drain(strand);
	while (!*flag && clock_ms() < deadline_ms) {
		lend(strand, flag, &until);
		if (strand->slow.first != NULL)
			drain(strand);
	}
	pthread_mutex_unlock(&strand->lock);
	return *flag;
}
