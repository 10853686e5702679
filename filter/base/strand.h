/*
 * strand - the serial executor of one connection
 *
 * All that touches a connection runs on its strand, one piece at a time, so
 * sessions, checks and facts need no locks of their own.  A front enters the
 * strand for an event and may wait in it for an answer; the resolver's loop
 * posts to it and never waits: a posted task runs at once where the strand is
 * idle or its holder waits in it, else on the thread that holds it.
 *
 * Threads:	any.  Nothing is held while a task runs but the strand itself.
 * Lifetime:	references; a poster holds one while its task may still come.
 */
#ifndef ASSAY_BASE_STRAND_H
#define ASSAY_BASE_STRAND_H

#include <stdbool.h>
#include <stdint.h>

struct strand;

/* Embedded in what is posted; not in use while posted. */
struct strand_task {
	struct strand_task	*next;
	void			(*run)(struct strand_task *task);
};

struct strand *strand_new(void);			/* one reference */
struct strand *strand_ref(struct strand *strand);
void strand_unref(struct strand *strand);		/* NULL is allowed */

/* Wait until the strand is free and hold it.  Not recursive. */
void strand_enter(struct strand *strand);
/* Run what was posted meanwhile, then let go. */
void strand_leave(struct strand *strand);

/*
 * Run task on the strand: before this returns where it is idle or waited in,
 * later where it is held (also by this thread).  Never blocks.
 */
void strand_post(struct strand *strand, struct strand_task *task);

/*
 * The same for a task that takes milliseconds: where another thread holds the
 * strand or waits in it, that one runs it, not the one that posts.
 */
void strand_post_slow(struct strand *strand, struct strand_task *task);

/* Holding the strand: another thread waits in it, and runs what is slow. */
bool strand_is_waited_in(const struct strand *strand);

/* Holding the strand: a task that was posted and has not run will not. */
void strand_unpost(struct strand *strand, struct strand_task *task);

/*
 * Holding the strand, let posted tasks run until *flag is true, which a task
 * sets, or the deadline (clock_ms) has passed.  Returns *flag.
 */
bool strand_wait(struct strand *strand, const bool *flag,
    uint64_t deadline_ms);

#endif
