/*
 * Any event: what it comes to in a report is read back as it was written, and
 * the report that it makes is one to our own reader.
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "dmarc/uri.h"
#include "feedback/aggregate.h"
#include "reporting/plan.h"
#include "reporting/row_key.h"
#include "reporting/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	const struct row	*row;
	unsigned		 records;
};

static bool
on_report(void *ctx, const struct aggregate_meta *meta)
{
	(void)ctx;
	if (meta->begin != 1 || meta->end != 2 ||
	    !str_eqz(meta->version, "1.0") || meta->domain.len == 0)
		abort();
	return true;
}

static void
on_record(void *ctx, const struct aggregate_meta *meta,
    const struct aggregate_record *record)
{
	struct seen *seen = ctx;

	(void)meta;
	seen->records++;
	if (record->count != 3 || record->dkim != seen->row->dkim ||
	    record->spf != seen->row->spf ||
	    record->dkim_results.count != seen->row->signatures.count ||
	    record->reasons.count != seen->row->reasons.count ||
	    record->spf_results.count != (seen->row->spf_domain.len > 0))
		abort();
}

static void
on_end(void *ctx, const struct aggregate_meta *meta)
{
	(void)ctx, (void)meta;
}

static void
check_xml(struct arena *arena, const struct row *row, struct str domain,
    struct str record_text)
{
	static const struct aggregate_handler handler = { on_report,
	    on_record, on_end };
	struct plan plan = { .record = record_text };
	struct xml_head head = { .org_name = record_text,
	    .email = STR("a@b.example"), .report_id = STR("x"), .begin = 1,
	    .end = 2, .error = record_text, .generator = "fuzz",
	    .domain = domain };
	struct seen seen = { .row = row };
	struct aggregate_reader *reader;
	struct dmarc_record record;
	struct buf out;

	if (!plan_record(&plan, arena, &record) &&
	    !dmarc_record_parse(arena, STR("v=DMARC1; p=none"), &record,
	    &head.contact))
		abort();
	head.record = &record;
	buf_init(&out, arena, SIZE_MAX);
	xml_head(&out, &head);
	xml_record(&out, row, 3);
	xml_end(&out);
	reader = aggregate_reader_new(&handler, &seen);
	if (!aggregate_reader_feed(reader, buf_str(&out)) ||
	    !aggregate_reader_end(reader) || seen.records != 1)
		abort();
	aggregate_reader_free(reader);
}

static void
check_row(struct arena *arena, const struct rollup_item *item, struct str rest,
    struct str domain, struct str record)
{
	struct rollup_item again;
	struct row row;

	if (!row_read(item, rest, arena, &row) || row.header_from.len >
	    LIMIT_REPORT_TEXT_OCTETS ||
	    row.signatures.count > LIMIT_REPORT_SIGNATURES)
		abort();
	again = row_write(&row, domain, arena);
	if (!str_eq(again.key, item->key) ||
	    !str_eq(again.detail, item->detail) ||
	    row_merge(arena, item->detail, again.detail).ptr !=
	    item->detail.ptr)
		abort();
	check_xml(arena, &row, domain, record);
}

static void
check(struct arena *arena, const struct event_record *record)
{
	struct row_items items;
	struct str domain, rest;
	enum row_kind kind;

	if (row_of_event(record, STR("r@ours.example"), arena, &items) !=
	    ROW_TAKEN)
		return;
	for (size_t i = 0; i < items.items.count; i++) {
		const struct rollup_item *item = &items.items.at[i];

		if (!row_split(item, &domain, &kind, &rest) ||
		    !str_eq(domain, items.domain))
			abort();
		if (kind == ROW_RECORD)
			check_row(arena, item, rest, domain,
			    record->dmarc.record);
		else if (kind == ROW_POLICY &&
		    !str_eq(rest, record->dmarc.record))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct event_want want = { .parts = EVENT_PART_DMARC,
	    .facts = row_facts(), .since_us = 1 };
	struct arena *arena = arena_new();
	char *line = malloc(size == 0 ? 1 : size);
	struct event_record *record = arena_alloc(arena, sizeof(*record));

	if (line == NULL)
		abort();
	if (size > 0)
		memcpy(line, data, size);
	dmarc_uri_size(str_make(line, size));
	if (event_read(str_make(line, size), &want, arena, record) ==
	    EVENT_READ_OK)
		check(arena, record);
	free(line);
	arena_free(arena);
	return 0;
}
