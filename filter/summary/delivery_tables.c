/* The tables of the section delivery, and what lists their rows. */
#include <inttypes.h>

#include "maillog/question.h"
#include "summary/delivery.h"

/* The slowest twentieth, as in the section latency.  of: "in-queue:", or
 * nothing. */
static void
ask_slowest(struct builder *out, struct summary_row *row, const char *of,
    const struct spread *spread)
{
	uint64_t count, least_us = spread_slowest(spread, 95, &count);

	row_asks(out, row, "--took", arena_printf(out->arena, "%s%s%" PRIu64
	    "us", of, of[0] == '\0' ? "" : ":", least_us));
	row_lists(row, count);
}

static void
tell_delay(struct builder *out, const char *name, const char *of,
    const struct spread *spread)
{
	static const unsigned percents[] = { 50, 90, 95, 99 };
	struct summary_row *row;

	if (spread->count == 0)
		return;
	row = builder_row(out);
	row_text(out, row, 0, str_from(name));
	row_count(row, 1, spread->count);
	for (size_t i = 0; i < 4; i++)
		row->values[2 + i].us = (int64_t)spread_percentile(spread,
		    percents[i]);
	row->values[6].us = (int64_t)spread->max_us;
	ask_slowest(out, row, of, spread);
}

static void
tell_delays(struct builder *out, const struct outcomes *outcomes)
{
	static const struct summary_column columns[] = {
		{ "name", "time", SUMMARY_TEXT, NULL },
		{ "count", "recipients", SUMMARY_COUNT, NULL },
		{ "p50", "50 %", SUMMARY_SPAN, NULL },
		{ "p90", "90 %", SUMMARY_SPAN, NULL },
		{ "p95", "95 %", SUMMARY_SPAN, NULL },
		{ "p99", "99 %", SUMMARY_SPAN, NULL },
		{ "max", "longest", SUMMARY_SPAN, NULL },
	};
	static const struct { const char *name, *of; } ways[OUTCOME_WAYS] = {
		{ "until it was sent", "" }, { "outgoing mail", "outgoing" },
		{ "other mail", "other" }
	};
	static const char *const stages[OUTCOME_STAGES] = {
		"before the queue", "in the queue", "connecting",
		"handing over"
	};

	builder_table(out, "delays", "time to delivery",
	    SUMMARY_PERCENTILES, COLUMNS_OF(columns));
	for (int i = 0; i < OUTCOME_WAYS; i++)
		tell_delay(out, ways[i].name, ways[i].of,
		    &outcomes->delays[i]);
	for (size_t i = 0; i < OUTCOME_STAGES; i++)
		tell_delay(out, stages[i], outcome_stage(i),
		    &outcomes->stages[i]);
}

static void
fill_domain(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	for (size_t i = 0; i < OUTCOME_DOMAIN_CLASSES; i++)
		row_count(row, 1 + i, from->counts[i]);
	for (size_t i = 0; i < 2; i++)
		row->values[1 + OUTCOME_DOMAIN_CLASSES + i] =
		    (struct summary_value){ .none =
		    from->counts[OUTCOME_DOMAIN_SENT] == 0, .us = (int64_t)
		    outcomes_domain_delay(from, i == 0 ? 50 : 95) };
	row_asks(out, row, "--is", STR("outgoing"));
	row_asks(out, row, "--domain", from->name);
}

