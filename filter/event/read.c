#include "event/read.h"

#include <stddef.h>
#include <string.h>

#include "event/calls.h"
#include "event/figures.h"
#include "event/when.h"

struct reader {
	struct pull		 pull;
	struct event_want	 want;
	struct event_record	*record;
	unsigned		 seen;		/* NEEDS_* */
	bool			 has_decided;
	enum event_read_status	 status;
};

enum { NEEDS_V = 1, NEEDS_TIME = 2, NEEDS_KIND = 4, NEEDS_VERDICT = 8,
       NEEDS_FACTS = 16, NEEDS_ALL = 31 };

typedef bool read_fn(struct reader *reader, void *into);

/* A key of an object; rows stand in the order in which event_json() writes. */
struct key_row {
	struct str	 key;
	read_fn		*read;
	size_t		 offset;	/* of what is read, in the object */
	unsigned	 part;		/* read only if one of them is
					 * wanted; 0: always */
};

#define KEY(name, read, type, member) \
	{ STR_INIT(name), read, offsetof(type, member), 0 }
#define ROWS(table)	table, sizeof(table) / sizeof((table)[0])

static bool
is_wanted(const struct reader *reader, const struct key_row *row)
{
	return row->part == 0 || (reader->want.parts & row->part) != 0;
}

/* The next row is likely. */
static const struct key_row *
find_row(struct str key, const struct key_row *rows, size_t count,
    size_t next)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = next + i < count ? next + i : next + i - count;

		if (key.len == rows[at].key.len &&
		    memcmp(key.ptr, rows[at].key.ptr, key.len) == 0)
			return &rows[at];
	}
	return NULL;
}

/* What must be there was, and the recipients too, and the line ends as we end
 * it: so the order is ours, and nobody has put more keys behind. */
static bool
may_leave(struct reader *reader)
{
	return reader->seen == NEEDS_ALL &&
	    reader->record->rcpts.count > 0 &&
	    pull_leave(&reader->pull, STR(",\"troubles\":[]}"));
}

/* Where the keys come in the order of the rows, nothing behind the row of last
 * (or NULL) is wanted. */
static bool
read_keys(struct reader *reader, const struct key_row *rows, size_t count,
    const struct key_row *last, void *into)
{
	struct pull *pull = &reader->pull;
	struct str key;
	size_t next = 0;

	if (!pull_object(pull))
		return false;
	while (pull_key(pull, &key)) {
		const struct key_row *row = find_row(key, rows, count, next);

		if (row == NULL || !is_wanted(reader, row))
			pull_skip(pull);
		else if (!row->read(reader, (char *)into + row->offset))
			return false;
		if (row == NULL)
			continue;
		if (row < rows + next)
			last = NULL;
		next = (size_t)(row - rows) + 1;
		if (row == last && may_leave(reader))
			return true;
	}
	return !pull->bad;
}

static bool
read_object(struct reader *reader, const struct key_row *rows, size_t count,
    void *into)
{
	return read_keys(reader, rows, count, NULL, into);
}

/* ---- values ---- */

/* Null and what is no text are the empty text. */
static bool
read_text(struct reader *reader, void *into)
{
	struct str *text = into;

	if (pull_type(&reader->pull) == PULL_TEXT)
		return pull_text(&reader->pull, text);
	*text = STR_NONE;
	return pull_skip(&reader->pull);
}

static bool
read_unsigned(struct reader *reader, void *into)
{
	unsigned *value = into;
	double number = 0;

	if (pull_type(&reader->pull) != PULL_NUMBER)
		return pull_skip(&reader->pull);
	if (!pull_number(&reader->pull, &number))
		return false;
	*value = number >= 0 && number <= INT32_MAX ? (unsigned)number : 0;
	return true;
}

static bool
read_functions(struct reader *reader, void *into)
{
	return event_functions_read(&reader->pull, into);
}

static bool
read_bool(struct reader *reader, void *into)
{
	if (pull_type(&reader->pull) != PULL_BOOL)
		return pull_skip(&reader->pull);
	return pull_bool(&reader->pull, into);
}

/* A rule may do what only later versions know: ACTION_CONTINUE. */
static bool
read_action(struct reader *reader, void *into)
{
	enum action *action = into;
	struct str name;

	*action = ACTION_CONTINUE;
	if (!pull_text(&reader->pull, &name))
		return false;
	for (int i = ACTION_ACCEPT; i < ACTION_COUNT; i++)
		if (str_eqz(name, action_name((enum action)i)))
			*action = (enum action)i;
	return true;
}

/* What became of mail is one of those that we know. */
static bool
read_end(struct reader *reader, void *into)
{
	return read_action(reader, into) &&
	    *(enum action *)into != ACTION_CONTINUE;
}

/* A word of a newer version is as good as none. */
static bool
read_tag(struct reader *reader, void *into)
{
	enum word *word = into;
	struct str name;

	if (!pull_text(&reader->pull, &name))
		return false;
	if (!word_find(TAG_WORDS, name, word))
		*word = WORD_NONE;
	return true;
}

