#include "event/dmarc.h"

#include "base/limits.h"

static void
put_overrides(struct emit *out, const struct event *event)
{
	emit_open(out, "dmarc_override", '[');
	for (size_t i = 0; i < event->override_count; i++) {
		emit_open(out, NULL, '{');
		emit_word(out, "type",
		    override_name(event->overrides[i].type));
		emit_capped(out, "comment", event->overrides[i].comment);
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

/* What stands in DNS for all to read goes to whoever asked for reports there:
 * no mask. */
static void
put_record(struct emit *out, const struct dmarc_seen *seen)
{
	if (seen->record.len == 0)
		return;
	emit_masked(out, "dmarc_record", seen->record,
	    LIMIT_DMARC_RECORD_OCTETS);
	emit_open(out, "dmarc_notes", '[');
	for (size_t i = 0; i < seen->notes.count; i++)
		emit_masked(out, NULL, seen->notes.at[i],
		    LIMIT_EVENT_TEXT_OCTETS);
	emit_close(out, ']');
}

void
event_dmarc(struct emit *out, const struct event *event)
{
	put_overrides(out, event);
	put_record(out, &event->results->dmarc);
	if (event->report)
		emit_bool(out, "report", true);
}
