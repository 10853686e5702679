/*
 * What waits for the store is written to the spool.  The places in it are
 * given before that, with the lock, so that the jobs may be done meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/log.h"
#include "store/job.h"
#include "store/queue.h"
#include "store/spool_record.h"

enum {
	LOOK_EVERY_MS = 100,
	LAG_MS = 250,			/* what waits longer is written */
	ADOPT_EVERY_MS = 1000,
	AT_ONCE = 200			/* records, to hold the lock briefly */
};

struct page {
	char	*text;
	size_t	 len, size;
	size_t	 count;
};

/* With the lock.  False: neither this one nor those behind it are due. */
static bool
add(struct store *store, struct page *page, struct store_job *job,
    uint64_t before)
{
	size_t size = spool_record_size(&job->op);

	if (job->spooled > 0)
		return true;
	if (page->count == AT_ONCE || job->queued_ms > before)
		return false;
	if (page->len + size > page->size) {
		page->size = 2 * page->size + size;
		page->text = xrealloc(page->text, page->size);
	}
	page->len += spool_record_write(job, page->text + page->len);
	page->count++;
	job->spooled = store->spool_next++;
	job->spool_len = size;
	return true;
}

/* With the lock: those that were queued until then. */
static void
collect(struct store *store, struct page *page, uint64_t before)
{
	page->len = page->count = 0;
	if (!store->flight_read)
		for (size_t i = 0; i < store->flight_count; i++)
			if (!add(store, page, store->flight[i], before))
				return;
	for (struct store_job *job = store->first; job != NULL;
	    job = job->next)
		if (!add(store, page, job, before))
			return;
}

static void
unmark(struct store_job *job, uint64_t from)
{
	if (job->spooled >= from)
		job->spooled = job->spool_len = 0;
}

void
store_take_back(struct store *store, uint64_t from)
{
	if (!store->flight_read)
		for (size_t i = 0; i < store->flight_count; i++)
			unmark(store->flight[i], from);
	for (struct store_job *job = store->first; job != NULL;
	    job = job->next)
		unmark(job, from);
	store->spool_next = from;
	if (store->spool_done > from)
		store->spool_done = from;
}

/* With the lock: memory keeps the latest; what is older is in the spool. */
static void
trim(struct store *store)
{
	while ((store->memory > LIMIT_STORE_MEMORY ||
	    store->octets > LIMIT_STORE_MEMORY_OCTETS) &&
	    store->first != NULL && store->first->spooled > 0 &&
	    store->first->call == NULL) {
		struct store_job *job = store->first;

		store->first = job->next;
		if (store->first == NULL)
			store->last = &store->first;
		store_hold(store, job, false);
		job_free(job);
		store->trimmed = true;
	}
}

/* With the lock, which it gives up to write.  False: it could not. */
static bool
write_page(struct store *store, const struct page *page)
{
	uint64_t from = store->spool_next - page->count;
	char why[300];
	bool ok;

	pthread_mutex_unlock(&store->lock);
	ok = spool_append(store->spool, str_make(page->text, page->len), why,
	    sizeof(why));
	pthread_mutex_lock(&store->lock);
	if (!ok)
		store_take_back(store, from);
	if (!ok && !store->spool_failing)
		log_error("spool %s; what waits for the store waits in "
		    "memory", why);
	store->spool_failing = !ok;
	return ok;
}

/* With the lock. */
static void
write_due(struct store *store, struct page *page)
{
	do {
		uint64_t now = clock_ms();

		collect(store, page, store->counts.down ? now :
		    now - LAG_MS);
		if (page->count > 0 && !write_page(store, page))
			return;
		trim(store);
	} while (page->count == AT_ONCE);
}

/* With the lock: the process that has it may have ended. */
static void
adopt(struct store *store)
{
	enum spool_status status;
	char why[300];
	struct spool *spool;

	pthread_mutex_unlock(&store->lock);
	status = spool_open(store->spool_path, store->spool_max, &spool, why,
	    sizeof(why));
	pthread_mutex_lock(&store->lock);
	if (status == SPOOL_FOREIGN && !store->spool_failing)
		log_error("spool %s", why);
	store->spool_failing = status == SPOOL_FOREIGN;
	if (status != SPOOL_OK)
		return;
	log_info("spool %s: in use from now on", store->spool_path);
	store->spool = spool;
	store->spool_next += spool_found(spool);
	pthread_cond_signal(&store->work);
}

void *
store_run_spooler(void *arg)
{
	struct store *store = arg;
	struct page page = { .text = NULL };
	uint64_t adopt_at = 0;

	pthread_mutex_lock(&store->lock);
	while (!store->stopping) {
		uint64_t now = clock_ms();

		if (store->spool_path == NULL) {
			store_wait(&store->spooling, &store->lock,
			    UINT64_MAX);
			continue;
		}
		if (store->spool == NULL && now >= adopt_at) {
			adopt_at = now + ADOPT_EVERY_MS;
			adopt(store);
		}
		if (store->spool != NULL)
			write_due(store, &page);
		store_wait(&store->spooling, &store->lock,
		    clock_ms() + LOOK_EVERY_MS);
	}
	pthread_mutex_unlock(&store->lock);
	free(page.text);
	return NULL;
}

void
store_spool_all(struct store *store)
{
	struct page page = { .text = NULL };

	if (store->spool == NULL)
		return;
	pthread_mutex_lock(&store->lock);
	do {
		collect(store, &page, UINT64_MAX);
	} while (page.count > 0 && write_page(store, &page));
	pthread_mutex_unlock(&store->lock);
	free(page.text);
}