/* ---- verdicts, rules, recipients ---- */

static const struct key_row verdict_rows[] = {
	KEY("action", read_end, struct event_verdict, action),
	KEY("code", read_unsigned, struct event_verdict, code),
	KEY("enhanced", read_text, struct event_verdict, enhanced),
	KEY("text", read_text, struct event_verdict, text),
	KEY("file", read_text, struct event_verdict, place.file),
	KEY("line", read_unsigned, struct event_verdict, place.line),
};

static bool
read_verdict(struct reader *reader, void *into)
{
	struct event_verdict *verdict = into;

	return read_object(reader, ROWS(verdict_rows), verdict) &&
	    verdict->action != ACTION_CONTINUE;
}

static bool
read_done(struct reader *reader, void *into)
{
	reader->seen |= NEEDS_VERDICT;
	return read_verdict(reader, into);
}

static bool
read_decided(struct reader *reader, void *into)
{
	reader->has_decided = true;
	return read_verdict(reader, into);
}

static const struct key_row rcpt_rows[] = {
	KEY("address", read_text, struct event_rcpt_record, address),
	KEY("bounce_tag", read_tag, struct event_rcpt_record, tag),
	KEY("action", read_end, struct event_rcpt_record, verdict.action),
	KEY("code", read_unsigned, struct event_rcpt_record, verdict.code),
	KEY("enhanced", read_text, struct event_rcpt_record,
	    verdict.enhanced),
	KEY("text", read_text, struct event_rcpt_record, verdict.text),
	KEY("file", read_text, struct event_rcpt_record, verdict.place.file),
	KEY("line", read_unsigned, struct event_rcpt_record,
	    verdict.place.line),
};

static const struct key_row rule_rows[] = {
	KEY("action", read_action, struct event_rule_record, action),
	KEY("shadow", read_bool, struct event_rule_record, shadow),
	KEY("stage", read_text, struct event_rule_record, stage),
	KEY("file", read_text, struct event_rule_record, place.file),
	KEY("line", read_unsigned, struct event_rule_record, place.line),
	KEY("text", read_text, struct event_rule_record, text),
	KEY("functions", read_functions, struct event_rule_record, asks),
};

static const struct key_row signature_rows[] = {
	KEY("result", read_text, struct event_signature, result),
	KEY("domain", read_text, struct event_signature, domain),
	KEY("selector", read_text, struct event_signature, selector),
	KEY("algorithm", read_text, struct event_signature, algorithm),
	KEY("reason", read_text, struct event_signature, reason),
};

static const struct key_row dns_rows[] = {
	KEY("method", read_text, struct event_dns, method),
	KEY("name", read_text, struct event_dns, name),
	KEY("type", read_text, struct event_dns, type),
	KEY("status", read_text, struct event_dns, status),
	KEY("secure", read_bool, struct event_dns, secure),
	KEY("data", read_text, struct event_dns, data),
};

static const struct key_row spf_rows[] = {
	KEY("method", read_text, struct event_spf_term, method),
	KEY("depth", read_unsigned, struct event_spf_term, depth),
	KEY("domain", read_text, struct event_spf_term, domain),
	KEY("term", read_text, struct event_spf_term, term),
	KEY("outcome", read_text, struct event_spf_term, outcome),
	KEY("lookups", read_unsigned, struct event_spf_term, lookups),
};

/* A list of objects: an array of the record. */
#define READ_LIST(function, type, member, rows)				\
static bool								\
function(struct reader *reader, void *into)				\
{									\
	type item;							\
									\
	(void)into;							\
	if (!pull_array(&reader->pull))					\
		return false;						\
	while (pull_item(&reader->pull)) {				\
		memset(&item, 0, sizeof(item));				\
		if (!read_object(reader, ROWS(rows), &item))		\
			return false;					\
		VEC_PUSH(reader->pull.arena, &reader->record->member,	\
		    item);						\
	}								\
	return !reader->pull.bad;					\
}

static const struct key_row reason_rows[] = {
	KEY("type", read_text, struct event_reason, type),
	KEY("comment", read_text, struct event_reason, comment),
};

READ_LIST(read_reasons, struct event_reason, dmarc.reasons, reason_rows)
READ_LIST(read_rcpts, struct event_rcpt_record, rcpts, rcpt_rows)
READ_LIST(read_shadow_rcpts, struct event_rcpt_record, shadow_rcpts, rcpt_rows)
READ_LIST(read_rules, struct event_rule_record, rules, rule_rows)
READ_LIST(read_signatures, struct event_signature, signatures, signature_rows)
READ_LIST(read_dns, struct event_dns, dns, dns_rows)
READ_LIST(read_spf, struct event_spf_term, spf, spf_rows)

