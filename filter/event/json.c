#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "event/calls.h"
#include "event/dmarc.h"
#include "event/emit.h"
#include "event/event.h"
#include "event/evidence.h"
#include "event/verdict.h"
#include "event/when.h"

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
	emit_some(out, "why_not", seal->why_not);
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
		emit_capped(out, "domain", made->domain);
		emit_capped(out, "selector", made->selector);
		emit_word(out, "algorithm", made->algorithm);
		emit_close(out, '}');
	}
	emit_close(out, ']');
	emit_some(out, "unsigned", event->not_signed);
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
		emit_capped(out, NULL, str_from(event->troubles[i]));
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
	struct emit out;

	emit_init(&out);
	out.mask = shape == EVENT_LINE ? event->mask : NULL;
	emit_open(&out, NULL, '{');
	emit_int(&out, "v", 1);
	put_time(&out, event->time_us);
	put_id(&out, event->id);
	emit_some(&out, "host", event->host);
	emit_word(&out, "kind", event->kind);
	emit_some(&out, "queue_id", queue_id->state == FACT_SET ?
	    queue_id->text : STR_NONE);
	verdict_put(&out, event);
	verdict_put_policy(&out, event->policy);
	put_privacy(&out, mask_bits(out.mask));
	verdict_put_rules(&out, event->run);
	event_calls(&out, event->answers, event->answers_count);
	event_dmarc(&out, event);
	verdict_put_rcpts(&out, event->rcpts, event->rcpt_listed);
	verdict_put_shadow(&out, event->shadow);
	evidence_put_signatures(&out, event->results);
	if (shape == EVENT_TOOL)
		event_groups(&out, event->facts);
	event_facts(&out, event->facts);
	evidence_put_dns(&out, event->results);
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
