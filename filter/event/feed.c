#include "event/feed.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"

enum { BATCH_OCTETS = 512 * 1024, BATCHES_A_JOB = 3 };

static const char *const fault_names[EVENT_FAULT_COUNT] = {
	[EVENT_FAULT_BROKEN] = "broken or cut",
	[EVENT_FAULT_VERSION] = "of a format that is not known",
	[EVENT_FAULT_LONG] = "too long",
};

/* Some whole lines of one file, and what came of them. */
struct batch {
	char		*text;
	size_t		 len, size;
	const char	*file;
	bool		 file_begins;
	bool		 too_long;	/* stands for one line, not kept */
	bool		 done;
	void		*part;
	uint64_t	 lines, events, outside;
	struct { uint64_t count, line; } faults[EVENT_FAULT_COUNT];
};

/* Batches go round in a ring: filled, taken and merged in one order. */
struct run {
	const struct event_feed	*feed;
	struct event_feed_count	*count;
	struct batch		*ring;
	size_t			 ring_size;
	uint64_t		 filled, taken, merged;
	bool			 ended;
	pthread_mutex_t		 lock;
	pthread_cond_t		 work, done;

	/* The caller's alone: */
	const char *const	*path;		/* the next one */
	struct event_source	*source;
	bool			 file_begins;
	char			*carry;		/* part of a line */
	size_t			 carry_len, carry_size;
	bool			 dropping;	/* the rest of a long line */
	uint64_t		 file_line;
	uint64_t		 octets_before, octets;
};

const char *
event_fault_name(enum event_fault fault)
{
	return fault_names[fault];
}

/* ---- workers ---- */

static void
note_fault(struct batch *batch, enum event_fault fault)
{
	if (batch->faults[fault].count++ == 0)
		batch->faults[fault].line = batch->lines;
}

static void
work_line(const struct event_feed *feed, struct batch *batch, struct str line,
    struct event_record *record, struct arena *arena)
{
	batch->lines++;
	if (str_trim(line).len == 0)
		return;
	switch (event_read(line, &feed->want, arena, record)) {
	case EVENT_READ_OK:
		batch->events++;
		feed->ops->event(feed->ctx, batch->part, record, arena);
		break;
	case EVENT_READ_OUTSIDE:
		batch->outside++;
		break;
	case EVENT_READ_VERSION:
		note_fault(batch, EVENT_FAULT_VERSION);
		break;
	case EVENT_READ_BROKEN:
		note_fault(batch, EVENT_FAULT_BROKEN);
		break;
	}
	arena_reset(arena);
}

static void
work_batch(const struct event_feed *feed, struct batch *batch,
    struct event_record *record, struct arena *arena)
{
	struct str text = str_make(batch->text, batch->len);

	batch->part = feed->ops->begin(feed->ctx);
	if (batch->too_long) {
		batch->lines++;
		note_fault(batch, EVENT_FAULT_LONG);
	}
	while (text.len > 0) {
		const char *newline = memchr(text.ptr, '\n', text.len);
		size_t len = newline == NULL ? text.len :
		    (size_t)(newline - text.ptr);

		work_line(feed, batch, str_slice(text, 0, len), record,
		    arena);
		text = str_skip(text, len + 1);
	}
}

static void *
work(void *ctx)
{
	struct run *run = ctx;
	struct event_record *record = xcalloc(1, sizeof(*record));
	struct arena *arena = arena_new();

	pthread_mutex_lock(&run->lock);
	for (;;) {
		struct batch *batch;

		while (run->taken == run->filled && !run->ended)
			pthread_cond_wait(&run->work, &run->lock);
		if (run->taken == run->filled)
			break;
		batch = &run->ring[run->taken++ % run->ring_size];
		pthread_mutex_unlock(&run->lock);
		work_batch(run->feed, batch, record, arena);
		pthread_mutex_lock(&run->lock);
		batch->done = true;
		pthread_cond_signal(&run->done);
	}
	pthread_mutex_unlock(&run->lock);
	arena_free(arena);
	free(record);
	return NULL;
}

/* ---- the reader ---- */

static void
note_unread(struct run *run, const char *why)
{
	if (run->count->unread++ > 0)
		return;
	run->count->unread_file = run->path[-1];
	snprintf(run->count->unread_why, sizeof(run->count->unread_why), "%s",
	    why);
}

static uint64_t
size_elsewhere(const struct event_feed *feed, const char *path)
{
	return feed->opener == NULL ? 0 : feed->opener->size(path);
}

static struct event_source *
open_source(const struct event_feed *feed, const char *path, char *why,
    size_t size)
{
	const struct event_opener *opener = feed->opener;
	struct event_source *source;

	if (size_elsewhere(feed, path) > 0)
		return opener->open(opener->ctx, path, &feed->want, why,
		    size);
	source = event_source_open(path);
	if (source == NULL)
		snprintf(why, size, "%s", strerrordesc_np(errno));
	return source;
}

static bool
next_source(struct run *run)
{
	char why[sizeof(run->count->unread_why)];

	while (run->source == NULL && *run->path != NULL) {
		run->source = open_source(run->feed, *run->path++, why,
		    sizeof(why));
		run->file_begins = true;
		if (run->source == NULL)
			note_unread(run, why);
	}
	return run->source != NULL;
}

static void
keep_carry(struct run *run, const char *from, size_t len)
{
	if (run->carry_size < len) {
		run->carry = xrealloc(run->carry, len);
		run->carry_size = len;
	}
	if (len > 0)
		memcpy(run->carry, from, len);
	run->carry_len = len;
}

static void
make_room(struct batch *batch, size_t size)
{
	if (batch->size >= size)
		return;
	batch->text = xrealloc(batch->text, size);
	batch->size = size;
}

