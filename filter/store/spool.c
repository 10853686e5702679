#include "store/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/log.h"
#include "store/job.h"
#include "store/spool_record.h"

enum { WINDOW = 4 * SPOOL_RECORD_MAX };	/* what is read at once */

static const char mark[] = "assay spool 1\n";
enum { HEAD = sizeof(mark) - 1 };

struct spool {
	int		 fd;
	char		*path;
	uint64_t	 max;
	uint64_t	 found;
	pthread_mutex_t	 lock;
	uint64_t	 at, end;	/* what is still to be done */
	char		*window;	/* WINDOW octets */
};

/* ---- opening ---- */

static enum spool_status
refuse(const struct spool *spool, enum spool_status status, const char *what,
    char *why, size_t size)
{
	snprintf(why, size, "%s: %s", spool->path, what);
	return status;
}

/* How much there is at this place; none on an error, too. */
static struct str
look(struct spool *spool, uint64_t at)
{
	ssize_t len = pread(spool->fd, spool->window, WINDOW, (off_t)at);

	return str_make(spool->window, len > 0 ? (size_t)len : 0);
}

/* Find the end of what is whole. */
static void
scan(struct spool *spool, uint64_t size)
{
	enum spool_record_status status = SPOOL_RECORD_OK;
	struct spool_record record;
	struct str text = STR_NONE;

	spool->end = HEAD;
	while (spool->end < size) {
		status = spool_record_read(text, &record);
		if (status == SPOOL_RECORD_TORN) {	/* or the window ends */
			text = look(spool, spool->end);
			status = spool_record_read(text, &record);
		}
		if (status != SPOOL_RECORD_OK)
			break;
		text = str_skip(text, record.len);
		spool->end += record.len;
		spool->found++;
	}
	if (spool->end < size)
		log_warn("spool %s: the last %llu octets are %s and left "
		    "out", spool->path,
		    (unsigned long long)(size - spool->end),
		    status == SPOOL_RECORD_DAMAGED ? "damaged" : "torn off");
}

/* An empty file, or one whose first line was torn, is a new one. */
static bool
has_mark(struct spool *spool, uint64_t size)
{
	struct str head = str_slice(look(spool, 0), 0, HEAD);

	return str_eq(head, str_slice(str_from(mark), 0, head.len)) &&
	    head.len == (size < HEAD ? size : HEAD);
}

static enum spool_status
take_on(struct spool *spool, char *why, size_t size)
{
	struct stat st;
	uint64_t octets;

	if (fstat(spool->fd, &st) != 0)
		return refuse(spool, SPOOL_UNUSABLE, strerror(errno), why,
		    size);
	octets = (uint64_t)st.st_size;
	if (!S_ISREG(st.st_mode) || !has_mark(spool, octets))
		return refuse(spool, SPOOL_FOREIGN, "it is no spool of this "
		    "assay; move it away, or set another store_spool", why,
		    size);
	if (octets < HEAD &&
	    pwrite(spool->fd, mark, HEAD, 0) != (ssize_t)HEAD)
		return refuse(spool, SPOOL_UNUSABLE, strerror(errno), why,
		    size);
	scan(spool, octets < HEAD ? HEAD : octets);
	spool->at = HEAD;
	if (ftruncate(spool->fd, (off_t)spool->end) != 0)
		return refuse(spool, SPOOL_UNUSABLE, strerror(errno), why,
		    size);
	return SPOOL_OK;
}

enum spool_status
spool_open(const char *path, uint64_t max, struct spool **spool_out,
    char *why_out, size_t why_size)
{
	struct spool *spool = xcalloc(1, sizeof(*spool));
	enum spool_status status;

	*spool_out = NULL;
	pthread_mutex_init(&spool->lock, NULL);
	spool->path = xcalloc(1, strlen(path) + 1);
	strcpy(spool->path, path);
	spool->max = max;
	spool->window = xcalloc(1, WINDOW);
	spool->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK,
	    0600);
	if (spool->fd < 0)
		status = refuse(spool, SPOOL_UNUSABLE, strerror(errno),
		    why_out, why_size);
	else if (flock(spool->fd, LOCK_EX | LOCK_NB) != 0)
		status = refuse(spool, SPOOL_BUSY, "another process has it",
		    why_out, why_size);
	else
		status = take_on(spool, why_out, why_size);
	if (status == SPOOL_OK)
		*spool_out = spool;
	else
		spool_close(spool);
	return status;
}

