/*
 * clock - the two clocks; everything that decides takes its time as an input
 *
 * Deadlines are milliseconds on the monotonic clock.  Signatures expire by
 * Unix time, which is read once a message and then passed along.
 */
#ifndef ASSAY_BASE_CLOCK_H
#define ASSAY_BASE_CLOCK_H

#include <stdint.h>

uint64_t clock_ms(void);	/* monotonic */
uint64_t clock_us(void);	/* monotonic, for timings */
uint64_t clock_work_us(void);	/* what this thread has had of a processor */
int64_t clock_unix(void);	/* seconds since 1970 */
int64_t clock_unix_us(void);

/* Days since 1970-01-01 of a date, the year being 0 or later. */
int64_t clock_days(int64_t year, int64_t month, int64_t day);

#endif