static void
end_source(struct run *run)
{
	const char *trouble = event_source_trouble(run->source);

	if (trouble != NULL)
		note_unread(run, trouble);
	run->octets_before += event_source_offset(run->source);
	event_source_close(run->source);
	run->source = NULL;
}

/* False at the end of the file. */
static bool
read_some(struct run *run, struct batch *batch)
{
	ssize_t got = event_source_read(run->source, batch->text + batch->len,
	    batch->size - batch->len);

	if (got <= 0)
		return false;
	batch->len += (size_t)got;
	return true;
}

/* The text begins inside of a line that is too long: up to its end. */
static void
drop(struct run *run, struct batch *batch)
{
	const char *newline = memchr(batch->text, '\n', batch->len);

	if (newline == NULL) {
		batch->len = 0;
		return;
	}
	batch->len -= (size_t)(newline + 1 - batch->text);
	memmove(batch->text, newline + 1, batch->len);
	run->dropping = false;
}

/* Keep what is behind the last end of line for the next batch.  False: there
 * is none, and more is to be read. */
static bool
cut(struct run *run, struct batch *batch)
{
	const char *newline = batch->len == 0 ? NULL :
	    memrchr(batch->text, '\n', batch->len);
	size_t len = newline == NULL ? 0 : (size_t)(newline + 1 -
	    batch->text);

	if (newline != NULL) {
		keep_carry(run, newline + 1, batch->len - len);
		batch->len = len;
		return true;
	}
	if (batch->len < LIMIT_EVENT_LINE_OCTETS)
		return false;
	batch->too_long = true;
	batch->len = 0;
	run->dropping = true;
	return true;
}

/* False: there are no more lines. */
static bool
fill(struct run *run, struct batch *batch)
{
	char *text = batch->text;
	size_t size = batch->size;

	if (!next_source(run))
		return false;
	*batch = (struct batch){ .text = text, .size = size,
	    .file = run->path[-1], .file_begins = run->file_begins };
	run->file_begins = false;
	make_room(batch, BATCH_OCTETS + run->carry_len);
	memcpy(batch->text, run->carry == NULL ? "" : run->carry,
	    run->carry_len);
	batch->len = run->carry_len;
	run->carry_len = 0;
	for (;;) {
		bool more = true;

		while (batch->len < batch->size && more)
			more = read_some(run, batch);
		run->octets = run->octets_before +
		    event_source_offset(run->source);
		if (run->dropping)
			drop(run, batch);
		if (!more) {
			run->dropping = false;
			end_source(run);
			return true;
		}
		if (batch->len == 0)
			continue;
		if (cut(run, batch))
			return true;
		make_room(batch, batch->size * 2);
	}
}

static void
merge(struct run *run, struct batch *batch)
{
	struct event_feed_count *count = run->count;

	if (batch->file_begins) {
		run->file_line = 0;
		if (run->feed->ops->source != NULL)
			run->feed->ops->source(run->feed->ctx);
	}
	for (int i = 0; i < EVENT_FAULT_COUNT; i++) {
		if (batch->faults[i].count > 0 && count->faults[i].count == 0) {
			count->faults[i].file = batch->file;
			count->faults[i].line = run->file_line +
			    batch->faults[i].line;
		}
		count->faults[i].count += batch->faults[i].count;
	}
	run->file_line += batch->lines;
	count->lines += batch->lines;
	count->events += batch->events;
	count->outside += batch->outside;
	run->feed->ops->merge(run->feed->ctx, batch->part);
}

static uint64_t
total_octets(const struct event_feed *feed)
{
	uint64_t total = 0;

	for (const char *const *path = feed->paths; *path != NULL; path++) {
		uint64_t elsewhere = size_elsewhere(feed, *path);

		total += elsewhere > 0 ? elsewhere :
		    event_source_size(*path);
	}
	return total;
}

static void
read_all(struct run *run)
{
	uint64_t total = total_octets(run->feed);
	bool more = true;

	while (more || run->merged < run->filled) {
		struct batch *oldest =
		    &run->ring[run->merged % run->ring_size];
		bool room = run->filled - run->merged < run->ring_size;

		if (more && room) {
			more = fill(run, &run->ring[run->filled %
			    run->ring_size]);
			pthread_mutex_lock(&run->lock);
			run->filled += more;
			run->ended = !more;
			pthread_cond_broadcast(&run->work);
			pthread_mutex_unlock(&run->lock);
			if (run->feed->ops->progress != NULL)
				run->feed->ops->progress(run->feed->ctx,
				    run->octets, total);
			continue;
		}
		pthread_mutex_lock(&run->lock);
		while (!oldest->done)
			pthread_cond_wait(&run->done, &run->lock);
		pthread_mutex_unlock(&run->lock);
		merge(run, oldest);
		run->merged++;
	}
}

void
event_feed_run(const struct event_feed *feed,
    struct event_feed_count *count_out)
{
	struct run run = { .feed = feed, .count = count_out,
	    .path = feed->paths, .ring_size = feed->jobs * BATCHES_A_JOB,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .work = PTHREAD_COND_INITIALIZER,
	    .done = PTHREAD_COND_INITIALIZER };
	pthread_t *threads = xcalloc(feed->jobs, sizeof(*threads));

	*count_out = (struct event_feed_count){ 0 };
	run.ring = xcalloc(run.ring_size, sizeof(*run.ring));
	for (unsigned i = 0; i < feed->jobs; i++)
		ensure(pthread_create(&threads[i], NULL, work, &run) == 0);
	read_all(&run);
	for (unsigned i = 0; i < feed->jobs; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < run.ring_size; i++)
		free(run.ring[i].text);
	free(run.ring);
	free(run.carry);
	free(threads);
}
