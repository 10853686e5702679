#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "base/log.h"
#include "event/event.h"
#include "metrics/metrics.h"

enum {
	BATCH_LINES = 64,
	RETRY_MS = 1000,
	RETRY_MS_STOPPING = 50,
	POLL_MS = 50,		/* for a FIFO that is full */
	LOG_EVERY_MS = 60000
};

struct line {
	char	*text;		/* the newline counted, not a C string */
	size_t	 len;
};

struct event_writer {
	char		*path;
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	pthread_cond_t	 work, ending;
	/* Under the lock.  The first lines are the thread's while it writes
	 * them; others are only added behind. */
	struct line	*ring;
	size_t		 first, count, octets;
	struct event_counts counts;
	bool		 reopen, stop, ended, abandoned;
	uint64_t	 give_up_ms;	/* once stop is set */
	/* The thread's own. */
	int		 fd;
	size_t		 done;		/* octets of the first line written */
	bool		 torn;		/* the file ends in part of a line */
	bool		 failing;
	uint64_t	 logged_ms, logged_dropped;
};

static bool
ends_in_part_of_a_line(const char *path, int written_fd)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	char last = '\n';

	if (fd < 0)
		return false;
	if (fstat(written_fd, &st) == 0 && st.st_size > 0 &&
	    pread(fd, &last, 1, st.st_size - 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}

/* Non-blocking, so that a FIFO without a reader holds nobody. */
static int
open_file(const char *path, bool *torn_out)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NOCTTY | O_NONBLOCK, 0640);
	struct stat st;

	*torn_out = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    ends_in_part_of_a_line(path, fd);
	return fd;
}

static void
free_writer(struct event_writer *writer)
{
	for (; writer->count > 0; writer->count--) {
		free(writer->ring[writer->first].text);
		writer->first = (writer->first + 1) % LIMIT_EVENT_QUEUE;
	}
	if (writer->fd >= 0)
		close(writer->fd);
	pthread_cond_destroy(&writer->work);
	pthread_cond_destroy(&writer->ending);
	pthread_mutex_destroy(&writer->lock);
	free(writer->ring);
	free(writer->path);
	free(writer);
}

static void
wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t ms)
{
	struct timespec ts = { .tv_sec = (time_t)(ms / 1000),
			       .tv_nsec = (long)(ms % 1000) * 1000000 };

	pthread_cond_timedwait(cond, lock, &ts);
}

/* Without the lock: the log may block. */
static void
report(struct event_writer *writer, int error)
{
	struct event_counts counts;
	uint64_t now = clock_ms();

	event_writer_counts(writer, &counts);
	if (error == 0 && counts.dropped == writer->logged_dropped)
		return;
	if (writer->logged_ms != 0 && now - writer->logged_ms < LOG_EVERY_MS)
		return;
	writer->logged_ms = now;
	writer->logged_dropped = counts.dropped;
	log_warn("events: %s: %s; %llu lines dropped so far", writer->path,
	    error == 0 ? "too slow" : strerror(error),
	    (unsigned long long)counts.dropped);
}

static void
open_afresh(struct event_writer *writer)
{
	bool torn;
	int fd = open_file(writer->path, &torn), error = errno;

	if (fd < 0) {
		pthread_mutex_lock(&writer->lock);
		writer->counts.errors++;
		metric_count(METRIC_ID_EVENTS_ERRORS, 0, 0);
		pthread_mutex_unlock(&writer->lock);
		report(writer, error);
		return;
	}
	close(writer->fd);
	writer->fd = fd;
	/* Part of a line stays behind where it is; all of it goes here, and
	 * where here is the same file, on a line of its own. */
	writer->torn = torn;
	writer->done = 0;
}

/* With the lock. */
static int
gather(struct event_writer *writer, struct iovec *iov)
{
	static char newline[] = "\n";
	int n = 0;

	if (writer->torn)
		iov[n++] = (struct iovec){ newline, 1 };
	for (size_t i = 0; i < writer->count && i < BATCH_LINES; i++) {
		const struct line *line = &writer->ring[(writer->first + i) %
		    LIMIT_EVENT_QUEUE];
		size_t done = i == 0 ? writer->done : 0;

		iov[n++] = (struct iovec){ line->text + done,
					   line->len - done };
	}
	return n;
}

/* With the lock: what was written leaves the queue. */
static void
retire(struct event_writer *writer, size_t written)
{
	if (writer->torn && written > 0) {
		writer->torn = false;
		written--;
	}
	writer->done += written;
	while (writer->count > 0) {
		struct line *line = &writer->ring[writer->first];

		if (writer->done < line->len)
			break;
		writer->done -= line->len;
		writer->octets -= line->len;
		free(line->text);
		writer->first = (writer->first + 1) % LIMIT_EVENT_QUEUE;
		writer->count--;
		writer->counts.written++;
		metric_count(METRIC_ID_EVENTS, 0, 0);
	}
}

/* 0, or what went wrong. */
static int
write_batch(struct event_writer *writer, struct iovec *iov, int n,
    size_t *written_out)
{
	struct pollfd pfd = { .fd = writer->fd, .events = POLLOUT };
	ssize_t written = writev(writer->fd, iov, n);

	*written_out = written < 0 ? 0 : (size_t)written;
	if (written > 0 || (written < 0 && errno == EINTR))
		return 0;
	if (written < 0 && errno != EAGAIN)
		return errno;
	if (written == 0)
		return EIO;
	poll(&pfd, 1, POLL_MS);
	return 0;
}

static bool
out_of_time(const struct event_writer *writer)
{
	return writer->stop && clock_ms() >= writer->give_up_ms;
}

