/*
 * verdict - what the policy made of a message, as JSON in its event
 *
 * The keys are in assay.events(5).  The shadow policy says the same of itself
 * in an object of its own.
 */
#ifndef ASSAY_EVENT_VERDICT_H
#define ASSAY_EVENT_VERDICT_H

#include "event/emit.h"
#include "event/event.h"

/* "verdict", with the rule only where what was done is its doing; and
 * "decided", where the policy decided otherwise (monitor mode). */
void verdict_put(struct emit *out, const struct event *event);
/* policy: NULL is null. */
void verdict_put_policy(struct emit *out, const struct policy *policy);
/* run: NULL is a list without rules. */
void verdict_put_rules(struct emit *out, const struct policy_run *run);
void verdict_put_rcpts(struct emit *out, const struct event_rcpt *rcpts,
    size_t count);
/* "shadow_policy"; nothing where shadow is NULL. */
void verdict_put_shadow(struct emit *out, const struct event_shadow *shadow);

#endif
