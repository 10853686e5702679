/*
 * order - logs in the order in which they were begun
 *
 * A shell gives "mail.log mail.log.1": the newest first.  The lines of a
 * message may stand in two of them, and are to be read as they were written.
 *
 * By the time of the first line that has one; standard input and what has none
 * come last, in the order in which they are given.
 */
#ifndef ASSAY_MAILLOG_ORDER_H
#define ASSAY_MAILLOG_ORDER_H

#include "base/arena.h"

/* When it was written last, by the file; else now_us. */
int64_t order_written_us(const char *path, int64_t now_us);

/* NULL-terminated, as paths is; in the arena.  year: as of stamp_begin(). */
const char *const *order_logs(struct arena *arena, const char *const *paths,
    int64_t now_us, int64_t year);

#endif
