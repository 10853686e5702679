#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "event/emit.h"
#include "event/event.h"
#include "event/calls.h"
#include "event/when.h"
#include "event/dmarc.h"

static void
put_text(struct emit *out, const char *key, struct str text)
{
	emit_text(out, key, text, LIMIT_EVENT_TEXT_OCTETS);
}

static void
put_text_or_null(struct emit *out, const char *key, struct str text)
{
	if (text.len == 0)
		emit_null(out, key);
	else
		put_text(out, key, text);
}

static void
put_signature(struct emit *out, const struct result *result)
{
	struct str identity;

	emit_open(out, NULL, '{');
	emit_word(out, "result", word_name(result->word));
	put_text_or_null(out, "domain", result_property(result, "header",
	    "d"));
	put_text_or_null(out, "selector", result_property(result, "header",
	    "s"));
	put_text_or_null(out, "algorithm", result_property(result, "header",
	    "a"));
	identity = result_property(result, "header", "i");
	if (identity.len == 0)
		emit_null(out, "identity");
	else
		emit_masked(out, "identity", mask_sender(out->mask,
		    identity), LIMIT_EVENT_TEXT_OCTETS);
	put_text_or_null(out, "reason", result->reason);
	emit_close(out, '}');
}

static void
put_dkim(struct emit *out, const struct results *results)
{
	emit_open(out, "dkim", '[');
	for (size_t i = 0; i < results->list.count; i++) {
		const struct result *result = &results->list.at[i];

		/* "dkim=none" of an unsigned message is no signature. */
		if (result->method == METHOD_DKIM &&
		    (result->word != WORD_NONE || result->reason.len > 0))
			put_signature(out, result);
	}
	emit_close(out, ']');
}

/* Nobody's address stands in DNS, but that of a client and of who reads
 * reports. */
static struct mask *
mask_of_dns(struct mask *mask)
{
	return (mask_bits(mask) & PRIVACY_CUT_CLIENTS) != 0 ||
	    (mask_bits(mask) & PRIVACY_HASH_SENDERS) != 0 ? mask : NULL;
}

