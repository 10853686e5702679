#include "dns/loop.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ensure.h"

enum { BATCH = 64, WAKE_FD = -1 };

/*
 * A file that is removed while others of its batch run must not be run, even
 * if its number is another's by then: each addition has a number of its own.
 * The kernel is not told of a removal, for a file is nearly always closed
 * next, and forgotten with that.
 */
struct slot {
	struct loop_file	*file;
	uint32_t		 addition;
};

struct loop {
	int			  epoll, wake;
	struct slot		 *slots;	/* by fd */
	size_t			  slot_count;
	uint32_t		  additions;
	struct timers		  timers;
	pthread_mutex_t		  lock;		/* guards what follows */
	struct loop_task	 *first, **last;
	bool			  asleep, woken;
};

static uint64_t
epoll_key(int fd, uint32_t addition)
{
	return (uint64_t)addition << 32 | (uint32_t)fd;
}

struct loop *
loop_new(void)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));
	struct epoll_event event = { .events = EPOLLIN | EPOLLET,
	    .data.u64 = epoll_key(WAKE_FD, 0) };

	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ensure(loop->epoll != -1 && loop->wake != -1);
	/* Edge-triggered, so that nobody needs to read it. */
	ensure(epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->wake, &event) == 0);
	ensure(pthread_mutex_init(&loop->lock, NULL) == 0);
	loop->last = &loop->first;
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	close(loop->epoll);
	close(loop->wake);
	timers_fini(&loop->timers);
	pthread_mutex_destroy(&loop->lock);
	free(loop->slots);
	free(loop);
}

struct timers *
loop_timers(struct loop *loop)
{
	return &loop->timers;
}

/* With the lock. */
static void
wake(struct loop *loop)
{
	loop->woken = true;
	if (!loop->asleep)
		return;
	loop->asleep = false;
	ensure(eventfd_write(loop->wake, 1) == 0 || errno == EAGAIN);
}

void
loop_wake(struct loop *loop)
{
	pthread_mutex_lock(&loop->lock);
	wake(loop);
	pthread_mutex_unlock(&loop->lock);
}

void
loop_post(struct loop *loop, struct loop_task *task)
{
	pthread_mutex_lock(&loop->lock);
	task->next = NULL;
	*loop->last = task;
	loop->last = &task->next;
	wake(loop);
	pthread_mutex_unlock(&loop->lock);
}

static void
grow(struct loop *loop, size_t count)
{
	size_t old = loop->slot_count;

	loop->slot_count = count < 64 ? 64 : count * 2;
	loop->slots = xrealloc(loop->slots,
	    loop->slot_count * sizeof(loop->slots[0]));
	memset(loop->slots + old, 0,
	    (loop->slot_count - old) * sizeof(loop->slots[0]));
}

bool
loop_add(struct loop *loop, struct loop_file *file, int fd, unsigned what)
{
	struct epoll_event event = {
		.events = ((what & LOOP_READ) != 0 ? EPOLLIN : 0U) |
		    ((what & LOOP_WRITE) != 0 ? EPOLLOUT : 0U),
		.data.u64 = epoll_key(fd, ++loop->additions)
	};

	ensure(!file->added);
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) == -1 &&
	    (errno != EEXIST ||
	    epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event) == -1))
		return false;
	if ((size_t)fd >= loop->slot_count)
		grow(loop, (size_t)fd + 1);
	loop->slots[fd] = (struct slot){ file, loop->additions };
	file->fd = fd;
	file->added = true;
	return true;
}

void
loop_remove(struct loop *loop, struct loop_file *file)
{
	if (!file->added)
		return;
	loop->slots[file->fd].file = NULL;
	file->added = false;
}

static void
run_file(struct loop *loop, const struct epoll_event *event)
{
	int fd = (int)(uint32_t)event->data.u64;
	unsigned what = 0;
	struct slot *slot;

	if (fd == WAKE_FD)
		return;
	slot = &loop->slots[fd];
	if (slot->file == NULL || slot->addition != event->data.u64 >> 32) {
		/* Removed, but open; or of this batch, which does no harm. */
		if (slot->file == NULL)
			epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
		return;
	}
	/* Errors are found by whoever reads or writes. */
	if ((event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
		what |= LOOP_READ;
	if ((event->events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
		what |= LOOP_WRITE;
	slot->file->ready(slot->file, what);
}

static int
milliseconds_until(uint64_t due)
{
	uint64_t now;

	if (due == UINT64_MAX)
		return -1;
	now = clock_ms();
	if (due <= now)
		return 0;
	return due - now > INT_MAX ? INT_MAX : (int)(due - now);
}

static void
run_files(struct loop *loop, uint64_t until_ms)
{
	struct epoll_event events[BATCH];
	int count = epoll_wait(loop->epoll, events, BATCH,
	    milliseconds_until(until_ms));

	ensure(count >= 0 || errno == EINTR);
	pthread_mutex_lock(&loop->lock);
	loop->asleep = loop->woken = false;
	pthread_mutex_unlock(&loop->lock);
	for (int i = 0; i < count; i++)
		run_file(loop, &events[i]);
}

/* Takes all that is posted; true if there was some, or somebody woke us. */
static bool
run_tasks(struct loop *loop)
{
	struct loop_task *task, *next;
	bool woken;

	pthread_mutex_lock(&loop->lock);
	task = loop->first;
	loop->first = NULL;
	loop->last = &loop->first;
	woken = loop->woken;
	loop->woken = false;
	loop->asleep = !woken;
	pthread_mutex_unlock(&loop->lock);
	for (; task != NULL; task = next) {
		next = task->next;
		task->run(task);
	}
	return woken;
}

void
loop_wait(struct loop *loop, uint64_t until_ms)
{
	uint64_t due;
	struct timer *timer;

	if (run_tasks(loop))
		return;
	due = timers_next(&loop->timers);
	run_files(loop, due < until_ms ? due : until_ms);
	if (timers_next(&loop->timers) == UINT64_MAX)
		return;
	while ((timer = timers_take(&loop->timers, clock_ms())) != NULL)
		timer->fire(timer);
}
