#include "store/sqlite_log.h"

#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/log.h"

enum { BETWEEN_MS = 200, AFTER_ERROR_MS = 1000 };

const struct sqlite_log_sizes sqlite_log_sizes = { 1000, 32, 16000,
    LIMIT_STORE_LOG_PAGES };

struct sqlite_log {
	sqlite3		*writer;	/* the caller's */
	sqlite3		*own;		/* the thread's */
	struct sqlite_log_sizes sizes;
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	pthread_cond_t	 work, done;
	int		 pages;		/* in the log, after the last commit */
	int		 back;		/* of these were written back */
	int		 wait_at;	/* pages */
	unsigned	 rounds;	/* checkpoints that ended */
	bool		 running, resting, hurry, stopping;
	bool		 failing;	/* and it was said */
};

/* ---- the thread ---- */

static int
left(const struct sqlite_log *log)
{
	return log->pages - log->back;
}

/*
 * Only then: a checkpoint of what another one has just written back can spoil
 * the file if the writer begins a new log that moment (SQLite before 3.51.3).
 */
static bool
is_wanted(const struct sqlite_log *log)
{
	return left(log) > 0 && (log->hurry ||
	    log->pages >= log->sizes.begin);
}

/*
 * Without the lock.  Where something is left SQLite does not synchronize the
 * file yet: the checkpoint that ends it, which the writer may wait for, would
 * take all the longer.
 */
static void
synchronize(sqlite3 *db)
{
	sqlite3_file *file = NULL;

	sqlite3_file_control(db, NULL, SQLITE_FCNTL_FILE_POINTER, &file);
	if (file != NULL && file->pMethods != NULL)
		file->pMethods->xSync(file, SQLITE_SYNC_NORMAL |
		    SQLITE_SYNC_DATAONLY);
}

/* With the lock, which it gives up meanwhile. */
static bool
write_back(struct sqlite_log *log)
{
	int back = 0, rc;

	log->running = true;
	log->hurry = false;
	pthread_mutex_unlock(&log->lock);
	rc = sqlite3_wal_checkpoint_v2(log->own, NULL,
	    SQLITE_CHECKPOINT_PASSIVE, NULL, &back);
	pthread_mutex_lock(&log->lock);
	if (rc == SQLITE_OK)
		log->back = back;
	if (rc == SQLITE_OK && left(log) > 0) {
		pthread_mutex_unlock(&log->lock);
		synchronize(log->own);
		pthread_mutex_lock(&log->lock);
	}
	log->running = false;
	log->rounds++;
	if (rc != SQLITE_OK && rc != SQLITE_BUSY && !log->failing)
		log_error("the store's log cannot be written back: %s",
		    sqlite3_errmsg(log->own));
	log->failing = rc != SQLITE_OK && rc != SQLITE_BUSY;
	pthread_cond_broadcast(&log->done);
	return rc == SQLITE_OK;
}

/* With the lock: others write meanwhile, unless they wait for us. */
static void
rest(struct sqlite_log *log, long ms, bool until_much)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += ms * 1000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	log->resting = true;
	while (!log->stopping && !log->hurry &&
	    !(until_much && left(log) >= log->sizes.begin) &&
	    pthread_cond_timedwait(&log->work, &log->lock, &at) == 0)
		;
	log->resting = false;
}

static void *
run(void *arg)
{
	struct sqlite_log *log = arg;

	pthread_mutex_lock(&log->lock);
	while (!log->stopping) {
		if (!is_wanted(log)) {
			log->hurry = false;
			pthread_cond_broadcast(&log->done);
			pthread_cond_wait(&log->work, &log->lock);
		} else if (!write_back(log)) {
			rest(log, AFTER_ERROR_MS, false);
		} else if (is_wanted(log)) {
			rest(log, BETWEEN_MS, true);
		}
	}
	pthread_mutex_unlock(&log->lock);
	return NULL;
}

/* ---- the writer ---- */

/* After each of its commits. */
static int
note_pages(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct sqlite_log *log = ctx;

	(void)db, (void)name;
	pthread_mutex_lock(&log->lock);
	if (pages < log->pages) {	/* it was begun anew */
		log->back = 0;
		log->wait_at = log->sizes.wait;
	}
	log->pages = pages;
	if (is_wanted(log) && !log->running &&
	    (!log->resting || left(log) >= log->sizes.begin))
		pthread_cond_signal(&log->work);
	pthread_mutex_unlock(&log->lock);
	return SQLITE_OK;
}

