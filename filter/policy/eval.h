/*
 * eval - how a bound policy is run: for the files of evaluation alone
 *
 * eval_value.c says what a value is now, eval_cond.c what a condition is, and
 * eval.c runs the rules of a stage with them.
 */
#ifndef ASSAY_POLICY_EVAL_H
#define ASSAY_POLICY_EVAL_H

#include "policy/bound.h"

/*
 * The values that a condition can still have, as a set of bits.  What is known
 * has one bit; a fact on its way leaves several.  A rule fires on TRUE alone,
 * and is worth waiting for while TRUE is one of several.
 */
enum { FALSE_ = 1, TRUE_ = 2, UNKNOWN_ = 4, ANY = FALSE_ | TRUE_ | UNKNOWN_ };

struct memo {
	unsigned	values;		/* 0: not evaluated */
	unsigned	epoch;
};

struct eval {
	const struct policy_env	*env;
	struct policy_run	 run;		/* what it has come to */
	unsigned		 epoch;		/* changes with run's score */
	struct memo		*memo;		/* one a define */
	unsigned char		*looks;		/* values of each; 0: not
						 * looked up */
	struct fact		*calls;		/* of functions; pending: not
						 * made, or on its way */
	struct policy_trace	*trace;		/* or NULL */
	bool			 ahead;		/* of what is not decided now:
						 * nothing is asked, and a
						 * score may still change */
	struct fact		 item;		/* that any or all looks at */
};

static inline bool
eval_settled(unsigned values)
{
	return (values & (values - 1)) == 0;
}


/* Ask a call's hook, where its arguments are known; what is on its way stays
 * pending.  peek: what is known by now, nothing is asked for it. */
void eval_ask(const struct eval *eval, const struct call *call, bool peek,
    struct fact *result);
/*
 * "dnsbl.text" of the first DNS list whose answer is true among the calls of
 * the rule.  None where there is no such list, or it says nothing.
 */
struct fact eval_of_list(const struct eval *eval, const struct rule *rule,
    const char *what);

/* The fact or answer as it is now.  No result is the word "none". */
struct fact eval_value(const struct eval *eval, const struct value *value);
/* What a value waits for: a fact, or FACT_COUNT for a function's answer. */
bool eval_is_pending(const struct eval *eval, const struct value *value,
    enum fact_id *id_out);

unsigned eval_cond(struct eval *eval, const struct cond *cond);
/*
 * The pending fact that can still make the condition become want (TRUE_ or
 * FALSE_); the condition is not settled and want is one of its values.
 */
enum fact_id eval_find_pending(struct eval *eval, const struct cond *cond,
    unsigned want);

#endif
