/*
 * trial - the messages of a policy's test cases, run through every check
 *
 * As the daemon would, over the answers of a case's zone file, with the
 * default settings and those that the case sets; no policy decides anything.
 */
#ifndef ASSAY_TOOL_TRIAL_H
#define ASSAY_TOOL_TRIAL_H

#include "policy/test.h"
#include "tool/message.h"

struct trial {			/* zeroed to begin with */
	struct arena		*arena;		/* of the case that is run */
	struct message_file	 file;
};

/* It uses the trial as long as cases are run. */
struct policy_checker trial_checker(struct trial *trial);

#endif
