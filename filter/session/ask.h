/*
 * ask - one question of a policy to what is outside, for the files that ask
 *
 * Threads:	the connection's strand.
 */
#ifndef ASSAY_SESSION_ASK_H
#define ASSAY_SESSION_ASK_H

#include "session/asks.h"
#include "session/connection.h"

struct ask {
	struct ask		*next;
	struct connection	*conn;
	enum scope		 scope;
	struct str		 key;
	struct fact		 result;	/* FACT_PENDING: on its way */
	struct store_call	*call;
	double			 counted;	/* of this message so far */
	/* greylist(): whose, and what stands behind the word. */
	struct str		 rcpt;
	enum word		 reason;
	double			 wait_s;
	double			 confidence;	/* reputation() */
};

/* What is asked, with values behind it; until the stage is over. */
struct str ask_key(struct connection *conn, struct str what,
    const struct str *values, size_t count);

/* The question of this key; *asked_out is false for a new one.  NULL: there
 * are too many. */
struct ask *ask_of(struct connection *conn, enum scope scope, struct str key,
    bool *asked_out);

/* What it says now; of NULL, that there were too many. */
void ask_answer(const struct ask *ask, struct fact *result);
void ask_unknown(struct ask *ask, const char *why);

/*
 * ask_store.c: done() first takes the answer, which is NULL where the store
 * does not know (the ask says why), and steps on (decide_step) at its end.
 */
void ask_store(struct ask *ask, const struct store_op *op,
    store_done_fn *done);
const struct store_answer *ask_take(struct ask *ask,
    const struct store_answer *answer);
/* A number, what was counted. */
store_done_fn ask_counted;
/* Nobody waits for it; nothing without a store. */
void ask_tell(const struct connection *conn, const struct store_op *op);

#endif
