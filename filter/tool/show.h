/*
 * show - an event for a person to read
 */
#ifndef ASSAY_TOOL_SHOW_H
#define ASSAY_TOOL_SHOW_H

#include "event/event.h"

/* On standard output; all that strangers wrote is made safe for a terminal. */
void show_event(const char *title, const struct event *event);

#endif
