/*
 * ids - which events were counted already, when they come from two sources
 *
 * An event that is in a file and in the store has the same id in both.  Up to
 * LIMIT_SUMMARY_IDS are known, by 63 bits each; from there on events are
 * counted as they come, which ids_full() tells.
 *
 * Threads:	any.
 */
#ifndef ASSAY_SUMMARY_IDS_H
#define ASSAY_SUMMARY_IDS_H

#include "base/arena.h"

struct ids;

struct ids *ids_new(struct arena *arena);
void ids_free(struct ids *ids);			/* NULL is allowed */

/* True the first time, and for an empty id. */
bool ids_add(struct ids *ids, struct str id);
bool ids_full(const struct ids *ids);

#endif
