/*
 * loop - one thread's wait: for files, for times, for other threads
 *
 * Threads:	loop_post() and loop_wake() from any; all else on the one that
 *		waits, or while none does.
 */
#ifndef ASSAY_DNS_LOOP_H
#define ASSAY_DNS_LOOP_H

#include <stdbool.h>

#include "dns/timer.h"

struct loop;

struct loop *loop_new(void);
void loop_free(struct loop *loop);	/* NULL is allowed; runs nothing */

/*
 * Sleep until there is something to do, at most until a time (clock_ms), and
 * do it.  May come back early.
 */
void loop_wait(struct loop *loop, uint64_t until_ms);

/* Embedded in what is posted; not in use while posted. */
struct loop_task {
	struct loop_task	*next;
	void			(*run)(struct loop_task *task);
};
void loop_post(struct loop *loop, struct loop_task *task);

/* The sleep, or the next one, ends at once. */
void loop_wake(struct loop *loop);

/* Timers set here fire within loop_wait(). */
struct timers *loop_timers(struct loop *loop);

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

/* Embedded; zeroed but for ready.  A file is in one loop, once. */
struct loop_file {
	int	fd;
	bool	added;
	void	(*ready)(struct loop_file *file, unsigned what);
};
/* what: bits of LOOP_.  False: no such file. */
bool loop_add(struct loop *loop, struct loop_file *file, int fd,
    unsigned what);
void loop_remove(struct loop *loop, struct loop_file *file); /* or not added */

#endif
