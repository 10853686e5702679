/*
 * override - why a message was not treated as its author's DMARC policy asks
 *
 * The reasons of an aggregate report's policy_evaluated (RFC 9990, "Policy
 * Override Reason").  What is asked is dmarc.disposition, where t=y is counted
 * in already; what was done is none, quarantine or reject (discard is one).
 *
 *	policy_test_mode   t=y lowered what the record says otherwise
 *	trusted_forwarder  without arc.trusted more would have been done
 *	mailing_list       without the signs of a mailing list (list.id, fields
 *			   List-* and Precedence) more would have been done
 *	local_policy       any other rule, or none that spoke; and where more
 *			   was done than asked
 *
 * The middle two are found by running the message rules again without that
 * evidence, functions of the policy language left out: a fact that a rule
 * merely mentions is no reason.
 *
 * Errors:	nothing is said of mail that was put off (tempfail), nor where
 *		DMARC said neither pass nor fail.
 * Ownership:	the arena's, and the facts'.
 */
#ifndef ASSAY_EVENT_OVERRIDE_H
#define ASSAY_EVENT_OVERRIDE_H

#include "policy/policy.h"

enum override_type {
	OVERRIDE_POLICY_TEST_MODE, OVERRIDE_TRUSTED_FORWARDER,
	OVERRIDE_MAILING_LIST, OVERRIDE_LOCAL_POLICY
};

struct override {
	enum override_type	type;
	struct str		comment;	/* hostile bytes */
};

enum { OVERRIDE_REASONS = 2 };

struct override_case {
	const struct policy	*policy;
	const struct policy_env	*env;		/* of the message's rules */
	const struct policy_run	*run;		/* what they came to */
	const struct policy_rule *rule;		/* that decided, or NULL */
	enum action		 action;	/* what was done */
	enum action		 decided;	/* by the policy */
};

/* How many; 0 where nothing was overridden. */
size_t override_find(const struct override_case *at,
    struct override found_out[OVERRIDE_REASONS]);

const char *override_name(enum override_type type);	/* "local_policy" */

#endif
