/*
 * rehearse - one message through all stages of a policy, from facts at hand
 *
 * What the session does while a message comes in, done at once afterwards: for
 * replay and explain.  The same rules hold: a rule at rcpt speaks of one
 * recipient, what is held can still be refused, and an accept of all
 * recipients is one of the message.  What is pending counts as unknown.
 *
 * Ownership:	all that comes out lives in the arena.
 * Threads:	any; nothing is shared but the policy.
 */
#ifndef ASSAY_POLICY_REHEARSE_H
#define ASSAY_POLICY_REHEARSE_H

#include "policy/policy.h"

struct rehearse_rcpt {
	struct str	address;	/* empty: not recorded */
	bool		refused;	/* by the MTA: it meets no rule */
	enum word	tag;		/* bounce.tag of this one, or none */
};

struct rehearse_case {
	const struct fact_set	*facts;
	enum stage		 last;	/* the stage that was reached */
	const struct rehearse_rcpt *rcpts;
	size_t			 rcpt_count;
	bool			 some_rcpts;	/* there were more */
	bool			 hidden_rcpts;	/* as struct fact has it */
	/* As in struct policy_env; NULL: call() is asked for it. */
	bool			(*header)(void *ctx, struct str name,
				    struct str *value_out);
	/* The same, for functions; what has no answer yet is unknown. */
	void			(*call)(void *ctx,
				    const struct policy_call *call,
				    struct fact *result);
	void			*ctx;
	bool			 explain;	/* fill stages */
};

/* One stage, at rcpt of one recipient, and the rules that were considered. */
struct rehearsed_stage {
	enum stage		 stage;
	struct str		 rcpt;
	struct policy_trace	 trace;
	const struct policy_rule *rule;		/* that ended it, or NULL */
};

struct rehearsed_rcpt {
	enum action		 action;	/* CONTINUE ACCEPT REJECT
						 * TEMPFAIL */
	const struct policy_rule *rule;		/* or NULL */
};

struct rehearsal {
	/*
	 * What became of the message.  CONTINUE: it went on past the last
	 * stage that was reached; not at message, where it was accepted.
	 * Where each recipient was refused, so was the message.
	 */
	enum action		 action;
	const struct policy_rule *rule;		/* that decided, or NULL */
	struct policy_run	 run;
	struct rehearsed_rcpt	*rcpts;		/* as many as in the case */
	VEC(struct rehearsed_stage) stages;
};

void rehearse(const struct policy *policy, const struct rehearse_case *what,
    struct arena *arena, struct rehearsal *out);

#endif