void
spool_close(struct spool *spool)
{
	if (spool == NULL)
		return;
	if (spool->fd >= 0)
		close(spool->fd);
	pthread_mutex_destroy(&spool->lock);
	free(spool->window);
	free(spool->path);
	free(spool);
}

/* ---- in use ---- */

uint64_t
spool_found(const struct spool *spool)
{
	return spool->found;
}

uint64_t
spool_octets(const struct spool *spool)
{
	return __atomic_load_n(&spool->end, __ATOMIC_RELAXED);
}

/* What was not written whole is cut off again. */
static void
undo(struct spool *spool)
{
	if (ftruncate(spool->fd, (off_t)spool->end) != 0)
		log_error("spool %s: %s", spool->path, strerror(errno));
	if (spool->at > spool->end)
		spool->at = spool->end;
}

/* With the lock. */
static void
cut(struct spool *spool)
{
	spool->at = HEAD;
	__atomic_store_n(&spool->end, HEAD, __ATOMIC_RELAXED);
	if (ftruncate(spool->fd, HEAD) != 0)
		log_error("spool %s: %s", spool->path, strerror(errno));
}

bool
spool_append(struct spool *spool, struct str records, char *why_out,
    size_t why_size)
{
	bool ok = false;
	ssize_t done;

	pthread_mutex_lock(&spool->lock);
	if (spool->end + records.len > spool->max) {
		snprintf(why_out, why_size, "%s: it is full", spool->path);
	} else {
		done = pwrite(spool->fd, records.ptr, records.len,
		    (off_t)spool->end);
		ok = done == (ssize_t)records.len;
		snprintf(why_out, why_size, "%s: %s", spool->path, done < 0 ?
		    strerror(errno) : "no space");
	}
	if (ok)
		__atomic_store_n(&spool->end, spool->end + records.len,
		    __ATOMIC_RELAXED);
	else
		undo(spool);
	if (ok && spool->at == spool->end)
		cut(spool);	/* they were done meanwhile */
	pthread_mutex_unlock(&spool->lock);
	/* Not for a crash of ours: for one of the machine. */
	if (ok && fdatasync(spool->fd) != 0)
		log_error("spool %s: %s", spool->path, strerror(errno));
	return ok;
}

static struct store_job *
job_of(const struct spool_record *record)
{
	struct store_job *job = job_copy(&record->op);

	memcpy(job->writer, record->writer, WRITER_ID);
	job->number = record->number;
	job->may_repeat = true;
	job->spool_len = record->len;
	return job;
}

size_t
spool_read(struct spool *spool, struct store_job **jobs_out, size_t count)
{
	struct spool_record record;
	struct str text;
	size_t done = 0;

	pthread_mutex_lock(&spool->lock);
	text = look(spool, spool->at);
	while (done < count && text.len > 0 &&
	    spool_record_read(text, &record) == SPOOL_RECORD_OK) {
		jobs_out[done++] = job_of(&record);
		text = str_skip(text, record.len);
	}
	pthread_mutex_unlock(&spool->lock);
	return done;
}

void
spool_skip(struct spool *spool, uint64_t octets)
{
	pthread_mutex_lock(&spool->lock);
	spool->at += octets;
	if (spool->at == spool->end && octets > 0)
		cut(spool);
	pthread_mutex_unlock(&spool->lock);
}

void
spool_forget(struct spool *spool)
{
	pthread_mutex_lock(&spool->lock);
	cut(spool);
	pthread_mutex_unlock(&spool->lock);
}
