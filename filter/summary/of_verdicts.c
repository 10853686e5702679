/*
 * What was done, by the stage in which an event ended.  "stages": a row for
 * each stage that any event ended in, and "recipients": what became of each
 * recipient alone, of all events.  otherwise: the policy decided something
 * else than was done, in monitor mode or because assayd was in trouble.
 */
#include "summary/section.h"

struct state {
	uint64_t	stages[STAGE_COUNT][VERDICT_COUNT];
	uint64_t	rcpts[VERDICT_COUNT], addressed;
	uint64_t	otherwise[VERDICT_COUNT];
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)at;
	(void)options;
}

static void
event(void *at, const struct seen *seen)
{
	const struct event_record *record = seen->record;
	enum verdict decided = verdict_of(record->decided.action);
	struct state *state = at;

	state->stages[record->last][seen->verdict]++;
	state->addressed += record->rcpts.count > 0;
	for (size_t i = 0; i < record->rcpts.count; i++)
		state->rcpts[verdict_of(
		    record->rcpts.at[i].verdict.action)]++;
	if (decided != seen->verdict)
		state->otherwise[decided]++;
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->addressed += part->addressed;
	for (int i = 0; i < VERDICT_COUNT; i++) {
		for (int stage = 0; stage < STAGE_COUNT; stage++)
			all->stages[stage][i] += part->stages[stage][i];
		all->rcpts[i] += part->rcpts[i];
		all->otherwise[i] += part->otherwise[i];
	}
}

static void
add_row(struct builder *out, const char *name,
    const uint64_t counts[VERDICT_COUNT], const char *option, const char *value,
    uint64_t lists)
{
	struct summary_row *row;
	uint64_t sum = 0;

	for (size_t i = 0; i < VERDICT_COUNT; i++)
		sum += counts[i];
	if (sum == 0)
		return;
	row = builder_row(out);
	row_text(out, row, 0, str_from(name));
	row_count(row, 1, sum);
	for (size_t i = 0; i < VERDICT_COUNT; i++)
		row_count(row, 2 + i, counts[i]);
	row_asks(out, row, option, str_from(value));
	row_lists(row, lists == 0 ? sum : lists);
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "stage", "ended at", SUMMARY_TEXT, NULL },
		{ "events", "events", SUMMARY_COUNT, NULL }, VERDICT_COLUMNS
	};
	static const struct summary_column of_rcpts[] = {
		{ "what", "recipients", SUMMARY_TEXT, NULL },
		{ "count", "in all", SUMMARY_COUNT, NULL }, VERDICT_COLUMNS
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;
	uint64_t otherwise = 0;

	(void)options;
	for (int i = 0; i < VERDICT_COUNT; i++)
		otherwise += state->otherwise[i];
	builder_count(&out, "otherwise", "decided, but not done", otherwise);
	builder_asks(&out, "--is", STR("overruled"));
	builder_table(&out, "stages", "by stage", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	for (int i = 0; i < STAGE_COUNT; i++) {
		const char *name = stage_name((enum stage)i);

		add_row(&out, name, state->stages[i], "--kind", name, 0);
	}
	builder_table(&out, "recipients", "recipients one by one", SUMMARY_LIST,
	    COLUMNS_OF(of_rcpts));
	add_row(&out, "at rcpt", state->rcpts, "--is", "addressed",
	    state->addressed);
	builder_table(&out, "otherwise", "decided, but not done", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	add_row(&out, "all", state->otherwise, "--is", "overruled", 0);
}

const struct section section_verdicts = {
	.key = "verdicts", .title = "Verdicts by stage",
	.about = "What was done with events that ended at a stage, and with "
	    "each recipient alone. What a policy in monitor mode decides is "
	    "not done; nor is what assayd could not do.",
	.size = sizeof(struct state),
	.begin = begin, .event = event, .merge = merge, .end = end,
};
