#include "event/read_lists.h"

#include <stddef.h>
#include <string.h>

static const struct key_row verdict_rows[] = {
	KEY("action", reader_end, struct event_verdict, action),
	KEY("code", reader_unsigned, struct event_verdict, code),
	KEY("enhanced", reader_text, struct event_verdict, enhanced),
	KEY("text", reader_text, struct event_verdict, text),
	KEY("file", reader_text, struct event_verdict, place.file),
	KEY("line", reader_unsigned, struct event_verdict, place.line),
};

bool
reader_verdict(struct reader *reader, void *into)
{
	struct event_verdict *verdict = into;

	return reader_object(reader, ROWS(verdict_rows), verdict) &&
	    verdict->action != ACTION_CONTINUE;
}

static const struct key_row rcpt_rows[] = {
	KEY("address", reader_text, struct event_rcpt_record, address),
	KEY("bounce_tag", reader_tag, struct event_rcpt_record, tag),
	KEY("action", reader_end, struct event_rcpt_record, verdict.action),
	KEY("code", reader_unsigned, struct event_rcpt_record, verdict.code),
	KEY("enhanced", reader_text, struct event_rcpt_record,
	    verdict.enhanced),
	KEY("text", reader_text, struct event_rcpt_record, verdict.text),
	KEY("file", reader_text, struct event_rcpt_record, verdict.place.file),
	KEY("line", reader_unsigned, struct event_rcpt_record,
	    verdict.place.line),
};

static const struct key_row rule_rows[] = {
	KEY("action", reader_action, struct event_rule_record, action),
	KEY("shadow", reader_bool, struct event_rule_record, shadow),
	KEY("stage", reader_text, struct event_rule_record, stage),
	KEY("file", reader_text, struct event_rule_record, place.file),
	KEY("line", reader_unsigned, struct event_rule_record, place.line),
	KEY("text", reader_text, struct event_rule_record, text),
	KEY("functions", reader_functions, struct event_rule_record, asks),
};

static const struct key_row signature_rows[] = {
	KEY("result", reader_text, struct event_signature, result),
	KEY("domain", reader_text, struct event_signature, domain),
	KEY("selector", reader_text, struct event_signature, selector),
	KEY("algorithm", reader_text, struct event_signature, algorithm),
	KEY("reason", reader_text, struct event_signature, reason),
};

static const struct key_row dns_rows[] = {
	KEY("method", reader_text, struct event_dns, method),
	KEY("name", reader_text, struct event_dns, name),
	KEY("type", reader_text, struct event_dns, type),
	KEY("status", reader_text, struct event_dns, status),
	KEY("secure", reader_bool, struct event_dns, secure),
	KEY("data", reader_text, struct event_dns, data),
};

static const struct key_row spf_rows[] = {
	KEY("method", reader_text, struct event_spf_term, method),
	KEY("depth", reader_unsigned, struct event_spf_term, depth),
	KEY("domain", reader_text, struct event_spf_term, domain),
	KEY("term", reader_text, struct event_spf_term, term),
	KEY("outcome", reader_text, struct event_spf_term, outcome),
	KEY("lookups", reader_unsigned, struct event_spf_term, lookups),
};

/* A list of objects: an array of the record. */
#define READ_LIST(function, type, member, rows)				\
bool									\
function(struct reader *reader, void *into)				\
{									\
	type item;							\
									\
	(void)into;							\
	if (!pull_array(&reader->pull))					\
		return false;						\
	while (pull_item(&reader->pull)) {				\
		memset(&item, 0, sizeof(item));				\
		if (!reader_object(reader, ROWS(rows), &item))		\
			return false;					\
		VEC_PUSH(reader->pull.arena, &reader->record->member,	\
		    item);						\
	}								\
	return !reader->pull.bad;					\
}

static const struct key_row reason_rows[] = {
	KEY("type", reader_text, struct event_reason, type),
	KEY("comment", reader_text, struct event_reason, comment),
};

READ_LIST(reader_reasons, struct event_reason, dmarc.reasons, reason_rows)
READ_LIST(reader_rcpts, struct event_rcpt_record, rcpts, rcpt_rows)
READ_LIST(reader_shadow_rcpts, struct event_rcpt_record, shadow_rcpts,
    rcpt_rows)
READ_LIST(reader_rules, struct event_rule_record, rules, rule_rows)
READ_LIST(reader_signatures, struct event_signature, signatures, signature_rows)
READ_LIST(reader_dns, struct event_dns, dns, dns_rows)
READ_LIST(reader_spf, struct event_spf_term, spf, spf_rows)

/* A list of texts: another array of the record. */
#define READ_TEXTS(function, member)					\
bool									\
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

READ_TEXTS(reader_troubles, troubles)
READ_TEXTS(reader_notes, dmarc.notes)
