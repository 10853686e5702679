#include "reporting/plan.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/limits.h"
#include "dmarc/uri.h"
#include "reporting/row.h"

/* What is being read: a domain's notes, its records, then its rows. */
struct reading {
	struct arena	*arena;		/* of the plans */
	struct arena	*work;		/* of this domain */
	struct plans	*plans;
	struct plan	 plan;
	struct buf	 error;
	int64_t		 seen_us;	/* the record, last */
	unsigned	 records;
};

static void
add_error(struct buf *error, struct str text)
{
	if (text.len == 0 || error->len + text.len + 2 > error->max)
		return;
	if (error->len > 0)
		buf_addz(error, "; ");
	buf_add(error, text);
}

static void
begin_domain(struct reading *reading, struct str domain)
{
	arena_reset(reading->work);
	reading->plan = (struct plan){ .wanted = true,
	    .domain = arena_copy(reading->work, domain) };
	buf_init(&reading->error, reading->work, LIMIT_REPORT_ERROR_OCTETS);
	reading->records = 0;
	reading->seen_us = -1;
}

/* Of two that were seen last at the same time, the greater one: any rule will
 * do that does not depend on the order of the logs. */
static void
take_record(struct reading *reading, const struct rollup_item *item,
    struct str text)
{
	int64_t seen_us = row_policy_time(item);

	reading->records++;
	if (seen_us < reading->seen_us)
		return;
	reading->seen_us = seen_us;
	reading->plan.record = arena_copy(reading->work, text);
}

static void
take_row(struct reading *reading, uint64_t count)
{
	struct plan *plan = &reading->plan;

	if (plan->rows == LIMIT_REPORT_ROWS) {
		plan->rows_out++;
		plan->messages_out += count;
	} else {
		plan->rows++;
		plan->messages += count;
	}
}

/* RFC 9990 section 3.1.5: errors in the record, such as a bad rua. */
static void
find_record_errors(struct reading *reading, const struct dmarc_record *record)
{
	struct str list = record->rua_text, text, uri;
	size_t count = 0;

	if (record->note.len > 0)
		add_error(&reading->error, arena_printf(reading->work,
		    "the policy record: %.*s", STR_ARG(record->note)));
	while (list.len > 0 && str_next(&list, ',', &text))
		if (dmarc_uri_read(text, &uri))
			count++;
		else
			add_error(&reading->error, arena_printf(reading->work,
			    "rua: \"%.*s\" is no URI", STR_ARG(text)));
	if (count > LIMIT_DMARC_URIS)
		add_error(&reading->error, arena_printf(reading->work,
		    "rua: the first %d URIs of %zu are read",
		    LIMIT_DMARC_URIS, count));
	if (reading->records > 1)
		add_error(&reading->error, STR("the policy record was "
		    "changed; this is the last one"));
	if (reading->plan.rows_out > 0)
		add_error(&reading->error, arena_printf(reading->work,
		    "%" PRIu64 " messages in %" PRIu64 " more rows are left "
		    "out", reading->plan.messages_out,
		    reading->plan.rows_out));
}

static void
end_domain(struct reading *reading)
{
	struct plan *plan = &reading->plan;
	struct dmarc_record record;

	if (plan->rows == 0)
		return;
	reading->plans->domains++;
	if (!plan_record(plan, reading->work, &record) ||
	    record.rua_text.len == 0)
		return;
	if (reading->plans->list.count == LIMIT_REPORT_DOMAINS ||
	    arena_used(reading->arena) > LIMIT_REPORT_PLAN_OCTETS) {
		reading->plans->over++;
		return;
	}
	find_record_errors(reading, &record);
	plan->domain = arena_copy(reading->arena, plan->domain);
	plan->record = arena_copy(reading->arena, plan->record);
	plan->error = arena_copy(reading->arena, buf_str(&reading->error));
	VEC_PUSH(reading->arena, &reading->plans->list, *plan);
}

static void
take_item(struct reading *reading, const struct rollup_item *item)
{
	struct str domain, rest;
	enum row_kind kind;

	if (!row_split(item, &domain, &kind, &rest))
		return;
	if (!str_eq(domain, reading->plan.domain)) {
		end_domain(reading);
		begin_domain(reading, domain);
	}
	switch (kind) {
	case ROW_NOTE:
		add_error(&reading->error, rest);
		break;
	case ROW_POLICY:
		take_record(reading, item, rest);
		break;
	case ROW_RECORD:
		take_row(reading, item->count);
		break;
	}
}

bool
plan_record(const struct plan *plan, struct arena *arena,
    struct dmarc_record *record_out)
{
	struct str reason;

	return dmarc_record_parse(arena, plan->record, record_out, &reason);
}

bool
plan_make(struct rollup *rollup, struct arena *arena, struct plans *plans_out)
{
	struct reading reading = { .arena = arena,
	    .work = arena_new_work(), .plans = plans_out };
	struct rollup_item item;
	int got = -1;

	*plans_out = (struct plans){ .domains = 0 };
	if (rollup_rewind(rollup))
		while ((got = rollup_next(rollup, &item)) > 0)
			take_item(&reading, &item);
	if (got == 0)
		end_domain(&reading);
	arena_free(reading.work);
	return got == 0;
}
