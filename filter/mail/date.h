/*
 * date - the date and time of a header field (RFC 5322 section 3.3)
 *
 * With the obsolete forms of section 4.3: comments anywhere, years of two or
 * three digits, zones by name (those that nobody knows count as UTC).
 */
#ifndef ASSAY_MAIL_DATE_H
#define ASSAY_MAIL_DATE_H

#include "base/arena.h"

/*
 * Seconds since 1970, UTC.  False: it is no date, or a day, hour, minute,
 * second or zone that there is not, or something is behind it.  The name of
 * the day need not be right.
 */
bool date_read(struct str value, int64_t *unix_out);

/* "Sun, 22 Nov 2026 20:30:00 +0000"; of the years 1970 to 9999. */
struct str date_write(struct arena *arena, int64_t unix_time);

#endif
