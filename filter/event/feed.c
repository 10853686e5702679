#include "event/feed.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

enum { BATCHES_A_JOB = 3, SCRATCH_OCTETS = 32 * 1024 };

static const char *const fault_names[EVENT_FAULT_COUNT] = {
	[EVENT_FAULT_BROKEN] = "broken or cut",
	[EVENT_FAULT_VERSION] = "of a format that is not known",
	[EVENT_FAULT_LONG] = "too long",
};

/* What came of a piece. */
struct batch {
	const char	*file;
	bool		 file_begins;
	bool		 done;		/* and not merged yet */
	uint64_t	 octets;
	void		*part;
	uint64_t	 lines, events, outside;
	struct { uint64_t count, line; } faults[EVENT_FAULT_COUNT];
};

/* Batches go round in a ring: begun and merged in one order. */
struct run {
	const struct event_feed	*feed;
	struct event_want	 want;
	struct event_feed_count	*count;

	pthread_mutex_t		 turn;		/* of the next piece: */
	struct event_pieces	 pieces;
	uint64_t		 begun;

	pthread_mutex_t		 lock;
	pthread_cond_t		 room;
	struct batch		*ring;
	size_t			 ring_size;
	uint64_t		 merged;
	bool			 merging;	/* one thread does */

	/* Of who merges: */
	uint64_t		 file_line;
	uint64_t		 total;		/* octets of all files */
};

const char *
event_fault_name(enum event_fault fault)
{
	return fault_names[fault];
}

/* ---- a piece ---- */

static void
note_fault(struct batch *batch, enum event_fault fault)
{
	if (batch->faults[fault].count++ == 0)
		batch->faults[fault].line = batch->lines;
}

static void
work_line(const struct run *run, struct batch *batch, struct str line,
    struct event_record *record, struct arena *arena)
{
	const struct event_feed *feed = run->feed;

	batch->lines++;
	if (str_trim(line).len == 0)
		return;
	switch (event_read(line, &run->want, arena, record)) {
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
work_piece(const struct run *run, const struct event_piece *piece,
    struct batch *batch, struct event_record *record, struct arena *arena)
{
	struct str text = str_make(piece->text, piece->len);

	batch->part = run->feed->ops->begin(run->feed->ctx);
	if (piece->too_long) {
		batch->lines++;
		note_fault(batch, EVENT_FAULT_LONG);
	}
	while (text.len > 0) {
		const char *newline = memchr(text.ptr, '\n', text.len);
		size_t len = newline == NULL ? text.len :
		    (size_t)(newline - text.ptr);

		work_line(run, batch, str_slice(text, 0, len), record,
		    arena);
		text = str_skip(text, len + 1);
	}
}

/* ---- all of them ---- */

/* Others may be far ahead of who has the oldest batch. */
static void
wait_for_room(struct run *run)
{
	pthread_mutex_lock(&run->lock);
	while (run->begun - run->merged == run->ring_size)
		pthread_cond_wait(&run->room, &run->lock);
	pthread_mutex_unlock(&run->lock);
}

/* NULL: there is no more. */
static struct batch *
next_piece(struct run *run, struct event_piece *piece)
{
	struct batch *batch = NULL;

	pthread_mutex_lock(&run->turn);
	wait_for_room(run);
	if (event_pieces_next(&run->pieces, piece)) {
		pthread_mutex_lock(&run->lock);
		batch = &run->ring[run->begun++ % run->ring_size];
		*batch = (struct batch){ .file = piece->file,
		    .file_begins = piece->file_begins,
		    .octets = piece->octets };
		pthread_mutex_unlock(&run->lock);
	}
	pthread_mutex_unlock(&run->turn);
	return batch;
}

static void
merge(struct run *run, const struct batch *batch)
{
	const struct event_feed *feed = run->feed;
	struct event_feed_count *count = run->count;

	if (batch->file_begins) {
		run->file_line = 0;
		if (feed->ops->source != NULL)
			feed->ops->source(feed->ctx);
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
	feed->ops->merge(feed->ctx, batch->part);
	if (feed->logs.progress != NULL)
		feed->logs.progress(feed->logs.progress_ctx, batch->octets,
		    run->total);
}

/* Whose batch is the oldest merges it, and those behind it that are done. */
static void
end_piece(struct run *run, struct batch *batch)
{
	pthread_mutex_lock(&run->lock);
	batch->done = true;
	while (!run->merging &&
	    run->ring[run->merged % run->ring_size].done) {
		struct batch *oldest =
		    &run->ring[run->merged % run->ring_size];

		run->merging = true;
		pthread_mutex_unlock(&run->lock);
		merge(run, oldest);
		pthread_mutex_lock(&run->lock);
		oldest->done = false;
		run->merged++;
		run->merging = false;
		pthread_cond_signal(&run->room);
	}
	pthread_mutex_unlock(&run->lock);
}

static void *
work(void *ctx)
{
	struct run *run = ctx;
	struct event_record *record = xcalloc(1, sizeof(*record));
	struct arena *arena = arena_new_sized(SCRATCH_OCTETS);
	struct event_piece piece = { .text = NULL };
	struct batch *batch;

	while ((batch = next_piece(run, &piece)) != NULL) {
		work_piece(run, &piece, batch, record, arena);
		end_piece(run, batch);
	}
	free(piece.text);
	arena_free(arena);
	free(record);
	return NULL;
}

static void
take_unread(struct event_feed_count *count, const struct event_pieces *pieces)
{
	count->unread = pieces->unread;
	count->unread_file = pieces->unread_file;
	snprintf(count->unread_why, sizeof(count->unread_why), "%s",
	    pieces->unread_why);
}

void
event_feed_run(const struct event_feed *feed,
    struct event_feed_count *count_out)
{
	const struct event_logs *logs = &feed->logs;
	struct run run = { .feed = feed, .want = feed->want,
	    .count = count_out, .ring_size = logs->jobs * BATCHES_A_JOB,
	    .turn = PTHREAD_MUTEX_INITIALIZER,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .room = PTHREAD_COND_INITIALIZER };
	pthread_t *threads = xcalloc(logs->jobs, sizeof(*threads));

	*count_out = (struct event_feed_count){ 0 };
	run.want.since_us = logs->since_us;
	run.want.until_us = logs->until_us;
	event_pieces_init(&run.pieces, logs->paths, logs->opener, &run.want);
	run.total = event_pieces_total(&run.pieces, logs->paths);
	run.ring = xcalloc(run.ring_size, sizeof(*run.ring));
	for (unsigned i = 1; i < logs->jobs; i++)
		ensure(pthread_create(&threads[i], NULL, work, &run) == 0);
	work(&run);
	for (unsigned i = 1; i < logs->jobs; i++)
		pthread_join(threads[i], NULL);
	take_unread(count_out, &run.pieces);
	event_pieces_fini(&run.pieces);
	free(run.ring);
	free(threads);
}
