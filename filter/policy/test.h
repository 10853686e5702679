/*
 * test - cases for a policy, in a file beside it: facts in, verdict out
 *
 *	list partners = { example.com };
 *	given { client.ip = 192.0.2.1; iprev = pass; }
 *	case "a forged bank" {
 *	    spf = fail;
 *	    dmarc = fail;  dmarc.disposition = reject;
 *	} expect reject 550 5.7.1 at message by line 31 and note;
 *
 *	case "a message" message "forged.eml" zone "test.zone"
 *	    client 192.0.2.1 helo mail.example.com { } expect quarantine;
 *
 * NAME.test lies beside NAME.policy; assay.policy(5) describes it.  A case
 * goes through all stages as one message with one recipient would.  A list
 * takes the place of the policy's list of that name.
 *
 * Ownership:	all memory but the tests' own comes from the given arena.
 */
#ifndef ASSAY_POLICY_TEST_H
#define ASSAY_POLICY_TEST_H

#include "policy/policy.h"

struct policy_tests;

/* Mistakes go to diag; NULL if there is one. */
struct policy_tests *policy_tests_load(const char *path, struct diag *diag);
struct policy_tests *policy_tests_load_text(const char *path, struct str text,
    struct diag *diag);
void policy_tests_free(struct policy_tests *tests);	/* NULL is allowed */

/* The policy with the tests' lists in it; it must not outlive the tests. */
struct policy *policy_tests_policy(const struct policy_tests *tests,
    const char *path, struct diag *diag);

size_t policy_tests_count(const struct policy_tests *tests);

/*
 * A message as a case has it.  Who has the checks finds out its facts: they
 * stand in the place of given { }, and the case's own ones count before them.
 */
struct policy_message {
	const char	*path;		/* of the file, as one can open it */
	const char	*zone;		/* or NULL: DNS that knows nothing */
	struct ip	 client;
	struct str	 name, listener, helo, auth_user, from, rcpt;
	bool		 from_given;	/* else Return-Path says it */
	int64_t		 now;		/* 0: the clock's */
	VEC(const char *) settings;	/* "KEY=VALUE" */
};

struct policy_checker {
	/*
	 * Fills in facts_out, with bytes that live as long as the arena;
	 * false and the reason where that cannot be done.
	 */
	bool	(*check)(void *ctx, const struct policy_message *message,
		    struct arena *arena, struct fact_set *facts_out,
		    struct str *why_out);
	/* The first field of this name of that message, as policy_env's. */
	bool	(*header)(void *ctx, struct str name, struct str *value_out);
	void	*ctx;
};

struct policy_test_result {
	const char	*file;
	unsigned	 line;
	struct str	 name;
	bool		 passed;
	struct str	 expected, actual;	/* "reject 550 5.7.1 ..." */
	bool		*fired;		/* by rule number: what fired in it */
};

/* checker: NULL where no case has a message; such a case fails. */
void policy_tests_run(const struct policy_tests *tests, size_t at,
    const struct policy *policy, const struct policy_checker *checker,
    struct arena *arena, struct policy_test_result *result_out);

#endif
