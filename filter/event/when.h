/*
 * when - points in time as events and admins write them
 *
 * Microseconds since 1970, as in struct event.
 */
#ifndef ASSAY_EVENT_WHEN_H
#define ASSAY_EVENT_WHEN_H

#include "base/str.h"

/*
 * "2026-11-22T10:15:00.123456Z": RFC 3339, always UTC.  It may end early:
 * "2026-11-22" is its midnight, "2026-11" the first of the month.
 */
bool when_read(struct str text, int64_t *time_us_out);

/* The same, or so long before now: "90s", "30m", "12h", "7d", "2w"; "today" and
 * "yesterday" are their midnights (UTC). */
bool when_read_or_ago(struct str text, int64_t now_us, int64_t *time_us_out);

/* "2026-11-22T10:15:00.123456Z"; before 1970 and past 9999 the nearest one
 * that there is. */
enum { WHEN_TEXT_MAX = 32 };
struct str when_text(int64_t time_us, char text_out[WHEN_TEXT_MAX]);

#endif
