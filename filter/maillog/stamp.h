/*
 * stamp - the time at the front of a log line
 *
 *	Nov  2 03:04:05			syslog (RFC 3164 4.1.2), journalctl
 *	Nov  2 03:04:05.123456		journalctl -o short-precise
 *	2026-11-02T03:04:05.123456+01:00	RFC 3339; also "+0100" as of
 *					journalctl -o short-iso, and a blank
 *					for the T; without a zone it is local
 *	Mon 2026-11-02 03:04:05 UTC	journalctl -o short-full
 *	1793588645.123456		journalctl -o short-unix
 *
 * Local times are those of this machine (TZ).  A stamp without a year has the
 * year of the one before, or the next where it would go back by half a year: a
 * log may run over the end of a year, and its clock may be set back there.
 * The first one of a file lies within the year before the file was written
 * last.
 *
 * Units:	microseconds since 1970 (UTC).
 * Hostile:	every octet.
 * Threads:	one at a time for one struct.
 */
#ifndef ASSAY_MAILLOG_STAMP_H
#define ASSAY_MAILLOG_STAMP_H

#include "base/str.h"

struct stamp {
	int64_t	year;		/* of the last one without; 0: none yet */
	bool	has_last;
	int64_t	last_s;		/* local seconds of the one before */
	int64_t	before_s;	/* as above, local; unused with a year */
	int64_t	hour, offset_s;	/* what local time was there, remembered */
};

/* A new file, written last at this time; year: of its first line, 0 if that
 * is not known. */
void stamp_begin(struct stamp *stamp, int64_t before_us, int64_t year);

/* Take it off the front of *rest, with the blanks behind it.  False: there is
 * none, and nothing was taken. */
bool stamp_read(struct stamp *stamp, struct str *rest, int64_t *time_us_out);

#endif
