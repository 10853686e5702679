#include "event/emit.h"
#include "event/when.h"
#include "summary/section.h"

static void
put_value(struct emit *out, const char *key, enum summary_type type,
    const struct summary_value *value)
{
	char text[WHEN_TEXT_MAX];

	if (value->none) {
		emit_null(out, key);
		return;
	}
	switch (type) {
	case SUMMARY_TEXT:
		emit_some(out, key, value->text);
		break;
	case SUMMARY_COUNT:
	case SUMMARY_OCTETS:
		emit_int(out, key, (int64_t)value->count);
		break;
	case SUMMARY_SHARE:
	case SUMMARY_NUMBER:
		emit_number(out, key, value->number);
		break;
	case SUMMARY_SPAN:
		emit_int(out, key, value->us);
		break;
	case SUMMARY_TIME:
		when_text(value->us, text);
		emit_word(out, key, text);
		break;
	}
}

static void
put_command(struct emit *out, const char *key, const struct summary *summary,
    const struct summary_query *query)
{
	struct str command = summary_command(summary, query, summary->arena);

	/* All of it: half a command is another one. */
	if (command.len > 0)
		emit_text(out, key, command, SIZE_MAX);
}

static void
put_lists(struct emit *out, const char *key,
    const struct summary_query *query)
{
	if (summary_has_query(query))
		emit_int(out, key, (int64_t)query->lists);
}

static void
put_table(struct emit *out, const struct summary *summary,
    const struct summary_table *table)
{
	emit_open(out, table->key, '{');
	emit_word(out, "title", table->title);
	emit_open(out, "rows", '[');
	for (size_t i = 0; i < table->rows.count; i++) {
		const struct summary_row *row = &table->rows.at[i];

		emit_open(out, NULL, '{');
		for (size_t k = 0; k < table->column_count; k++)
			put_value(out, table->columns[k].key,
			    table->columns[k].type, &row->values[k]);
		put_command(out, "command", summary, &row->query);
		put_lists(out, "lists", &row->query);
		emit_close(out, '}');
	}
	emit_close(out, ']');
	if (table->step_us > 0)
		emit_int(out, "step_us", table->step_us);
	if (table->to_us > 0)
		emit_int(out, "outside", (int64_t)summary_outside(table));
	emit_open(out, "rest", '{');
	emit_int(out, "rows", (int64_t)table->rest.rows);
	emit_int(out, "count", (int64_t)table->rest.count);
	emit_int(out, "error", (int64_t)table->rest.error);
	emit_close(out, '}');
	emit_close(out, '}');
}

static void
put_section(struct emit *out, const struct summary *summary,
    const struct summary_section *section)
{
	emit_open(out, section->key, '{');
	emit_word(out, "title", section->title);
	emit_word(out, "about", section->about);
	emit_open(out, "figures", '{');
	for (size_t i = 0; i < section->figures.count; i++)
		put_value(out, section->figures.at[i].key,
		    section->figures.at[i].type,
		    &section->figures.at[i].value);
	emit_close(out, '}');
	emit_open(out, "commands", '{');
	for (size_t i = 0; i < section->figures.count; i++)
		put_command(out, section->figures.at[i].key, summary,
		    &section->figures.at[i].query);
	emit_close(out, '}');
	emit_open(out, "lists", '{');
	for (size_t i = 0; i < section->figures.count; i++)
		put_lists(out, section->figures.at[i].key,
		    &section->figures.at[i].query);
	emit_close(out, '}');
	emit_open(out, "tables", '{');
	for (size_t i = 0; i < section->tables.count; i++)
		put_table(out, summary, &section->tables.at[i]);
	emit_close(out, '}');
	emit_open(out, "notes", '[');
	for (size_t i = 0; i < section->notes.count; i++)
		emit_some(out, NULL, section->notes.at[i]);
	emit_close(out, ']');
	emit_close(out, '}');
}

static void
put_time(struct emit *out, const char *key, int64_t time_us)
{
	put_value(out, key, SUMMARY_TIME, &(struct summary_value){
	    .none = time_us == 0, .us = time_us });
}

void
summary_print_json(FILE *file, const struct summary *summary,
    const struct summary_print *how)
{
	struct emit out;

	emit_init(&out);
	emit_open(&out, NULL, '{');
	emit_int(&out, "v", 1);
	put_time(&out, "since", summary->since_us);
	put_time(&out, "until", summary->until_us);
	put_time(&out, "first", summary->first_us);
	put_time(&out, "last", summary->last_us);
	emit_int(&out, "events", (int64_t)summary->events);
	emit_open(&out, "sections", '{');
	for (size_t i = 0; i < summary->section_count; i++)
		if (summary_is_wanted(how, &summary->sections[i]))
			put_section(&out, summary, &summary->sections[i]);
	emit_close(&out, '}');
	emit_close(&out, '}');
	emit_print(&out, file);
}
