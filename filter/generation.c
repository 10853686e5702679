#include "generation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/ensure.h"

/* How long lines that wait to be written may take at the end. */
enum { EVENTS_WAIT_MS = 5000 };

/* The writer of one file; the next generation goes on with it where the path
 * has not changed. */
struct generation_events {
	struct event_writer	*writer;
	char			*path;
	unsigned		 refs;
};

static struct generation_events *
events_open(const char *path, const struct generation *running,
    struct diag *diag)
{
	struct generation_events *events = running == NULL ? NULL :
	    running->events;
	struct event_writer *writer;

	if (events != NULL && strcmp(events->path, path) == 0) {
		__atomic_add_fetch(&events->refs, 1, __ATOMIC_RELAXED);
		return events;
	}
	writer = event_writer_new(path);
	if (writer == NULL) {
		diag_add(diag, DIAG_ERROR, path, 0, 0, STR_NONE,
		    "events cannot be appended: %s", strerror(errno));
		return NULL;
	}
	events = xcalloc(1, sizeof(*events));
	events->writer = writer;
	events->path = strdup(path);
	ensure(events->path != NULL);
	events->refs = 1;
	return events;
}

static void
events_unref(struct generation_events *events)
{
	if (events == NULL ||
	    __atomic_sub_fetch(&events->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	event_writer_free(events->writer, EVENTS_WAIT_MS);
	free(events->path);
	free(events);
}

struct generation *
generation_new(const char *file, const char *const *overrides,
    size_t override_count, const struct generation *running,
    struct diag *diag)
{
	struct settings *settings = settings_load(file, overrides,
	    override_count, diag);
	struct wire_options wire = { .remembers = true,
		.running = running == NULL ? NULL : running->wiring };
	struct generation *generation;
	bool wants_events;

	if (settings == NULL)
		return NULL;
	generation = xcalloc(1, sizeof(*generation));
	generation->refs = 1;
	wants_events = settings->events[0] != '\0';
	if (wants_events) {
		generation->events = events_open(settings->events, running,
		    diag);
		if (generation->events != NULL)
			wire.events = generation->events->writer;
	}
	generation->wiring = wiring_new(settings, &wire, diag);
	if (generation->wiring == NULL ||
	    (wants_events && generation->events == NULL)) {
		generation_unref(generation);
		return NULL;
	}
	return generation;
}

void
generation_ref(void *arg)
{
	struct generation *generation = arg;

	__atomic_add_fetch(&generation->refs, 1, __ATOMIC_RELAXED);
}

/* The wiring first: its engine may still have something to write. */
void
generation_unref(void *arg)
{
	struct generation *generation = arg;

	if (generation == NULL ||
	    __atomic_sub_fetch(&generation->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	wiring_free(generation->wiring);
	events_unref(generation->events);
	free(generation);
}

bool
generation_event_counts(const struct generation *generation,
    struct event_counts *counts_out)
{
	if (generation->events == NULL)
		return false;
	event_writer_counts(generation->events->writer, counts_out);
	return true;
}

void
generation_reopen(const struct generation *generation)
{
	if (generation->events != NULL)
		event_writer_reopen(generation->events->writer);
}

void
generation_flush(const struct generation *generation)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };
	uint64_t until = clock_ms() + EVENTS_WAIT_MS;
	struct event_counts counts;

	while (generation_event_counts(generation, &counts) &&
	    counts.waiting > 0 && clock_ms() < until)
		nanosleep(&pause, NULL);
}
