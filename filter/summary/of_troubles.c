/* What assayd could not do, by what the event says of it. */
#include "summary/section.h"

struct state {
	uint64_t	events;
	struct tally	troubles;
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	tally_init(&((struct state *)at)->troubles, 1, 0,
	    LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	tally_fini(&((struct state *)at)->troubles);
}

bool
of_troubles_is_any(const struct seen *seen)
{
	return seen->record->troubles.count > 0;
}

bool
of_troubles_holds(const struct ask *ask, const struct seen *seen)
{
	for (size_t i = 0; i < seen->record->troubles.count; i++)
		if (str_eq(seen->record->troubles.at[i], ask->parts[0]))
			return true;
	return false;
}

static void
event(void *at, const struct seen *seen)
{
	const struct event_record *record = seen->record;
	struct once names = { .list = { .count = 0 } };
	struct state *state = at;

	state->events += of_troubles_is_any(seen);
	for (size_t i = 0; i < record->troubles.count; i++)
		if (seen_once(seen->arena, &names, record->troubles.at[i]))
			tally_at(&state->troubles,
			    record->troubles.at[i])->counts[0]++;
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->events += part->events;
	tally_merge(&all->troubles, &part->troubles);
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	row_count(row, 1, from->counts[0]);
	row_asks(out, row, "--trouble", from->name);
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "trouble", "trouble", SUMMARY_TEXT, NULL },
		{ "count", "events", SUMMARY_COUNT, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_count(&out, "events", "events with trouble", state->events);
	builder_asks(&out, "--is", STR("trouble"));
	builder_table(&out, "troubles", "troubles", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	builder_top(&out, &state->troubles, options->top, fill);
}

const struct section section_troubles = {
	.key = "troubles", .title = "Trouble of our own",
	.about = "What assayd could not do for a message.",
	.size = sizeof(struct state), .parts = EVENT_PART_FIGURES,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
