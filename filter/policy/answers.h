/*
 * answers - what functions said while a policy was evaluated
 *
 * Kept with a message, so that the same call is answered the same when its
 * event is replayed or explained: owns(), rate(), greylist(), DNS lists, and
 * fields that header() read.  A call is the same with the same arguments, and
 * for a function of a recipient with the same recipient.  A list is one
 * argument, "a, b"; the values of a DNS list are one behind the others,
 * "values 127.0.0.2, 127.0.0.8/29".
 *
 * Ownership:	answers_add() copies into the arena.
 */
#ifndef ASSAY_POLICY_ANSWERS_H
#define ASSAY_POLICY_ANSWERS_H

#include "policy/function.h"

struct answer_arg {
	bool		is_number;
	double		number;		/* NUMBER SIZE DURATION */
	struct str	text;		/* of all others */
};

struct call_answer {
	struct str		function;	/* "rate" */
	struct answer_arg	args[FUNCTION_PARAMETERS_MAX];
	size_t			count;
	struct str		rcpt;		/* empty: of no recipient */
	struct fact		result;		/* never FACT_PENDING */
};

struct answers {
	VEC(struct call_answer)	list;		/* zeroed is empty */
};

/* False: it is not among them; else result is a copy that shares its text. */
bool answers_find(const struct answers *answers,
    const struct policy_call *call, struct fact *result);

/* Unless it is there; no more than LIMIT_EVENT_ANSWERS, nor what is on its
 * way. */
void answers_add(struct arena *arena, struct answers *answers,
    const struct policy_call *call, const struct fact *result);

/* The same of a field that header("Name") read; NULL: there is none. */
void answers_add_header(struct arena *arena, struct answers *answers,
    struct str name, const struct str *value);

#endif
