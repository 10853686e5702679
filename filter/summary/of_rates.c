/*
 * Who was over a rate.  "keys": by key and period: events in which a
 * rule that asks for the rate stopped something (reject, tempfail, discard,
 * quarantine), or wrote a note; first: how often rate.crossed() said that the
 * limit was just passed; highest: the highest rate in these events.  A rule
 * that asks for several rates counts for the highest one of each function.
 */
#include "summary/section.h"

enum { OVER, FIRST, HIGHEST, WIDTH };

struct state {
	uint64_t	events;
	struct tally	keys;
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	tally_init(&((struct state *)at)->keys, WIDTH, 1u << HIGHEST,
	    LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	tally_fini(&((struct state *)at)->keys);
}

static unsigned
rate_bits(void)
{
	static const struct str names[] = { STR_INIT("rate"),
	    STR_INIT("rate.rcpts"), STR_INIT("rate.crossed") };
	unsigned bits = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		bits |= 1u << (function_find(names[i]) - function_table);
	return bits;
}

static bool
stops(enum action action)
{
	return action == ACTION_REJECT || action == ACTION_TEMPFAIL ||
	    action == ACTION_DISCARD || action == ACTION_QUARANTINE ||
	    action == ACTION_NOTE;
}

/* Of rules that fired: the functions of rates that they ask. */
static unsigned
asked(const struct event_record *record, const struct event_rule_record **by)
{
	unsigned bits = 0;

	for (size_t i = 0; i < record->rules.count; i++) {
		const struct event_rule_record *rule = &record->rules.at[i];
		unsigned rates = rule->asks & rate_bits();

		if (rule->shadow || !stops(rule->action) || rates == 0)
			continue;
		if (bits == 0)
			*by = rule;
		bits |= rates;
	}
	return bits;
}

/* A crossing that was none is lower than any rate. */
static double
height(const struct call_answer *call)
{
	if (call->result.state != FACT_SET)
		return -1;
	if (str_eqz(call->function, "rate.crossed"))
		return call->result.truth ? call->args[2].number : -1;
	return call->result.number;
}

static const struct call_answer *
highest(const struct event_record *record, struct str function)
{
	const struct call_answer *best = NULL;

	for (size_t i = 0; i < record->calls.list.count; i++) {
		const struct call_answer *call = &record->calls.list.at[i];

		if (str_eq(call->function, function) && call->count >= 2 &&
		    height(call) >= 0 &&
		    (best == NULL || height(call) > height(best)))
			best = call;
	}
	return best;
}

bool
of_rates_is_over(const struct seen *seen)
{
	const struct event_rule_record *by = NULL;

	return asked(seen->record, &by) != 0;
}

/* The next function of bits, from *i on, whose answer says who was over. */
static const struct call_answer *
next(const struct event_record *record, unsigned bits, size_t *i)
{
	for (; bits >> *i != 0; (*i)++) {
		const struct call_answer *call = (bits >> *i & 1) == 0 ? NULL :
		    highest(record, str_from(function_table[*i].name));

		if (call != NULL) {
			(*i)++;
			return call;
		}
	}
	return NULL;
}

bool
of_rates_holds(const struct ask *ask, const struct seen *seen)
{
	const struct event_rule_record *by = NULL;
	unsigned bits = asked(seen->record, &by);
	const struct call_answer *call;
	size_t i = 0;

	while ((call = next(seen->record, bits, &i)) != NULL)
		if (str_eq(call->args[0].text, ask->parts[0]) &&
		    (ask->count == 1 ||
		    call->args[1].number == (double)ask->number))
			return true;
	return false;
}

static void
add(struct state *state, const struct seen *seen, struct once *names,
    const struct call_answer *call, const struct event_rule_record *by)
{
	const struct str parts[] = { call->args[0].text, arena_printf(
	    seen->arena, "%.0f", call->args[1].number) };
	struct str name = tally_join(seen->arena, parts, 2);
	struct tally_row *row = tally_at(&state->keys, name);
	double high = height(call);

	row->counts[OVER] += seen_once(seen->arena, names, name);
	row->counts[FIRST] += str_eqz(call->function, "rate.crossed");
	if (high < 1e15 && (uint64_t)high > row->counts[HIGHEST])
		row->counts[HIGHEST] = (uint64_t)high;
	tally_note(&state->keys, row, seen_place(seen->arena, &by->place));
}

static void
event(void *at, const struct seen *seen)
{
	const struct event_rule_record *by = NULL;
	unsigned bits = asked(seen->record, &by);
	struct once names = { .list = { .count = 0 } };
	const struct call_answer *call;
	struct state *state = at;
	size_t i = 0;

	state->events += bits != 0;
	while ((call = next(seen->record, bits, &i)) != NULL)
		add(state, seen, &names, call, by);
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->events += part->events;
	tally_merge(&all->keys, &part->keys);
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	uint64_t seconds = 0;

	str_to_uint(tally_part(from->name, 1), LIMIT_PERIOD_S, &seconds);
	row_text(out, row, 0, tally_part(from->name, 0));
	row_count(row, 1, from->counts[OVER]);
	row_count(row, 2, from->counts[HIGHEST]);
	row->values[3].us = (int64_t)seconds * 1000000;
	row_count(row, 4, from->counts[FIRST]);
	row_text(out, row, 5, from->note);
	row_asks(out, row, "--rate", arena_printf(out->arena, "%.*s,%.*s",
	    STR_ARG(tally_part(from->name, 0)),
	    STR_ARG(tally_part(from->name, 1))));
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "key", "who", SUMMARY_TEXT, NULL },
		{ "over", "events", SUMMARY_COUNT, NULL },
		{ "highest", "highest rate", SUMMARY_COUNT, NULL },
		{ "period", "per", SUMMARY_SPAN, NULL },
		{ "first", "crossed", SUMMARY_COUNT, NULL },
		{ "rule", "rule", SUMMARY_TEXT, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_count(&out, "events", "events over a rate", state->events);
	builder_asks(&out, "--is", STR("over-rate"));
	builder_table(&out, "keys", "who was over", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	builder_top(&out, &state->keys, options->top, fill);
}

const struct section section_rates = {
	.key = "rates", .title = "Rates exceeded",
	.about = "Events in which a rule that asks rate(), rate.rcpts() or "
	    "rate.crossed() stopped something or wrote a note, by what is "
	    "counted. Crossed: the limit was passed just then.",
	.size = sizeof(struct state),
	.parts = EVENT_PART_RULES | EVENT_PART_CALLS,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
