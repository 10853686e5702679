/* The same for programs: what stands in the event is not said again. */
#include "event/emit.h"
#include "event/facts.h"
#include "report/explain.h"

static void
put_reads(struct emit *out, const struct event_record *record,
    const struct policy_step *step)
{
	emit_open(out, "reads", '[');
	for (size_t i = 0; i < step->read_count; i++) {
		emit_open(out, NULL, '{');
		emit_word(out, "fact", step->reads[i].fact);
		emit_capped(out, "value", step->reads[i].value);
		emit_bool(out, "recorded", explain_is_recorded(record,
		    step->reads[i].fact));
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

static void
put_step(struct emit *out, const struct event_record *record,
    const struct policy_step *step)
{
	emit_open(out, NULL, '{');
	emit_some(out, "file", str_from(step->rule.file));
	emit_int(out, "line", step->rule.line);
	emit_word(out, "action", action_name(step->rule.action));
	emit_bool(out, "shadow", step->rule.shadow);
	emit_word(out, "truth", policy_truth_name(step->truth));
	put_reads(out, record, step);
	emit_close(out, '}');
}

static void
put_stage(struct emit *out, const struct event_record *record,
    const struct rehearsed_stage *stage)
{
	emit_open(out, NULL, '{');
	emit_word(out, "stage", stage_name(stage->stage));
	emit_some(out, "rcpt", stage->rcpt);
	emit_open(out, "rules", '[');
	for (size_t i = 0; i < stage->trace.steps.count; i++)
		put_step(out, record, &stage->trace.steps.at[i]);
	emit_close(out, ']');
	if (stage->rule == NULL) {
		emit_null(out, "ended_by");
	} else {
		emit_open(out, "ended_by", '{');
		emit_some(out, "file", str_from(stage->rule->file));
		emit_int(out, "line", stage->rule->line);
		emit_close(out, '}');
	}
	emit_close(out, '}');
}

static void
put_verdict(struct emit *out, const char *key,
    const struct event_verdict *verdict)
{
	emit_open(out, key, '{');
	emit_word(out, "action", action_name(verdict->action));
	emit_some(out, "file", verdict->place.file);
	emit_int(out, "line", verdict->place.line);
	emit_close(out, '}');
}

static void
put_spf(struct emit *out, const struct event_record *record)
{
	emit_open(out, "spf_terms", '[');
	for (size_t i = 0; i < record->spf.count; i++) {
		const struct event_spf_term *term = &record->spf.at[i];

		emit_open(out, NULL, '{');
		emit_some(out, "method", term->method);
		emit_int(out, "depth", term->depth);
		emit_some(out, "domain", term->domain);
		emit_some(out, "term", term->term);
		emit_some(out, "outcome", term->outcome);
		emit_int(out, "lookups", term->lookups);
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

static void
put_signatures(struct emit *out, const struct event_record *record)
{
	emit_open(out, "dkim", '[');
	for (size_t i = 0; i < record->signatures.count; i++) {
		const struct event_signature *s = &record->signatures.at[i];

		emit_open(out, NULL, '{');
		emit_some(out, "result", s->result);
		emit_some(out, "domain", s->domain);
		emit_some(out, "selector", s->selector);
		emit_some(out, "reason", s->reason);
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

static void
put_dns(struct emit *out, const struct event_record *record)
{
	emit_open(out, "dns", '[');
	for (size_t i = 0; i < record->dns.count; i++) {
		const struct event_dns *dns = &record->dns.at[i];

		emit_open(out, NULL, '{');
		emit_some(out, "method", dns->method);
		emit_some(out, "name", dns->name);
		emit_some(out, "type", dns->type);
		emit_some(out, "status", dns->status);
		emit_some(out, "data", dns->data);
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

void
explain_print_json(FILE *file, const struct explain *explain)
{
	const struct event_record *record = explain->record;
	struct emit out;

	emit_init(&out);
	emit_open(&out, NULL, '{');
	emit_some(&out, "file", str_from(explain->title));
	emit_some(&out, "queue_id", record->queue_id);
	emit_some(&out, "time", record->time);
	emit_word(&out, "kind", stage_name(record->last));
	emit_some(&out, "policy", record->policy);
	emit_bool(&out, "policy_changed", explain->policy_changed);
	emit_bool(&out, "asks_functions", explain->asks_functions);
	put_verdict(&out, "verdict", &record->verdict);
	put_verdict(&out, "decided", &record->decided);
	emit_word(&out, "now", explain->now == NULL ? NULL :
	    action_name(explain->now->action));
	emit_open(&out, "stages", '[');
	for (size_t i = 0; i < explain->stage_count; i++)
		put_stage(&out, record, &explain->stages[i]);
	emit_close(&out, ']');
	put_spf(&out, record);
	put_signatures(&out, record);
	put_dns(&out, record);
	event_facts(&out, &record->facts);
	emit_close(&out, '}');
	emit_print(&out, file);
}
