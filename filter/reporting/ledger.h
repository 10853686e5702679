/*
 * ledger - which reports are with the MTA already, in the store
 *
 * A report is begun before the MTA gets it and ended after that.  Two senders,
 * on one host or several that share a store, never have the same one begun.
 * Who dies in between leaves it begun for LIMIT_LEDGER_CLAIM_MS; then the next
 * one begins it again.  So none is lost, and one can come twice only where the
 * sender died between the MTA's word and the ledger's: under its old name.
 *
 * What is ended is remembered LIMIT_LEDGER_DAYS.
 *
 * Errors:	LEDGER_TROUBLE, or false: the store does not answer, which
 *		ask() has told.
 */
#ifndef ASSAY_REPORTING_LEDGER_H
#define ASSAY_REPORTING_LEDGER_H

#include "base/arena.h"
#include "store/store.h"

/* Ask the store and wait; false: no answer. */
typedef bool ledger_ask_fn(void *ctx, const struct store_op *op,
    struct store_answer *answer_out);

struct ledger {
	ledger_ask_fn	*ask;
	void		*ctx;
	int64_t		 now_ms;	/* Unix time */
	uint64_t	 since_ms;	/* clock_ms() of then: time goes on, or
					 * a claim would be over before its
					 * time for others; 0: it does not */
};

/* Unix time. */
int64_t ledger_now(const struct ledger *ledger);

enum ledger_word {
	LEDGER_OPEN,			/* nobody has it */
	LEDGER_BEGUN,			/* somebody has it */
	LEDGER_ENDED,
	LEDGER_TROUBLE
};

/* The name of a report in the ledger, of any octets: what, day, domain and
 * address (or empty). */
struct str ledger_name(struct arena *arena, const char *what, int64_t day,
    struct str domain, struct str address);

/* Only look: open or ended. */
enum ledger_word ledger_look(const struct ledger *ledger, struct str name);
/* LEDGER_OPEN: it is begun now, by the caller.  again: ended or not. */
enum ledger_word ledger_begin(const struct ledger *ledger, struct str name,
    bool again);
/* It is not done; another one may begin it. */
bool ledger_give_up(const struct ledger *ledger, struct str name);
bool ledger_end(const struct ledger *ledger, struct str name);

/* For what had better be lost than come twice: LEDGER_OPEN: it is ended now,
 * and the caller alone may do it.  Else LEDGER_ENDED, or LEDGER_TROUBLE: also
 * if the store does it once it is back, it is taken by nobody. */
enum ledger_word ledger_take(const struct ledger *ledger, struct str name);
/* The caller that took it has not done it: another one may. */
bool ledger_put_back(const struct ledger *ledger, struct str name);

#endif
