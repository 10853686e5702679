/*
 * generation - all that runs between two reloads: a wiring and its event file
 *
 * Counted: every connection holds the generation that it began with, so that
 * a reload takes nothing away from it.
 *
 * Threads:	ref and unref from any.
 */
#ifndef ASSAY_GENERATION_H
#define ASSAY_GENERATION_H

#include "wire/wire.h"

struct generation {
	struct wiring		*wiring;
	struct generation_events *events;	/* NULL: none */
	unsigned		 refs;		/* __atomic builtins */
};

/*
 * Settings, policy, lists and event file afresh.  NULL and the mistakes in
 * diag where anything is wrong; running (or NULL) is not touched then.
 */
struct generation *generation_new(const char *file,
    const char *const *overrides, size_t override_count,
    const struct generation *running, struct diag *diag);

void generation_ref(void *generation);
void generation_unref(void *generation);

/* Of its event file; false: it has none. */
bool generation_event_counts(const struct generation *generation,
    struct event_counts *counts_out);

/* Its event file was renamed by log rotation: go on in a new one. */
void generation_reopen(const struct generation *generation);

/* Wait, but not long, until the events so far are written. */
void generation_flush(const struct generation *generation);

#endif
