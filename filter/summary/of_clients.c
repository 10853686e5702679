/*
 * Who was refused.  "addresses" and "networks" (/24, /64): events are those of
 * which anything was refused.  refused: they ended in reject, tempfail or
 * discard, or all of their recipients were refused by a rule; rejected and put
 * off are two of these.  recipients: refused alone, in mail that went on.  by:
 * the rule that did it the first time.
 */
#include "summary/section.h"

enum { EVENTS, REFUSED, REJECTED, PUT_OFF, RCPTS, WIDTH };

struct state {
	uint64_t	refused, partly;
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

static bool
was_refused(const struct event_rcpt_record *rcpt)
{
	return rcpt->verdict.place.file.len > 0 &&
	    rcpt->verdict.action != ACTION_ACCEPT;
}

static uint64_t
refused_rcpts(const struct seen *seen)
{
	const struct event_record *record = seen->record;
	uint64_t count = 0;

	for (size_t i = 0; !seen->is_refused && i < record->rcpts.count; i++)
		count += was_refused(&record->rcpts.at[i]);
	return count;
}

bool
of_clients_is_partly(const struct seen *seen)
{
	return refused_rcpts(seen) > 0;
}

bool
of_clients_is_at_all(const struct seen *seen)
{
	return seen->is_refused || of_clients_is_partly(seen);
}

/* Of the event, or of its first recipient that was refused. */
static struct str
rule_of(const struct seen *seen)
{
	const struct event_record *record = seen->record;

	for (size_t i = 0; !seen->is_refused && i < record->rcpts.count; i++)
		if (was_refused(&record->rcpts.at[i]))
			return seen_place(seen->arena,
			    &record->rcpts.at[i].verdict.place);
	return seen->rule;
}

static void
add(struct tally *tally, struct str name, const struct seen *seen,
    uint64_t rcpts)
{
	struct tally_row *row;

	if (name.len == 0)
		return;
	row = tally_at(tally, name);
	row->counts[EVENTS]++;
	row->counts[REFUSED] += seen->is_refused;
	row->counts[REJECTED] += seen->verdict == VERDICT_REJECT;
	row->counts[PUT_OFF] += seen->verdict == VERDICT_TEMPFAIL;
	row->counts[RCPTS] += rcpts;
	tally_note(tally, row, rule_of(seen));
}

static void
event(void *at, const struct seen *seen)
{
	uint64_t rcpts = refused_rcpts(seen);
	struct state *state = at;

	state->refused += seen->is_refused;
	state->partly += rcpts > 0;
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
	all->partly += part->partly;
	tally_merge(&all->addresses, &part->addresses);
	tally_merge(&all->networks, &part->networks);
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	for (size_t i = 0; i < WIDTH; i++)
		row_count(row, 1 + i, from->counts[i]);
	row_text(out, row, 1 + WIDTH, from->note);
	row_asks(out, row, "--client", from->name);
	row_asks(out, row, "--is", STR("refused-at-all"));
}

#define COLUMNS(what)							\
	{ what, what, SUMMARY_TEXT, NULL },				\
	{ "events", "events", SUMMARY_COUNT, NULL },			\
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
	builder_count(&out, "partly", "events with some recipients refused",
	    state->partly);
	builder_asks(&out, "--is", STR("refused-in-part"));
	builder_table(&out, "addresses", "clients", SUMMARY_LIST,
	    COLUMNS_OF(addresses));
	builder_top(&out, &state->addresses, options->top, fill);
	builder_table(&out, "networks", "networks", SUMMARY_LIST,
	    COLUMNS_OF(networks));
	builder_top(&out, &state->networks, options->top, fill);
}

const struct section section_clients = {
	.key = "clients", .title = "Who was refused",
	.about = "Clients and networks of whose mail anything was refused: "
	    "rejected, put off or discarded, or some of its recipients "
	    "(rcpts), and it went on.",
	.size = sizeof(struct state),
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
