/*
 * Who was refused.  "addresses" and "networks" (/24, /64): events that ended
 * in reject, tempfail or discard, or all of whose recipients were refused by a
 * rule; rejected and put off are two of these; recipients: refused alone, in
 * mail that went on.  by: the rule that did it the first time.
 */
#include "summary/section.h"

enum { REFUSED, REJECTED, PUT_OFF, RCPTS, WIDTH };

struct state {
	uint64_t	refused;
	struct tally	addresses, networks;
};

static void
begin(void *at, const struct summary_options *options)
{
	struct state *state = at;

	(void)options;
	tally_init(&state->addresses, WIDTH, 0, LIMIT_SUMMARY_NAMES);
	tally_init(&state->networks, WIDTH, 0, LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	struct state *state = at;

	tally_fini(&state->addresses);
	tally_fini(&state->networks);
}

static uint64_t
refused_rcpts(const struct seen *seen)
{
	const struct event_record *record = seen->record;
	uint64_t count = 0;

	for (size_t i = 0; !seen->is_refused && i < record->rcpts.count; i++)
		count += record->rcpts.at[i].verdict.place.file.len > 0 &&
		    record->rcpts.at[i].verdict.action != ACTION_ACCEPT;
	return count;
}

static void
add(struct tally *tally, struct str name, const struct seen *seen,
    uint64_t rcpts)
{
	struct tally_row *row;

	if (name.len == 0)
		return;
	row = tally_at(tally, name);
	row->counts[REFUSED] += seen->is_refused;
	row->counts[REJECTED] += seen->verdict == VERDICT_REJECT;
	row->counts[PUT_OFF] += seen->verdict == VERDICT_TEMPFAIL;
	row->counts[RCPTS] += rcpts;
	if (seen->is_refused)
		tally_note(tally, row, seen->rule);
}

static void
event(void *at, const struct seen *seen)
{
	uint64_t rcpts = refused_rcpts(seen);
	struct state *state = at;

	state->refused += seen->is_refused;
	if (!seen->is_refused && rcpts == 0)
		return;
	add(&state->addresses, seen->client, seen, rcpts);
	add(&state->networks, seen->net, seen, rcpts);
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->refused += part->refused;
	tally_merge(&all->addresses, &part->addresses);
	tally_merge(&all->networks, &part->networks);
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	row_count(row, 1, from->counts[REFUSED]);
	row_count(row, 2, from->counts[REJECTED]);
	row_count(row, 3, from->counts[PUT_OFF]);
	row_count(row, 4, from->counts[RCPTS]);
	row_text(out, row, 5, from->note);
	row_asks(out, row, "--client", from->name);
	row_asks(out, row, "--is", STR("refused"));
}

#define COLUMNS(what)							\
	{ what, what, SUMMARY_TEXT, NULL },				\
	{ "refused", "refused", SUMMARY_COUNT, NULL },			\
	{ "rejected", "rejected", SUMMARY_COUNT, "reject" },		\
	{ "put_off", "put off", SUMMARY_COUNT, "tempfail" },		\
	{ "recipients", "rcpts", SUMMARY_COUNT, NULL },			\
	{ "rule", "by", SUMMARY_TEXT, NULL }

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column addresses[] = {
		COLUMNS("address") };
	static const struct summary_column networks[] = {
		COLUMNS("network") };
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_count(&out, "refused", "events that were refused",
	    state->refused);
	builder_asks(&out, "--is", STR("refused"));
	builder_share(&out, "share", "refused, of all events", state->refused,
	    summary->events);
	builder_asks(&out, "--is", STR("refused"));
	builder_table(&out, "addresses", "clients", SUMMARY_LIST,
	    COLUMNS_OF(addresses));
	builder_top(&out, &state->addresses, options->top, fill);
	builder_table(&out, "networks", "networks", SUMMARY_LIST,
	    COLUMNS_OF(networks));
	builder_top(&out, &state->networks, options->top, fill);
}

const struct section section_clients = {
	.key = "clients", .title = "Who was refused",
	.about = "Clients and networks whose mail was rejected, put off or "
	    "discarded; rcpts are recipients that were refused in mail that "
	    "went on.",
	.size = sizeof(struct state),
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