static void
put_dns(struct emit *out, const struct results *results)
{
	emit_open(out, "dns", '[');
	for (size_t i = 0; i < results->evidence.count; i++) {
		const struct evidence *e = &results->evidence.at[i];

		emit_open(out, NULL, '{');
		put_text(out, "method", e->method);
		put_text(out, "name", mask_name(out->mask, e->name));
		emit_word(out, "type", e->type);
		emit_word(out, "status", e->status);
		emit_bool(out, "secure", e->secure);
		put_text(out, "data", e->data);
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

static void
put_spf_terms(struct emit *out, const struct results *results)
{
	emit_open(out, "spf_terms", '[');
	for (size_t i = 0; i < results->spf_terms.count; i++) {
		const struct spf_term_seen *term = &results->spf_terms.at[i];

		emit_open(out, NULL, '{');
		put_text(out, "method", term->method);
		emit_int(out, "depth", term->depth);
		put_text(out, "domain", mask_name(out->mask, term->domain));
		put_text_or_null(out, "term", term->term);
		emit_word(out, "outcome", term->outcome);
		emit_int(out, "lookups", term->lookups);
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

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
		put_text(out, "enhanced", rule->enhanced);
		put_text(out, "text", rule->text);
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
	put_text_or_null(out, "file", str_from(rule->file));
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

static void
put_tag(struct emit *out, const struct policy_rule *rule)
{
	emit_open(out, "tag", '{');
	put_text(out, "name", rule->tag_name);
	if (rule->tag == TAG_REMOVE)
		emit_bool(out, "remove", true);
	else
		put_text(out, "value", rule->tag_value);
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
		put_text(out, "text", rule->text);
	if (rule->action == ACTION_SCORE)
		emit_number(out, "score", rule->score);
	if (rule->symbol.len > 0)
		put_text(out, "symbol", rule->symbol);
	if (rule->action == ACTION_TAG)
		put_tag(out, rule);
	if (rule->asks != 0)
		put_functions(out, rule->asks);
	emit_close(out, '}');
}

static void
put_rules(struct emit *out, const struct policy_run *run)
{
	emit_open(out, "rules", '[');
	for (size_t i = 0; run != NULL && i < run->fired.count; i++)
		put_rule(out, &run->fired.at[i]);
	emit_close(out, ']');
}

static void
put_rcpts(struct emit *out, const struct event_rcpt *rcpts, size_t count)
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

	put_text(out, "name", str_from(policy_name(policy)));
	snprintf(checksum, sizeof(checksum), "%016" PRIx64,
	    policy_checksum(policy));
	emit_word(out, "checksum", checksum);
	emit_word(out, "mode", policy_enforces(policy) ? "enforce" :
	    "monitor");
}

static void
put_policy(struct emit *out, const struct policy *policy)
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

/* Only where there is one.  A policy in monitor mode would have let it go. */
static void
put_shadow(struct emit *out, const struct event_shadow *shadow)
{
	bool acts;

	if (shadow == NULL)
		return;
	acts = policy_enforces(shadow->policy);
	emit_open(out, "shadow_policy", '{');
	put_text(out, "file", shadow->file);
	put_policy_keys(out, shadow->policy);
	put_verdict(out, "verdict", acts ? shadow->decided : ACTION_ACCEPT,
	    acts ? shadow->rule : NULL);
	put_verdict(out, "decided", shadow->decided, shadow->rule);
	emit_number(out, "score", shadow->score);
	put_rcpts(out, shadow->rcpts, shadow->rcpt_count);
	emit_bool(out, "differs", shadow->differences != 0);
	emit_open(out, "differences", '[');
	for (unsigned bit = 1; bit <= EVENT_SHADOW_TAGS; bit <<= 1)
		if ((shadow->differences & bit) != 0)
			emit_word(out, NULL,
			    event_shadow_name((enum event_shadow_bit)bit));
	emit_close(out, ']');
	emit_close(out, '}');
}

static void
put_seal(struct emit *out, const struct event_seal *seal)
{
	if (seal == NULL) {
		emit_null(out, "arc_seal");
		return;
	}
	emit_open(out, "arc_seal", '{');
	if (seal->instance == 0)
		emit_null(out, "instance");
	else
		emit_int(out, "instance", seal->instance);
	emit_word(out, "cv", seal->cv);
	put_text_or_null(out, "why_not", seal->why_not);
	emit_close(out, '}');
}

static void
put_checks(struct emit *out, const struct event *event)
{
	emit_open(out, "checks", '[');
	for (size_t i = 0; i < event->check_count; i++) {
		const struct event_check *check = &event->checks[i];

		emit_open(out, NULL, '{');
		emit_word(out, "name", check->name);
		emit_bool(out, "finished", check->finished);
		emit_int(out, "took_us", (int64_t)check->took_us);
		emit_int(out, "waited_us", (int64_t)check->waited_us);
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

/* Only where there was a wait. */
static void
put_waits(struct emit *out, const uint64_t waits_us[EVENT_WAIT_COUNT])
{
	bool any = false;

	for (int i = 0; i < EVENT_WAIT_COUNT; i++) {
		if (waits_us[i] == 0)
			continue;
		if (!any)
			emit_open(out, "waits", '[');
		any = true;
		emit_open(out, NULL, '{');
		emit_word(out, "for", event_wait_name((enum event_wait)i));
		emit_int(out, "waited_us", (int64_t)waits_us[i]);
		emit_close(out, '}');
	}
	if (any)
		emit_close(out, ']');
}

/* Only of mail that could be tagged: ours, with bounce_tags on. */
static void
put_bounce_tag(struct emit *out, const struct event *event)
{
	if (event->tagged_from.len == 0 && event->untagged == NULL)
		return;
	emit_open(out, "bounce_tag", '{');
	if (event->untagged == NULL)
		emit_masked(out, "from", mask_sender(out->mask,
		    event->tagged_from), LIMIT_EVENT_TEXT_OCTETS);
	else
		emit_word(out, "why_not", event->untagged);
	emit_close(out, '}');
}

static void
put_signed(struct emit *out, const struct event *event)
{
	emit_open(out, "signed", '[');
	for (size_t i = 0; i < event->signature_count; i++) {
		const struct event_made *made = &event->signatures[i];

		emit_open(out, NULL, '{');
		put_text(out, "domain", made->domain);
		put_text(out, "selector", made->selector);
		emit_word(out, "algorithm", made->algorithm);
		emit_close(out, '}');
	}
	emit_close(out, ']');
	put_text_or_null(out, "unsigned", event->not_signed);
}

/* Only where there was something to learn. */
static void
put_learnt(struct emit *out, enum event_learnt learnt)
{
	if (learnt != EVENT_LEARNT_NOTHING)
		emit_word(out, "learnt", learnt == EVENT_LEARNT_SPAM ?
		    "spam" : "ham");
}

static void
put_troubles(struct emit *out, const struct event *event)
{
	emit_open(out, "troubles", '[');
	for (size_t i = 0; i < event->trouble_count; i++)
		put_text(out, NULL, str_from(event->troubles[i]));
	emit_close(out, ']');
}

static void
put_time(struct emit *out, int64_t time_us)
{
	char text[WHEN_TEXT_MAX];

	when_text(time_us, text);
	emit_word(out, "time", text);
}

static void
put_id(struct emit *out, uint64_t id)
{
	char text[24];

	snprintf(text, sizeof(text), "%016" PRIx64, id);
	emit_word(out, "id", id == 0 ? NULL : text);
}

/* Only where something is hidden. */
static void
put_privacy(struct emit *out, unsigned bits)
{
	if (bits == 0)
		return;
	emit_open(out, "privacy", '[');
	for (unsigned bit = 1; bit < PRIVACY_END; bit <<= 1)
		if ((bits & bit) != 0)
			emit_word(out, NULL,
			    privacy_name((enum privacy_bit)bit));
	emit_close(out, ']');
}

char *
event_json(const struct event *event, enum event_shape shape)
{
	const struct fact *queue_id = facts_get(event->facts,
	    FACT_ID_QUEUE_ID);
	struct mask *mask;
	struct emit out;

	emit_init(&out);
	out.mask = shape == EVENT_LINE ? event->mask : NULL;
	emit_open(&out, NULL, '{');
	emit_int(&out, "v", 1);
	put_time(&out, event->time_us);
	put_id(&out, event->id);
	put_text_or_null(&out, "host", event->host);
	emit_word(&out, "kind", event->kind);
	put_text_or_null(&out, "queue_id", queue_id->state == FACT_SET ?
	    queue_id->text : STR_NONE);
	put_verdict(&out, "verdict", event->action, is_by_rule(event) ?
	    event->rule : NULL);
	if (!is_same(event->action, event->decided))
		put_verdict(&out, "decided", event->decided, event->rule);
	put_policy(&out, event->policy);
	put_privacy(&out, mask_bits(out.mask));
	put_rules(&out, event->run);
	event_calls(&out, event->answers, event->answers_count);
	event_dmarc(&out, event);
	put_rcpts(&out, event->rcpts, event->rcpt_listed);
	put_shadow(&out, event->shadow);
	put_dkim(&out, event->results);
	if (shape == EVENT_TOOL)
		event_groups(&out, event->facts);
	event_facts(&out, event->facts);
	mask = out.mask;
	out.mask = mask_of_dns(mask);
	put_dns(&out, event->results);
	put_spf_terms(&out, event->results);
	out.mask = mask;
	if (event->authentication_results.len == 0)
		emit_null(&out, "authentication_results");
	else
		emit_text(&out, "authentication_results",
		    event->authentication_results, LIMIT_AUTHRES_OCTETS);
	put_seal(&out, event->seal);
	put_signed(&out, event);
	put_checks(&out, event);
	put_waits(&out, event->waits_us);
	emit_int(&out, "took_us", (int64_t)event->took_us);
	put_bounce_tag(&out, event);
	put_learnt(&out, event->learnt);
	put_troubles(&out, event);
	emit_close(&out, '}');
	return emit_finish(&out);
}
