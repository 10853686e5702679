/*
 * dmarc - what an event tells of its author's DMARC policy, for reports
 */
#ifndef ASSAY_EVENT_DMARC_H
#define ASSAY_EVENT_DMARC_H

#include "event/emit.h"
#include "event/event.h"

/* The keys dmarc_override, dmarc_record, dmarc_notes and report. */
void event_dmarc(struct emit *out, const struct event *event);

#endif
