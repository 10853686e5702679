/*
 * date - the date and time of a header field (RFC 5322 section 3.3)
 *
 * With the obsolete forms of section 4.3: comments anywhere, years of two or
 * three digits, zones by name (those that nobody knows count as UTC).
 */
#ifndef ASSAY_MAIL_DATE_H
#define ASSAY_MAIL_DATE_H

#include "base/str.h"

/*
 * Seconds since 1970, UTC.  False: it is no date, or a day, hour, minute,
 * second or zone that there is not, or something is behind it.  The name of
 * the day need not be right.
 */
bool date_read(struct str value, int64_t *unix_out);

#endif