static bool
is_long(const struct sqlite_log *log)
{
	return log->pages >= log->wait_at - log->sizes.wait / 4;
}

/*
 * With the lock.  Where others write all the time some is always left: to wait
 * for a few takes the time of two synchronizations, and then it begins anew.
 */
static bool
has_to_wait(const struct sqlite_log *log)
{
	return log->pages >= log->wait_at || log->pages >= log->sizes.full ||
	    (is_long(log) && !log->running && left(log) <= log->sizes.few);
}

/* With the lock: what has come meanwhile is written back, too. */
static void
wait_for_thread(struct sqlite_log *log)
{
	unsigned until = log->rounds + (log->running ? 2 : 1);

	while (left(log) > 0 && (int)(until - log->rounds) > 0) {
		log->hurry = true;
		pthread_cond_signal(&log->work);
		pthread_cond_wait(&log->done, &log->lock);
	}
	/* Where a reader has it go on nevertheless. */
	log->wait_at = log->pages + log->sizes.wait;
}

/*
 * With the lock: it is full, and all of it was written back.  False: somebody
 * still reads it, so that what is written now would go to its end.
 */
static bool
cut(struct sqlite_log *log)
{
	int rc;

	sqlite3_busy_timeout(log->writer, 0);
	rc = sqlite3_wal_checkpoint_v2(log->writer, NULL,
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(log->writer, SQLITE_LOG_BUSY_MS);
	if (rc == SQLITE_OK) {
		log->pages = log->back = 0;
		log->wait_at = log->sizes.wait;
	}
	return rc == SQLITE_OK;
}

bool
sqlite_log_room(struct sqlite_log *log, char *why_out, size_t why_size)
{
	bool full, room;

	pthread_mutex_lock(&log->lock);
	full = log->pages >= log->sizes.full;
	if (has_to_wait(log))
		wait_for_thread(log);
	room = !full || (left(log) <= 0 && cut(log));
	if (!room)
		snprintf(why_out, why_size, "its log is full (%d pages): "
		    "somebody reads the file all the time",
		    log->sizes.full);
	pthread_mutex_unlock(&log->lock);
	return room;
}

bool
sqlite_log_is_short(struct sqlite_log *log)
{
	bool is_short;

	pthread_mutex_lock(&log->lock);
	is_short = left(log) <= 0 ||
	    (left(log) < log->sizes.begin && !is_long(log));
	pthread_mutex_unlock(&log->lock);
	return is_short;
}

/* ---- begin and end ---- */

static bool
open_own(struct sqlite_log *log, const char *path)
{
	if (sqlite3_open_v2(path, &log->own, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return false;
	sqlite3_busy_timeout(log->own, SQLITE_LOG_BUSY_MS);
	/* Reading once opens the log. */
	return sqlite3_exec(log->own, "PRAGMA synchronous = NORMAL;"
	    "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL) ==
	    SQLITE_OK;
}

static void
start(struct sqlite_log *log)
{
	pthread_condattr_t monotonic;
	sigset_t all, old;

	pthread_mutex_init(&log->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&log->work, &monotonic);
	pthread_cond_init(&log->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ensure(pthread_create(&log->thread, NULL, run, log) == 0);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct sqlite_log *
sqlite_log_new(const char *path, sqlite3 *writer,
    const struct sqlite_log_sizes *sizes, char *why_out, size_t why_size)
{
	struct sqlite_log *log = xcalloc(1, sizeof(*log));

	log->writer = writer;
	log->sizes = *sizes;
	log->wait_at = sizes->wait;
	if (!open_own(log, path)) {
		snprintf(why_out, why_size, "%s", sqlite3_errmsg(log->own));
		sqlite3_close(log->own);
		free(log);
		return NULL;
	}
	start(log);
	/* That takes the place of its own checkpoints. */
	sqlite3_wal_hook(writer, note_pages, log);
	return log;
}

void
sqlite_log_free(struct sqlite_log *log)
{
	if (log == NULL)
		return;
	sqlite3_wal_hook(log->writer, NULL, NULL);
	pthread_mutex_lock(&log->lock);
	log->stopping = true;
	pthread_cond_broadcast(&log->work);
	pthread_mutex_unlock(&log->lock);
	pthread_join(log->thread, NULL);
	pthread_cond_destroy(&log->work);
	pthread_cond_destroy(&log->done);
	pthread_mutex_destroy(&log->lock);
	sqlite3_close(log->own);
	free(log);
}
