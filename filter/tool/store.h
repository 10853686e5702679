/*
 * store - the store as a source of events, wherever a log can be named
 *
 * "store:" is the one of the settings; else it is named as there, such as
 * "sqlite:/var/lib/assay/assay.db" or "redis://mx.example.com".
 */
#ifndef ASSAY_TOOL_STORE_H
#define ASSAY_TOOL_STORE_H

#include "event/feed.h"
#include "store/history.h"
#include "tool/tool.h"

bool tool_is_store(const char *path);

/* For struct event_feed; common must outlive it. */
struct event_opener tool_store_opener(const struct tool_common *common);

/* The first source that could not be read to its end is a store that failed,
 * not one that lacks events because they are too long for it. */
bool tool_store_failed(const struct event_feed_count *count);

/* A reader, or NULL and why. */
struct history *tool_store_open(const struct tool_common *common,
    const char *path, char *why_out, size_t why_size);

#endif
