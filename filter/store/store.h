/*
 * store - what is remembered from one message to the next
 *
 * Counters in sliding windows, the triplets of greylisting, who was seen with
 * whom, how a sender has done so far, and queues of items (reports to come).
 * Three back ends keep the same promises: memory, one SQLite file, and a Redis
 * (or Valkey) that several hosts share.
 *
 * Nothing here holds mail: a call is answered by its deadline, with "not
 * known" where the store is slow or away.  What a call writes is not lost by
 * that: it waits, in memory and then in a spool file, and is done once when
 * the store is back.  A kill -9 loses at most what was not answered yet and is
 * younger than a second.
 *
 * Queues: an item has a name, and a second one of that name is none while the
 * first is there.  TAKE leases the item that is due longest to its caller:
 * nobody else gets it until the lease is over.  DONE removes it.  Who crashes
 * in between loses nothing: the item is taken again, with one try more, and so
 * work that takes longer than its lease may be done twice.
 *
 * Threads:	any may call.  done() runs once, on the strand, never before
 *		store_ask() returns if the caller holds it.
 * Hostile:	keys and members hold a stranger's bytes.
 */
#ifndef ASSAY_STORE_STORE_H
#define ASSAY_STORE_STORE_H

#include "base/strand.h"
#include "base/str.h"

/* In spool files and in Redis a kind is its number: a new one goes last. */
enum store_kind {
	/* Add to a counter; how much was added within the period. */
	STORE_COUNT,
	/* Note a member of a set; how many there were within the period. */
	STORE_DISTINCT,
	/* A delivery attempt of a triplet (RFC 6647). */
	STORE_GREYLIST,
	/* Add to what is held for and against somebody; what that is now. */
	STORE_STANDING,
	/* Put an item into a queue; count: 1, or 0 if it was there. */
	STORE_PUT,
	/* Take the item of a queue that is due longest. */
	STORE_TAKE,
	/* An item is done with; count: 1, or 0 if it was gone. */
	STORE_DONE,
	/* Keep a row of history.h; count: 1, or 0 if it was there. */
	STORE_EVENT,
	STORE_KINDS
};

struct store_op {
	enum store_kind	 kind;
	struct str	 key;		/* any bytes; over LIMIT_STORE_KEY its
					 * hash stands for it */
	int64_t		 now_ms;	/* Unix time */
	/* COUNT and DISTINCT: how far back; STANDING: the half-life; TAKE:
	 * the lease */
	int64_t		 period_ms;
	/*
	 * COUNT: 0 only looks.  STANDING: above 0, spam and ham do not add to
	 * what is there but take its place, unless more than so much of the
	 * larger of them is there; the answer says what was there before.
	 */
	double		 amount;
	struct str	 member;	/* DISTINCT; PUT and DONE: the name */
	struct str	 content;	/* PUT; at most LIMIT_STORE_ITEM;
					 * EVENT: history_encode() */
	double		 spam, ham;	/* STANDING; both 0 only looks */
	/* GREYLIST: how long a first attempt has to wait, how long a second
	 * may take to come, and how long one that came is known;
	 * PUT: how long until the item is due, -, and how long it is kept;
	 * EVENT: -, -, and how long it is kept from now_ms on */
	int64_t		 delay_ms, window_ms, lifetime_ms;
};

enum greylist_state {
	GREYLIST_NEW,			/* never seen, or too long ago */
	GREYLIST_WAITING,		/* came again too early */
	GREYLIST_PASSED,		/* came again in time: just now */
	GREYLIST_KNOWN			/* has passed before */
};

struct store_answer {
	bool		 known;		/* else nothing below but why */
	const char	*why;		/* a few words; "" where known */
	double		 count;		/* COUNT, DISTINCT (at most
					 * LIMIT_STORE_MEMBERS) */
	enum greylist_state greylist;
	int64_t		 wait_ms;	/* until it may come again */
	double		 spam, ham;	/* STANDING, aged to now */
	/* TAKE; the texts live until done() returns */
	bool		 taken;		/* else there was none */
	unsigned	 tries;		/* from 1, this one included */
	struct str	 name, content;
};

typedef void store_done_fn(void *ctx, const struct store_answer *answer);

struct store;
struct store_call;

/*
 * "memory:", "sqlite:PATH", "redis://" or "redis+unix://" and what redis_url.h
 * says.  NULL and why where the text is none of them, or a file cannot be used;
 * a server need not be there yet.
 */
struct store *store_open(struct str where, char *why_out, size_t why_size);
/*
 * Right after store_open(): the spool, a file that one process has at a time.
 * What it holds is done first.  What has waited a quarter of a second for the
 * store is written to it, up to max octets in all; beyond that up to
 * LIMIT_STORE_WAITING ops wait in memory, and then they are dropped.  A torn
 * last record is left out.  While another process has the file, and while it
 * cannot be written, things wait in memory alone.  False and why: the file is
 * none of ours.  A store in memory has no use for one.
 */
bool store_spool(struct store *store, const char *path, uint64_t max,
    char *why_out, size_t why_size);
struct store *store_ref(struct store *store);
/*
 * Gives one reference up; with the last the store ends: no call may be open
 * then, and what still waits to be written gets wait_ms; after that it goes to
 * the spool.  NULL is allowed.
 */
void store_close(struct store *store, uint64_t wait_ms);

/* deadline: clock_ms().  Texts are copied. */
struct store_call *store_ask(struct store *store, struct strand *strand,
    const struct store_op *op, uint64_t deadline_ms, store_done_fn *done,
    void *ctx);
/* Holding the strand: done() will not run; what is written is. */
void store_cancel(struct store_call *call);	/* NULL is allowed */
/* Nobody waits for the answer. */
void store_tell(struct store *store, const struct store_op *op);

struct store_counts {
	uint64_t	answered, unknown;	/* calls */
	uint64_t	failures;		/* times that the store went */
	uint64_t	dropped;		/* writes that found no room */
	uint64_t	waiting;		/* ops not yet done: */
	uint64_t	spooled;		/* ... that lie in the spool */
	uint64_t	replayed;		/* ops that came from there */
	uint64_t	spool_octets, spool_max;
	bool		down;
};

void store_counts(struct store *store, struct store_counts *counts_out);

#endif
