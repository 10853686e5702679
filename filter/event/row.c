#include "event/row.h"

#include "base/buf.h"

static const bool facts[FACT_COUNT] = {
	[FACT_ID_CLIENT_IP] = true, [FACT_ID_MAIL_FROM] = true,
	[FACT_ID_FROM_DOMAIN] = true,
};

const bool *
event_row_facts(void)
{
	return facts;
}

static struct str
text_of(const struct event_record *record, enum fact_id id,
    struct arena *arena)
{
	const struct fact *fact = facts_get(&record->facts, id);
	char ip[IP_TEXT_MAX];

	if (fact->state != FACT_SET)
		return STR_NONE;
	if (fact_table[id].type == FACT_IP)
		return arena_copy(arena, fact_ip_text(fact, ip));
	return fact->text;
}

static struct str
sender_of(const struct event_record *record)
{
	const struct fact *from = facts_get(&record->facts,
	    FACT_ID_MAIL_FROM);

	if (from->state != FACT_SET)
		return STR_NONE;
	return from->text.len == 0 ? STR("<>") : from->text;
}

static struct str
rcpts_of(const struct event_record *record, struct arena *arena)
{
	struct buf out;

	if (record->rcpts.count == 1)
		return record->rcpts.at[0].address;
	buf_init(&out, arena, SIZE_MAX);
	for (size_t i = 0; i < record->rcpts.count; i++) {
		if (i > 0)
			buf_addc(&out, '\n');
		buf_add(&out, record->rcpts.at[i].address);
	}
	return buf_str(&out);
}

static struct str
rule_of(const struct event_record *record, struct arena *arena)
{
	const struct event_place *place = &record->verdict.place;

	if (place->file.len == 0)
		place = &record->decided.place;
	return place->file.len == 0 ? STR_NONE : arena_printf(arena,
	    "%.*s:%u", STR_ARG(place->file), place->line);
}

void
event_row(const struct event_record *record, struct arena *arena,
    struct history_row *row_out)
{
	*row_out = (struct history_row){
		.time_us = record->time_us, .id = record->id,
		.host = record->host, .queue_id = record->queue_id,
		.kind = str_from(stage_name(record->last)),
		.verdict = str_from(action_name(record->verdict.action)),
		.rule = rule_of(record, arena),
		.client = text_of(record, FACT_ID_CLIENT_IP, arena),
		.sender = sender_of(record),
		.from_domain = text_of(record, FACT_ID_FROM_DOMAIN, arena),
		.rcpts = rcpts_of(record, arena), .line = record->line,
	};
}
