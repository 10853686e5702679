/*
 * calls - what functions of the policy answered, in an event
 *
 * "calls": an object for each, {"function": "rate", "arguments":
 * ["192.0.2.1", 3600], "answer": 5}, with "rcpt" where the answer is the
 * recipient's.  The answer is as a fact is: null is none, and what could not
 * be had is an object with the reason.
 */
#ifndef ASSAY_EVENT_CALLS_H
#define ASSAY_EVENT_CALLS_H

#include "event/facts.h"
#include "policy/answers.h"

/* Those of several lists, one behind the other. */
void event_calls(struct emit *out, const struct answers *answers,
    size_t count);

/*
 * The inverse, of what stands behind the key; a function that is not known,
 * and an answer that does not fit its type now, are left out.  False: no such
 * list.
 */
bool event_calls_read(struct pull *pull, struct answers *answers);

#endif