/* A list of texts: another array of the record. */
#define READ_TEXTS(function, member)					\
static bool								\
function(struct reader *reader, void *into)				\
{									\
	struct str text;						\
									\
	(void)into;							\
	if (!pull_array(&reader->pull))					\
		return false;						\
	while (pull_item(&reader->pull)) {				\
		if (!pull_text(&reader->pull, &text))			\
			return false;					\
		VEC_PUSH(reader->pull.arena, &reader->record->member,	\
		    text);						\
	}								\
	return !reader->pull.bad;					\
}

READ_TEXTS(read_troubles, troubles)
READ_TEXTS(read_notes, dmarc.notes)

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

	return read_text(reader, into) && (wanted->len == 0 ||
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

	if (!read_text(reader, &mode))
		return false;
	*(bool *)into = str_eqz(mode, "monitor");
	return true;
}

static const struct key_row policy_rows[] = {
	KEY("name", read_text, struct event_record, policy),
	KEY("mode", read_mode, struct event_record, monitor),
	KEY("checksum", read_text, struct event_record, checksum),
};

static bool
read_policy(struct reader *reader, void *into)
{
	if (pull_type(&reader->pull) != PULL_OBJECT)
		return pull_skip(&reader->pull);
	return read_object(reader, ROWS(policy_rows), into);
}

static const struct key_row shadow_rows[] = {
	KEY("file", read_text, struct event_shadow_record, file),
	KEY("decided", read_verdict, struct event_shadow_record, decided),
	KEY("rcpts", read_shadow_rcpts, struct event_shadow_record, file),
	KEY("differs", read_bool, struct event_shadow_record, differs),
};

static bool
read_shadow(struct reader *reader, void *into)
{
	struct event_shadow_record *shadow = into;

	shadow->is_there = true;
	return read_object(reader, ROWS(shadow_rows), shadow) &&
	    shadow->decided.action != ACTION_CONTINUE;
}

#define PART(name, read, member, part) \
	{ STR_INIT(name), read, offsetof(struct event_record, member), part }

static const struct key_row event_rows[] = {
	PART("v", read_version, time, 0),
	PART("time", read_time, time, 0),
	PART("id", read_text, id, 0),
	PART("host", read_text, host, 0),
	PART("kind", read_kind, last, 0),
	PART("queue_id", read_queue_id, queue_id, 0),
	PART("verdict", read_done, verdict, 0),
	PART("decided", read_decided, decided, 0),
	{ STR_INIT("policy"), read_policy, 0, 0 },
	PART("privacy", read_privacy, privacy, 0),
	PART("rules", read_rules, rules, EVENT_PART_RULES),
	PART("calls", read_calls, calls, EVENT_PART_CALLS),
	PART("dmarc_override", read_reasons, dmarc, EVENT_PART_DMARC),
	PART("dmarc_record", read_text, dmarc.record, EVENT_PART_DMARC),
	PART("dmarc_notes", read_notes, dmarc, EVENT_PART_DMARC),
	PART("report", read_bool, dmarc.report, EVENT_PART_DMARC),
	PART("rcpts", read_rcpts, rcpts, 0),
	PART("shadow_policy", read_shadow, shadow, EVENT_PART_SHADOW),
	PART("dkim", read_signatures, signatures, EVENT_PART_DETAIL |
	    EVENT_PART_DMARC | EVENT_PART_FIGURES),
	PART("facts", read_facts, facts, 0),
	PART("dns", read_dns, dns, EVENT_PART_DETAIL | EVENT_PART_FIGURES),
	PART("spf_terms", read_spf, spf, EVENT_PART_DETAIL),
	PART("authentication_results", read_text, authentication_results,
	    EVENT_PART_DETAIL),
	PART("arc_seal", read_sealed, figures, EVENT_PART_FIGURES),
	PART("signed", read_made, figures, EVENT_PART_FIGURES),
	PART("unsigned", read_text, figures.not_signed, EVENT_PART_FIGURES),
	PART("checks", read_checks, figures, EVENT_PART_FIGURES),
	PART("waits", read_waits, figures, EVENT_PART_FIGURES),
	PART("took_us", read_micros, figures.took_us, EVENT_PART_FIGURES),
	PART("bounce_tag", read_tagged, figures, EVENT_PART_FIGURES),
	PART("troubles", read_troubles, troubles, EVENT_PART_DETAIL |
	    EVENT_PART_FIGURES),
};

static const struct key_row *
last_wanted(const struct reader *reader)
{
	const struct key_row *row = event_rows +
	    sizeof(event_rows) / sizeof(event_rows[0]) - 1;

	while (!is_wanted(reader, row))
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
	if (!read_keys(&reader, ROWS(event_rows), last_wanted(&reader),
	    record_out) ||
	    !pull_end(&reader.pull) || reader.seen != NEEDS_ALL)
		return reader.status;
	if (record_out->privacy != 0)
		privacy_mark(&record_out->facts, record_out->privacy);
	if (!reader.has_decided)
		record_out->decided = record_out->verdict;
	return EVENT_READ_OK;
}
