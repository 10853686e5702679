#include "event/verdict.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"

/* "continue" is the policy's word: nothing stopped the mail. */
static void
put_action(struct emit *out, enum action action)
{
	emit_word(out, "action", action_name(action == ACTION_CONTINUE ?
	    ACTION_ACCEPT : action));
}

static bool
is_reply(enum action action)
{
	return action == ACTION_REJECT || action == ACTION_TEMPFAIL;
}

static void
put_reply(struct emit *out, enum action action,
    const struct policy_rule *rule)
{
	if (rule != NULL && is_reply(action)) {
		emit_int(out, "code", rule->code);
		emit_capped(out, "enhanced", rule->enhanced);
		emit_capped(out, "text", rule->text);
		return;
	}
	emit_null(out, "code");
	emit_null(out, "enhanced");
	emit_null(out, "text");
}

/* Accept and continue are one outcome. */
static bool
is_same(enum action a, enum action b)
{
	return a == b || (a <= ACTION_ACCEPT && b <= ACTION_ACCEPT);
}

/* Is what was done the rule's doing?  Not in monitor mode, nor where trouble
 * of our own overrode it. */
static bool
is_by_rule(const struct event *event)
{
	if (event->rule == NULL)
		return false;
	if (is_reply(event->action))
		return event->rule->action == event->action;
	return is_same(event->action, event->decided) ||
	    event->policy == NULL || policy_enforces(event->policy);
}

static void
put_place(struct emit *out, const struct policy_rule *rule)
{
	if (rule == NULL) {
		emit_null(out, "file");
		emit_null(out, "line");
		return;
	}
	emit_some(out, "file", str_from(rule->file));
	emit_int(out, "line", rule->line);
}

static void
put_verdict(struct emit *out, const char *key, enum action action,
    const struct policy_rule *rule)
{
	emit_open(out, key, '{');
	put_action(out, action);
	put_reply(out, action, rule);
	put_place(out, rule);
	emit_close(out, '}');
}

void
verdict_put(struct emit *out, const struct event *event)
{
	put_verdict(out, "verdict", event->action, is_by_rule(event) ?
	    event->rule : NULL);
	if (!is_same(event->action, event->decided))
		put_verdict(out, "decided", event->decided, event->rule);
}

static void
put_tag(struct emit *out, const struct policy_rule *rule)
{
	emit_open(out, "tag", '{');
	emit_capped(out, "name", rule->tag_name);
	if (rule->tag == TAG_REMOVE)
		emit_bool(out, "remove", true);
	else
		emit_capped(out, "value", rule->tag_value);
	if (rule->tag == TAG_ADD)
		emit_bool(out, "add", true);
	emit_close(out, '}');
}

static void
put_functions(struct emit *out, unsigned asks)
{
	emit_open(out, "functions", '[');
	for (size_t i = 0; i < FUNCTION_COUNT; i++)
		if ((asks >> i & 1) != 0)
			emit_word(out, NULL, function_table[i].name);
	emit_close(out, ']');
}

static void
put_rule(struct emit *out, const struct policy_rule *rule)
{
	emit_open(out, NULL, '{');
	emit_word(out, "action", action_name(rule->action));
	emit_bool(out, "shadow", rule->shadow);
	emit_word(out, "stage", stage_name(rule->stage));
	put_place(out, rule);
	if (is_reply(rule->action))
		put_reply(out, rule->action, rule);
	else if (rule->text.len > 0)
		emit_capped(out, "text", rule->text);
	if (rule->action == ACTION_SCORE)
		emit_number(out, "score", rule->score);
	if (rule->symbol.len > 0)
		emit_capped(out, "symbol", rule->symbol);
	if (rule->action == ACTION_TAG)
		put_tag(out, rule);
	if (rule->asks != 0)
		put_functions(out, rule->asks);
	emit_close(out, '}');
}

void
verdict_put_rules(struct emit *out, const struct policy_run *run)
{
	emit_open(out, "rules", '[');
	for (size_t i = 0; run != NULL && i < run->fired.count; i++)
		put_rule(out, &run->fired.at[i]);
	emit_close(out, ']');
}

void
verdict_put_rcpts(struct emit *out, const struct event_rcpt *rcpts,
    size_t count)
{
	emit_open(out, "rcpts", '[');
	for (size_t i = 0; i < count; i++) {
		const struct event_rcpt *rcpt = &rcpts[i];

		emit_open(out, NULL, '{');
		if ((mask_bits(out->mask) & PRIVACY_OMIT_RECIPIENTS) != 0)
			emit_null(out, "address");
		else
			emit_masked(out, "address", mask_rcpt(out->mask,
			    rcpt->address), LIMIT_EVENT_TEXT_OCTETS);
		put_action(out, rcpt->action);
		if (rcpt->rule != NULL) {
			put_reply(out, rcpt->action, rcpt->rule);
			put_place(out, rcpt->rule);
		}
		if (rcpt->tag != WORD_NONE)
			emit_word(out, "bounce_tag", word_name(rcpt->tag));
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

static void
put_policy_keys(struct emit *out, const struct policy *policy)
{
	char checksum[24];

	emit_capped(out, "name", str_from(policy_name(policy)));
	snprintf(checksum, sizeof(checksum), "%016" PRIx64,
	    policy_checksum(policy));
	emit_word(out, "checksum", checksum);
	emit_word(out, "mode", policy_enforces(policy) ? "enforce" :
	    "monitor");
}

void
verdict_put_policy(struct emit *out, const struct policy *policy)
{
	if (policy == NULL) {
		emit_null(out, "policy");
		return;
	}
	emit_open(out, "policy", '{');
	put_policy_keys(out, policy);
	emit_close(out, '}');
}

const char *
event_shadow_name(enum event_shadow_bit bit)
{
	switch (bit) {
	case EVENT_SHADOW_VERDICT:
		return "verdict";
	case EVENT_SHADOW_RCPTS:
		return "rcpts";
	case EVENT_SHADOW_SCORE:
		return "score";
	case EVENT_SHADOW_TAGS:
		break;
	}
	return "tags";
}

/* A policy in monitor mode would have let it go. */
void
verdict_put_shadow(struct emit *out, const struct event_shadow *shadow)
{
	bool acts;

	if (shadow == NULL)
		return;
	acts = policy_enforces(shadow->policy);
	emit_open(out, "shadow_policy", '{');
	emit_capped(out, "file", shadow->file);
	put_policy_keys(out, shadow->policy);
	put_verdict(out, "verdict", acts ? shadow->decided : ACTION_ACCEPT,
	    acts ? shadow->rule : NULL);
	put_verdict(out, "decided", shadow->decided, shadow->rule);
	emit_number(out, "score", shadow->score);
	verdict_put_rcpts(out, shadow->rcpts, shadow->rcpt_count);
	emit_bool(out, "differs", shadow->differences != 0);
	emit_open(out, "differences", '[');
	for (unsigned bit = 1; bit <= EVENT_SHADOW_TAGS; bit <<= 1)
		if ((shadow->differences & bit) != 0)
			emit_word(out, NULL,
			    event_shadow_name((enum event_shadow_bit)bit));
	emit_close(out, ']');
	emit_close(out, '}');
}