/* With the lock, as before and after. */
static void
note_recovery(struct event_writer *writer)
{
	if (!writer->failing || writer->count > 0)
		return;
	writer->failing = false;
	pthread_mutex_unlock(&writer->lock);
	log_info("events: %s: all is written again", writer->path);
	pthread_mutex_lock(&writer->lock);
}

/* With the lock, as before and after. */
static void
work_once(struct event_writer *writer)
{
	struct iovec iov[BATCH_LINES + 1];
	int n = gather(writer, iov), error;
	size_t written;

	pthread_mutex_unlock(&writer->lock);
	error = write_batch(writer, iov, n, &written);
	if (error != 0 || !writer->failing)
		report(writer, error);
	if (error == EPIPE)
		open_afresh(writer);
	pthread_mutex_lock(&writer->lock);
	retire(writer, written);
	if (error == 0) {
		note_recovery(writer);
		return;
	}
	writer->failing = true;
	writer->counts.errors++;
	metric_count(METRIC_ID_EVENTS_ERRORS, 0, 0);
	if (!writer->reopen && !out_of_time(writer))
		wait_until(&writer->ending, &writer->lock, clock_ms() +
		    (writer->stop ? RETRY_MS_STOPPING : RETRY_MS));
}

static void
end_thread(struct event_writer *writer)
{
	size_t left = writer->count;

	writer->counts.dropped += left;
	metric_add(METRIC_ID_EVENTS_DROPPED, 0, 0, left);
	pthread_mutex_unlock(&writer->lock);
	if (left > 0)
		log_warn("events: %s: %zu lines dropped at the end",
		    writer->path, left);
	pthread_mutex_lock(&writer->lock);
	writer->ended = true;
	if (writer->abandoned) {
		pthread_mutex_unlock(&writer->lock);
		free_writer(writer);
		return;
	}
	pthread_cond_broadcast(&writer->ending);
	pthread_mutex_unlock(&writer->lock);
}

static void *
run(void *arg)
{
	struct event_writer *writer = arg;

	pthread_mutex_lock(&writer->lock);
	for (;;) {
		if (writer->reopen) {
			writer->reopen = false;
			pthread_mutex_unlock(&writer->lock);
			open_afresh(writer);
			pthread_mutex_lock(&writer->lock);
		} else if (writer->count > 0 && !out_of_time(writer)) {
			work_once(writer);
		} else if (writer->stop) {
			break;
		} else {
			pthread_cond_wait(&writer->work, &writer->lock);
		}
	}
	end_thread(writer);
	return NULL;
}

/* No signal is the thread's: SIGPIPE and SIGXFSZ come as errors of write. */
static int
start_thread(struct event_writer *writer)
{
	sigset_t all, old;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&writer->thread, NULL, run, writer);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return error;
}

struct event_writer *
event_writer_new(const char *path)
{
	struct event_writer *writer;
	pthread_condattr_t attr;
	bool torn;
	int fd = open_file(path, &torn), error;

	if (fd < 0)
		return NULL;
	writer = xcalloc(1, sizeof(*writer));
	writer->path = strdup(path);
	ensure(writer->path != NULL);
	writer->ring = xcalloc(LIMIT_EVENT_QUEUE, sizeof(*writer->ring));
	writer->fd = fd;
	writer->torn = torn;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->work, &attr);
	pthread_cond_init(&writer->ending, &attr);
	pthread_condattr_destroy(&attr);
	error = start_thread(writer);
	if (error != 0) {
		free_writer(writer);
		errno = error;
		return NULL;
	}
	return writer;
}

void
event_writer_free(struct event_writer *writer, uint64_t wait_ms)
{
	bool ended;

	if (writer == NULL)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->give_up_ms = clock_ms() + wait_ms;
	writer->stop = true;
	pthread_cond_broadcast(&writer->work);
	pthread_cond_broadcast(&writer->ending);
	/* The thread itself needs a moment after that. */
	while (!writer->ended &&
	    clock_ms() < writer->give_up_ms + 4 * POLL_MS)
		wait_until(&writer->ending, &writer->lock,
		    writer->give_up_ms + 4 * POLL_MS);
	ended = writer->ended;
	writer->abandoned = !ended;
	if (!ended)
		pthread_detach(writer->thread);
	pthread_mutex_unlock(&writer->lock);
	if (!ended)
		return;		/* it is stuck in the disk, and frees itself */
	pthread_join(writer->thread, NULL);
	free_writer(writer);
}

bool
event_writer_put(struct event_writer *writer, char *line)
{
	size_t len = strlen(line) + 1;
	bool room;

	line[len - 1] = '\n';
	pthread_mutex_lock(&writer->lock);
	room = !writer->stop && writer->count < LIMIT_EVENT_QUEUE &&
	    len <= LIMIT_EVENT_QUEUE_OCTETS - writer->octets;
	if (room) {
		writer->ring[(writer->first + writer->count) %
		    LIMIT_EVENT_QUEUE] = (struct line){ line, len };
		writer->count++;
		writer->octets += len;
		pthread_cond_signal(&writer->work);
	} else {
		writer->counts.dropped++;
		metric_count(METRIC_ID_EVENTS_DROPPED, 0, 0);
	}
	pthread_mutex_unlock(&writer->lock);
	if (!room)
		free(line);
	return room;
}

void
event_writer_reopen(struct event_writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	writer->reopen = true;
	pthread_cond_broadcast(&writer->work);
	pthread_cond_broadcast(&writer->ending);
	pthread_mutex_unlock(&writer->lock);
}

void
event_writer_counts(struct event_writer *writer,
    struct event_counts *counts_out)
{
	pthread_mutex_lock(&writer->lock);
	*counts_out = writer->counts;
	counts_out->waiting = writer->count;
	pthread_mutex_unlock(&writer->lock);
}
