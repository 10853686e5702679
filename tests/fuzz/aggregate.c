/*
 * Aggregate reports from any text, whole and in pieces: the same records, or
 * refused with a reason; and what was read can be summed up and printed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/ensure.h"
#include "base/hash.h"
#include "base/limits.h"
#include "feedback/aggregate.h"
#include "report/received.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
	struct received	*received;	/* or NULL: only counted */
	uint64_t	 reports, records, sum, ended;
};

static bool
on_report(void *ctx, const struct aggregate_meta *meta)
{
	struct reading *reading = ctx;

	reading->reports++;
	ensure(meta->domain.len > 0 && meta->report_id.len > 0);
	ensure(meta->domain.len <= LIMIT_AGGREGATE_TEXT_OCTETS);
	return reading->received == NULL ||
	    received_begin(reading->received, meta);
}

static void
on_record(void *ctx, const struct aggregate_meta *meta,
    const struct aggregate_record *record)
{
	struct reading *reading = ctx;

	ensure(record->ip.family != IP_NONE && record->count <= UINT32_MAX);
	ensure(record->dkim_results.count <= LIMIT_AGGREGATE_RESULTS);
	reading->records++;
	reading->sum += record->count + hash_nocase(record->header_from);
	(void)meta;
	if (reading->received != NULL)
		received_record(reading->received, record);
}

static void
on_end(void *ctx, const struct aggregate_meta *meta)
{
	struct reading *reading = ctx;

	reading->ended++;
	if (reading->received != NULL)
		received_end(reading->received, meta);
}

static const struct aggregate_handler handler = {
	on_report, on_record, on_end
};

static bool
read_in_pieces(struct str text, size_t piece, struct reading *reading)
{
	struct aggregate_reader *reader = aggregate_reader_new(&handler,
	    reading);
	bool ok = true;

	while (ok && text.len > 0) {
		ok = aggregate_reader_feed(reader, str_slice(text, 0, piece));
		text = str_skip(text, piece);
	}
	ok = ok && aggregate_reader_end(reader);
	ensure(ok == (reading->ended == 1));
	ensure(ok || aggregate_reader_why(reader) != NULL);
	aggregate_reader_free(reader);
	return ok;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make(data, size);
	struct reading whole = { .received = received_new() }, pieces = whole;
	static FILE *nowhere;

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	ensure(nowhere != NULL);
	pieces.received = NULL;
	ensure(read_in_pieces(text, size + 1, &whole) ==
	    read_in_pieces(text, size < 4096 ? 1 : 97, &pieces));
	ensure(whole.records == pieces.records && whole.sum == pieces.sum);
	received_print(nowhere, whole.received, 3);
	received_print_json(nowhere, whole.received);
	received_print_html(nowhere, whole.received, 3);
	received_free(whole.received);
	return 0;
}
