/*
 * row - an event as a row of the store, or of a list
 */
#ifndef ASSAY_EVENT_ROW_H
#define ASSAY_EVENT_ROW_H

#include "event/read.h"
#include "store/history.h"

/* The facts that a row needs: [FACT_COUNT], as of struct event_want. */
const bool *event_row_facts(void);

/*
 * The sender is "<>" for a bounce.  An event of an older assay has no id: its
 * row's is empty.  Texts are the record's and the arena's.
 */
void event_row(const struct event_record *record, struct arena *arena,
    struct history_row *row_out);

#endif
