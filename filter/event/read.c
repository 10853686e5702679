#include "event/read.h"

#include <stddef.h>
#include <string.h>

#include "event/calls.h"
#include "event/figures.h"
#include "event/read_lists.h"
#include "event/when.h"

static bool
read_done(struct reader *reader, void *into)
{
	reader->seen |= NEEDS_VERDICT;
	return reader_verdict(reader, into);
}

static bool
read_decided(struct reader *reader, void *into)
{
	reader->has_decided = true;
	return reader_verdict(reader, into);
}

static bool
read_facts(struct reader *reader, void *into)
{
	(void)into;
	reader->seen |= NEEDS_FACTS;
	return event_facts_read(&reader->pull, reader->want.facts,
	    &reader->record->facts);
}

static bool
read_calls(struct reader *reader, void *into)
{
	return event_calls_read(&reader->pull, into);
}

/* A word of a newer version hides what we cannot know. */
static bool
read_privacy(struct reader *reader, void *into)
{
	struct str word;

	if (pull_type(&reader->pull) != PULL_ARRAY)
		return pull_skip(&reader->pull);
	if (!pull_array(&reader->pull))
		return false;
	while (pull_item(&reader->pull)) {
		if (!pull_text(&reader->pull, &word))
			return false;
		*(unsigned *)into |= privacy_find(word);
	}
	return !reader->pull.bad;
}

#define READ_FIGURE(name)						\
static bool								\
read_##name(struct reader *reader, void *into)				\
{									\
	return event_##name##_read(&reader->pull, into);		\
}

READ_FIGURE(micros)
READ_FIGURE(checks)
READ_FIGURE(waits)
READ_FIGURE(made)
READ_FIGURE(sealed)
READ_FIGURE(tagged)

/* ---- the event ---- */

static bool
stop(struct reader *reader, enum event_read_status status)
{
	reader->status = status;
	return false;
}

static bool
read_version(struct reader *reader, void *into)
{
	double version = 0;

	(void)into;
	reader->seen |= NEEDS_V;
	if (!pull_number(&reader->pull, &version))
		return false;
	return version == 1 || stop(reader, EVENT_READ_VERSION);
}

static bool
read_time(struct reader *reader, void *into)
{
	struct event_record *record = reader->record;
	const struct event_want *want = &reader->want;

	(void)into;
	reader->seen |= NEEDS_TIME;
	if (!pull_text(&reader->pull, &record->time) ||
	    !when_read(record->time, &record->time_us))
		return false;
	if (record->time_us < want->since_us ||
	    (want->until_us != 0 && record->time_us >= want->until_us))
		return stop(reader, EVENT_READ_OUTSIDE);
	return true;
}

static bool
read_queue_id(struct reader *reader, void *into)
{
	const struct str *wanted = &reader->want.queue_id;

	return reader_text(reader, into) && (wanted->len == 0 ||
	    str_eq(*(struct str *)into, *wanted) ||
	    stop(reader, EVENT_READ_OUTSIDE));
}

static bool
read_kind(struct reader *reader, void *into)
{
	struct str kind;

	(void)into;
	reader->seen |= NEEDS_KIND;
	return pull_text(&reader->pull, &kind) &&
	    stage_find(kind, &reader->record->last);
}

static bool
read_mode(struct reader *reader, void *into)
{
	struct str mode = STR_NONE;

	if (!reader_text(reader, &mode))
		return false;
	*(bool *)into = str_eqz(mode, "monitor");
	return true;
}

static const struct key_row policy_rows[] = {
	KEY("name", reader_text, struct event_record, policy),
	KEY("mode", read_mode, struct event_record, monitor),
	KEY("checksum", reader_text, struct event_record, checksum),
};

static bool
read_policy(struct reader *reader, void *into)
{
	if (pull_type(&reader->pull) != PULL_OBJECT)
		return pull_skip(&reader->pull);
	return reader_object(reader, ROWS(policy_rows), into);
}

