/*
 * backend - where a store keeps things; for the files of this room
 *
 * Threads:	one at a time, the store's own.
 */
#ifndef ASSAY_STORE_BACKEND_H
#define ASSAY_STORE_BACKEND_H

#include "store/store.h"

enum { WRITER_ID = 8 };

/* An op on its way through the store. */
struct store_job {
	struct store_job	*next;
	struct store_op		 op;		/* texts are the job's own */
	/*
	 * Who gave it out: each process that runs is a writer of its own, by
	 * chance.  Its numbers go from 1, in order.
	 */
	char			 writer[WRITER_ID];
	uint64_t		 number;
	bool			 may_repeat;	/* after a restart, too */
	uint64_t		 queued_ms;	/* clock_ms() */
	uint64_t		 spooled;	/* place in the spool; or 0 */
	size_t			 spool_len;	/* octets there */
	bool			 refused;	/* it can never be done */
	struct store_answer	 answer;
	void			*held;		/* by the answer; free() */
	struct store_call	*call;		/* NULL: nobody waits */
};

enum store_expiry {
	EXPIRY_ENDS,			/* for now: nothing is over any more */
	EXPIRY_GOES_ON,
	EXPIRY_WAITS			/* until other work has been done */
};

struct store_backend {
	const char	*scheme;	/* "sqlite:" */
	bool		 outlives;	/* what it keeps, this process */
	/* rest: behind the scheme.  NULL and why. */
	void		*(*open)(struct str rest, char *why, size_t size);
	/*
	 * Do them in order and fill their answers.  Returns how many were
	 * done; fewer: the store is away, why says how, and the others come
	 * again, first those that may have been done all the same.  One whose
	 * writer had a number as high done before is not done again.  One that
	 * can never be done is refused, and counts as done.
	 */
	size_t		 (*apply)(void *state, struct store_job *const *jobs,
			    size_t count, char *why, size_t size);
	/* Forget some of what is over. */
	enum store_expiry (*expire)(void *state, int64_t now_ms);
	void		 (*close)(void *state);
};

extern const struct store_backend store_memory, store_sqlite, store_redis,
    store_redis_unix;

/*
 * The rules that all back ends share, so that one cannot differ.
 *
 * A window slides over two buckets of a period each: the older one counts by
 * the share of it that is still within the period.
 */
int64_t window_bucket(int64_t now_ms, int64_t period_ms);
double window_sum(int64_t now_ms, int64_t period_ms, double current,
    double before);

struct triplet {
	int64_t	first_ms;	/* 0: not known */
	int64_t	passed_ms;	/* 0: not yet */
};

/* What becomes of a triplet, and the answer to it. */
void triplet_attempt(struct triplet *triplet, const struct store_op *op,
    struct store_answer *answer_out);
/* Until when it has to be kept. */
int64_t triplet_expiry(const struct triplet *triplet,
    const struct store_op *op);

/* After so many half-lives less than a thousandth is left. */
enum { STANDING_LIVES = 10 };

struct standing {
	double	spam, ham;
	int64_t	at_ms;		/* when that was so; 0: never */
};

/* Age it to now and add.  What comes late is aged instead. */
void standing_add(struct standing *standing, const struct store_op *op,
    struct store_answer *answer_out);

#endif
