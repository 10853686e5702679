#include <stdarg.h>

#include "base/ensure.h"
#include "summary/section.h"

struct builder
builder_of(const struct summary *summary, struct summary_section *section)
{
	return (struct builder){ .arena = summary->arena,
	    .section = section };
}

/* ---- figures ---- */

static struct summary_figure *
figure(struct builder *builder, const char *key, const char *title,
    enum summary_type type)
{
	struct summary_section *section = builder->section;

	VEC_PUSH(builder->arena, &section->figures, (struct summary_figure){
	    .key = key, .title = title, .type = type });
	return &section->figures.at[section->figures.count - 1];
}

void
builder_count(struct builder *builder, const char *key, const char *title,
    uint64_t count)
{
	struct summary_figure *new = figure(builder, key, title,
	    SUMMARY_COUNT);

	new->value.count = new->query.lists = count;
}

void
builder_octets(struct builder *builder, const char *key, const char *title,
    uint64_t octets)
{
	figure(builder, key, title, SUMMARY_OCTETS)->value.count = octets;
}

static struct summary_value
share(uint64_t part, uint64_t of)
{
	if (of == 0)
		return (struct summary_value){ .none = true };
	return (struct summary_value){ .number = (double)part / (double)of };
}

void
builder_share(struct builder *builder, const char *key, const char *title,
    uint64_t part, uint64_t of)
{
	struct summary_figure *new = figure(builder, key, title,
	    SUMMARY_SHARE);

	new->value = share(part, of);
	new->query.lists = part;
}

void
builder_time(struct builder *builder, const char *key, const char *title,
    int64_t us)
{
	figure(builder, key, title, SUMMARY_TIME)->value =
	    (struct summary_value){ .none = us == 0, .us = us };
}

void
builder_note(struct builder *builder, const char *format, ...)
{
	struct str note;
	va_list ap;

	va_start(ap, format);
	note = arena_vprintf(builder->arena, format, ap);
	va_end(ap);
	VEC_PUSH(builder->arena, &builder->section->notes, note);
}

/* ---- queries ---- */

static void
ask(const struct builder *builder, struct summary_query *query,
    const char *option, struct str value)
{
	if (builder->list == BUILDER_NOTHING)
		return;
	query->outcomes = builder->list == BUILDER_OUTCOMES;
	if (option == NULL) {
		query->all = true;
		return;
	}
	ensure(query->count < SUMMARY_QUERY_MAX);
	query->at[query->count].option = option;
	query->at[query->count++].value = arena_copy(builder->arena,
	    value);
}

static struct summary_query *
newest(struct builder *builder)
{
	struct summary_section *section = builder->section;

	return &section->figures.at[section->figures.count - 1].query;
}

void
builder_asks(struct builder *builder, const char *option, struct str value)
{
	ask(builder, newest(builder), option, value);
}

void
row_asks(struct builder *builder, struct summary_row *row,
    const char *option, struct str value)
{
	ask(builder, &row->query, option, value);
}

void
builder_lists(struct builder *builder, uint64_t messages)
{
	newest(builder)->lists = messages;
}

void
row_lists(struct summary_row *row, uint64_t messages)
{
	row->query.lists = messages;
}

void
builder_rows_time(struct builder *builder)
{
	struct summary_table *table = builder->table;

	for (size_t i = 0; i < table->rows.count; i++) {
		struct summary_query *query = &table->rows.at[i].query;

		query->outcomes = builder->list == BUILDER_OUTCOMES;
		if (builder->list == BUILDER_NOTHING)
			query->since_us = query->until_us = 0;
	}
}

void
builder_rows_ask(struct builder *builder, const char *option,
    struct str value)
{
	struct summary_table *table = builder->table;

	for (size_t i = 0; i < table->rows.count; i++)
		row_asks(builder, &table->rows.at[i], option, value);
}

/* ---- tables ---- */

void
builder_table(struct builder *builder, const char *key, const char *title,
    enum summary_shape shape, const struct summary_column *columns,
    size_t count)
{
	struct summary_section *section = builder->section;

	VEC_PUSH(builder->arena, &section->tables, (struct summary_table){
	    .key = key, .title = title, .shape = shape, .columns = columns,
	    .column_count = count, .sorted_by = 1 });
	builder->table = &section->tables.at[section->tables.count - 1];
}

struct summary_row *
builder_row(struct builder *builder)
{
	struct summary_table *table = builder->table;
	struct summary_row row = { .values = arena_alloc(builder->arena,
	    table->column_count * sizeof(*row.values)) };

	VEC_PUSH(builder->arena, &table->rows, row);
	return &table->rows.at[table->rows.count - 1];
}

void
row_text(struct builder *builder, struct summary_row *row, size_t column,
    struct str text)
{
	row->values[column] = (struct summary_value){ .none = text.len == 0,
	    .text = arena_copy(builder->arena, text) };
}

void
row_count(struct summary_row *row, size_t column, uint64_t count)
{
	row->values[column] = (struct summary_value){ .count = count };
}

void
row_share(struct summary_row *row, size_t column, uint64_t part,
    uint64_t of)
{
	row->values[column] = share(part, of);
}

static bool
has_any(const void *ctx, const struct tally_row *row)
{
	(void)ctx;
	return row->counts[0] > 0;
}

static void
add_top(struct builder *builder, const struct tally_row *from,
    builder_fill *fill)
{
	struct summary_row *row = builder_row(builder);

	row->query.lists = from->counts[0];
	fill(builder, row, from);
}

void
builder_top_of(struct builder *builder, const struct tally *tally, size_t top,
    builder_which *which, const void *ctx, builder_fill *fill)
{
	const struct tally_row *const *rows = tally_sorted(tally,
	    builder->arena);
	struct summary_rest *rest = &builder->table->rest;

	rest->error = tally->floor;
	for (size_t i = 0; i < tally->count; i++) {
		if (!which(ctx, rows[i]))
			continue;
		if (builder->table->rows.count < top) {
			add_top(builder, rows[i], fill);
			continue;
		}
		rest->rows++;
		rest->count += rows[i]->counts[0];
	}
}

void
builder_top(struct builder *builder, const struct tally *tally, size_t top,
    builder_fill *fill)
{
	builder_top_of(builder, tally, top, has_any, NULL, fill);
	builder->table->rest.count += tally->dropped;
}