static const struct key_row shadow_rows[] = {
	KEY("file", reader_text, struct event_shadow_record, file),
	KEY("decided", reader_verdict, struct event_shadow_record, decided),
	KEY("rcpts", reader_shadow_rcpts, struct event_shadow_record, file),
	KEY("differs", reader_bool, struct event_shadow_record, differs),
};

static bool
read_shadow(struct reader *reader, void *into)
{
	struct event_shadow_record *shadow = into;

	shadow->is_there = true;
	return reader_object(reader, ROWS(shadow_rows), shadow) &&
	    shadow->decided.action != ACTION_CONTINUE;
}

#define PART(name, read, member, part) \
	{ STR_INIT(name), read, offsetof(struct event_record, member), part }

static const struct key_row event_rows[] = {
	PART("v", read_version, time, 0),
	PART("time", read_time, time, 0),
	PART("id", reader_text, id, 0),
	PART("host", reader_text, host, 0),
	PART("kind", read_kind, last, 0),
	PART("queue_id", read_queue_id, queue_id, 0),
	PART("verdict", read_done, verdict, 0),
	PART("decided", read_decided, decided, 0),
	{ STR_INIT("policy"), read_policy, 0, 0 },
	PART("privacy", read_privacy, privacy, 0),
	PART("rules", reader_rules, rules, EVENT_PART_RULES),
	PART("calls", read_calls, calls, EVENT_PART_CALLS),
	PART("dmarc_override", reader_reasons, dmarc, EVENT_PART_DMARC),
	PART("dmarc_record", reader_text, dmarc.record, EVENT_PART_DMARC),
	PART("dmarc_notes", reader_notes, dmarc, EVENT_PART_DMARC),
	PART("report", reader_bool, dmarc.report, EVENT_PART_DMARC),
	PART("rcpts", reader_rcpts, rcpts, 0),
	PART("shadow_policy", read_shadow, shadow, EVENT_PART_SHADOW),
	PART("dkim", reader_signatures, signatures, EVENT_PART_DETAIL |
	    EVENT_PART_DMARC | EVENT_PART_FIGURES),
	PART("facts", read_facts, facts, 0),
	PART("dns", reader_dns, dns, EVENT_PART_DETAIL | EVENT_PART_FIGURES),
	PART("spf_terms", reader_spf, spf, EVENT_PART_DETAIL),
	PART("authentication_results", reader_text, authentication_results,
	    EVENT_PART_DETAIL),
	PART("arc_seal", read_sealed, figures, EVENT_PART_FIGURES),
	PART("signed", read_made, figures, EVENT_PART_FIGURES),
	PART("unsigned", reader_text, figures.not_signed, EVENT_PART_FIGURES),
	PART("checks", read_checks, figures, EVENT_PART_FIGURES),
	PART("waits", read_waits, figures, EVENT_PART_FIGURES),
	PART("took_us", read_micros, figures.took_us, EVENT_PART_FIGURES),
	PART("bounce_tag", read_tagged, figures, EVENT_PART_FIGURES),
	PART("troubles", reader_troubles, troubles, EVENT_PART_DETAIL |
	    EVENT_PART_FIGURES),
};

static const struct key_row *
last_wanted(const struct reader *reader)
{
	const struct key_row *row = event_rows +
	    sizeof(event_rows) / sizeof(event_rows[0]) - 1;

	while (!reader_wants(reader, row))
		row--;
	return row;
}

enum event_read_status
event_read(struct str line, const struct event_want *want,
    struct arena *arena, struct event_record *record_out)
{
	struct reader reader = { .want = *want, .record = record_out,
	    .status = EVENT_READ_BROKEN };

	memset(record_out, 0, sizeof(*record_out));
	record_out->line = line;
	record_out->facts.arena = arena;
	pull_init(&reader.pull, line, arena);
	if (!reader_keys(&reader, ROWS(event_rows), last_wanted(&reader),
	    record_out) ||
	    !pull_end(&reader.pull) || reader.seen != NEEDS_ALL)
		return reader.status;
	if (record_out->privacy != 0)
		privacy_mark(&record_out->facts, record_out->privacy);
	if (!reader.has_decided)
		record_out->decided = record_out->verdict;
	return EVENT_READ_OK;
}
