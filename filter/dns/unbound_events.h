/*
 * unbound_events - libunbound's files and times on our loop
 *
 * The pluggable event base of <unbound-event.h>: libunbound then resolves on
 * the thread that runs the loop, and needs neither a thread nor pipes of its
 * own.
 */
#ifndef ASSAY_DNS_UNBOUND_EVENTS_H
#define ASSAY_DNS_UNBOUND_EVENTS_H

#include "dns/loop.h"

struct ub_event_base;

/* For ub_ctx_create_ub_event(); valid as long as the loop. */
struct ub_event_base *unbound_events_new(struct loop *loop);
void unbound_events_free(struct ub_event_base *base);

#endif
