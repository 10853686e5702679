/*
 * function - what a condition can ask beside facts: owns(auth.user, from)
 *
 * One row of function_table is one function.  To add one: a row with its
 * parameters, its result and its hook, and a paragraph in assay.policy(5).
 * The binder does the rest by the row: the number and types of arguments, the
 * stage from which it can be asked, words that it can answer, and what else
 * is said of a wrong call.  A row without a hook is a function of the
 * language that this version does not have: a call is an error, never a
 * silent false.
 *
 * An answer is kept while the rules of a stage run; the same call in two rules
 * is one.  A hook must not block: what is on its way it leaves FACT_PENDING,
 * and it is asked again, in the same run and when the caller of policy_eval()
 * runs the rules again.  An argument that is none
 * makes the call none, one that is unknown makes it unknown, and one that is
 * pending makes it pending, without a hook.
 *
 * Threads:	a hook runs on the connection's strand.
 */
#ifndef ASSAY_POLICY_FUNCTION_H
#define ASSAY_POLICY_FUNCTION_H

#include "policy/policy.h"

enum { FUNCTION_PARAMETERS_MAX = 3 };

#define TAKES(type)	(1u << (type))
#define TAKES_ANY_TEXT	(TAKES(FACT_STRING) | TAKES(FACT_DOMAIN) | \
			    TAKES(FACT_ADDRESS))

struct parameter {
	unsigned	 types;		/* TAKES() of each that it may have */
	bool		 constant;	/* written out: no fact */
	const char *const *facts;	/* these alone, up to a NULL; or NULL:
					 * any value of the types */
};

/*
 * result is zeroed (FACT_PENDING) and of the row's type; a text, or the reason
 * of what is unknown, lives as long as env's arena.
 */
typedef void function_hook(const struct policy_env *env,
    const struct policy_call *call, struct fact *result);

struct function {
	const char	*name;
	const char	*takes;		/* "the name of a field in quotes" */
	const char	*such_as;	/* "header(\"List-Id\")" */
	size_t		 count;		/* of its parameters */
	size_t		 spare;		/* of them the last that may be left
					 * out */
	struct parameter parameters[FUNCTION_PARAMETERS_MAX];
	/* Behind them addresses and networks may stand, written out: NULL for
	 * each that is right, or what is wrong with it.  NULL: none may. */
	const char	*(*check_value)(const struct ipnet *net);
	enum fact_type	 result;
	enum word_set	 words;		/* of a result of type WORD */
	enum stage	 stage;		/* can be asked from here on, and not
					 * before its arguments are known */
	/* A constant argument: what is wrong with it ("is no zone"), or NULL.
	 * NULL: any is right. */
	const char	*(*check)(size_t at, const struct fact *constant);
	function_hook	*hook;		/* NULL: not in this version */
	bool		 of_rcpt;	/* the answer is the recipient's */
	bool		 asks_list;	/* a DNS list: policy_ahead() */
	bool		 blames_client;	/* a true says something of the client's
					 * address, which a login outweighs;
					 * not where an argument that is no
					 * address says whom it asks for */
};

enum { FUNCTION_COUNT = 10 };

extern const struct function function_table[FUNCTION_COUNT];

const struct function *function_find(struct str name);

/* RFC 5322 section 3.6.8, ftext. */
bool is_field_name(struct str name);

#endif