static void
tell_domains(struct builder *out, const struct outcomes *outcomes, size_t top)
{
	static const struct summary_column columns[] = {
		{ "domain", "outgoing mail to", SUMMARY_TEXT, NULL },
		{ "recipients", "recipients", SUMMARY_COUNT, NULL },
		{ "sent", "sent", SUMMARY_COUNT, NULL },
		{ "put_off", "put off", SUMMARY_COUNT, NULL },
		{ "deferred", "waiting", SUMMARY_COUNT, NULL },
		{ "bounced", "bounced", SUMMARY_COUNT, NULL },
		{ "expired", "expired", SUMMARY_COUNT, NULL },
		{ "p50", "50 % in", SUMMARY_SPAN, NULL },
		{ "p95", "95 % in", SUMMARY_SPAN, NULL },
	};

	builder_table(out, "domains", "by destination", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	builder_top(out, &outcomes->domains, top, fill_domain);
}

static void
ask_reason(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	struct str result = tally_part(from->name, OUTCOME_REASON_RESULT);
	struct str code = tally_part(from->name, OUTCOME_REASON_CODE);
	struct str enhanced = tally_part(from->name, OUTCOME_REASON_ENHANCED);

	/* What was put off, and is no more, was sent. */
	row_asks(out, row, "--status", str_eqz(result, "put off") ?
	    STR("sent") : result);
	row_asks(out, row, "--code", code.len > 0 ? code : STR("none"));
	row_asks(out, row, "--enhanced", enhanced.len > 0 ? enhanced :
	    STR("none"));
	row_asks(out, row, "--reason", tally_part(from->name,
	    OUTCOME_REASON_TEXT));
}

static void
fill_reason(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	static const int columns[OUTCOME_REASON_PARTS] = {
		[OUTCOME_REASON_TEXT] = 0, [OUTCOME_REASON_RESULT] = 2,
		[OUTCOME_REASON_CODE] = 3, [OUTCOME_REASON_ENHANCED] = 4,
	};

	for (size_t i = 0; i < OUTCOME_REASON_PARTS; i++)
		row_text(out, row, (size_t)columns[i],
		    tally_part(from->name, i));
	row_count(row, 1, from->counts[0]);
	row_text(out, row, 5, from->note);
	ask_reason(out, row, from);
}

static void
tell_reasons(struct builder *out, const struct outcomes *outcomes, size_t top)
{
	static const struct summary_column columns[] = {
		{ "reason", "reason", SUMMARY_TEXT, NULL },
		{ "recipients", "recipients", SUMMARY_COUNT, NULL },
		{ "result", "result", SUMMARY_TEXT, NULL },
		{ "code", "code", SUMMARY_TEXT, NULL },
		{ "enhanced", "enhanced", SUMMARY_TEXT, NULL },
		{ "example", "such as", SUMMARY_TEXT, NULL },
	};

	builder_table(out, "reasons", "what the other side said",
	    SUMMARY_LIST, COLUMNS_OF(columns));
	builder_top(out, &outcomes->reasons, top, fill_reason);
}

static void
fill_unasked(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	row_count(row, 1, from->counts[0]);
	row_asks(out, row, "--is", STR("unanswering"));
	row_asks(out, row, "--to", from->name.len > 0 ? from->name :
	    STR("<>"));
}

static void
tell_unasked(struct builder *out, const struct outcomes *outcomes, size_t top)
{
	static const struct summary_column columns[] = {
		{ "recipient", "bounces to", SUMMARY_TEXT, NULL },
		{ "bounces", "that answer nothing", SUMMARY_COUNT, NULL },
	};

	builder_table(out, "unanswering", "bounces that answer nothing",
	    SUMMARY_LIST, COLUMNS_OF(columns));
	builder_top(out, &outcomes->unasked, top, fill_unasked);
}

static void
tell_hours(struct builder *out, const struct hours *hours)
{
	static const struct summary_column columns[] = {
		{ "time", "from (UTC)", SUMMARY_TIME, NULL },
		{ "sent", "sent", SUMMARY_COUNT, "accept" },
		{ "deferred", "put off", SUMMARY_COUNT, "tempfail" },
		{ "bounced", "bounced", SUMMARY_COUNT, "reject" },
		{ "expired", "expired", SUMMARY_COUNT, "discard" },
	};

	hours_table(out, hours, "time", "outcomes in time",
	    COLUMNS_OF(columns));
	/* A mail is sent at another time than it came. */
	builder_rows_time(out);
}

void
delivery_tables(struct builder *out, const struct delivery *delivery,
    size_t top)
{
	tell_hours(out, &delivery->hours);
	tell_delays(out, &delivery->outcomes);
	tell_domains(out, &delivery->outcomes, top);
	tell_reasons(out, &delivery->outcomes, top);
	tell_unasked(out, &delivery->outcomes, top);
}
