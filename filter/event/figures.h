/*
 * figures - how long a message took and what we signed, out of an event
 *
 * The inverses of what json.c writes, each of what stands behind its key;
 * what is no such thing is skipped, false is broken JSON.
 */
#ifndef ASSAY_EVENT_FIGURES_H
#define ASSAY_EVENT_FIGURES_H

#include "event/pull.h"
#include "event/read.h"

bool event_micros_read(struct pull *pull, uint64_t *us_out);
/* Names of functions: a bit for each row of function_table. */
bool event_functions_read(struct pull *pull, unsigned *bits_out);

bool event_checks_read(struct pull *pull, struct event_figures *figures);
bool event_waits_read(struct pull *pull, struct event_figures *figures);
bool event_made_read(struct pull *pull, struct event_figures *figures);
bool event_sealed_read(struct pull *pull, struct event_figures *figures);
bool event_tagged_read(struct pull *pull, struct event_figures *figures);

#endif
