/*
 * What each rule did.  "rules", by where it stands, its stage, its action and
 * whether it is a shadow rule: fired, how often it did (a recipient each, at
 * rcpt); decided: events that ended by it; recipients: that it alone refused;
 * text: of the first time.  The policy in force is not read: a rule that never
 * fired is not there (assay policy replay tells those).
 */
#include "summary/section.h"

enum { FIRED, DECIDED, RCPTS, WIDTH };

struct state {
	struct tally	rules;
	struct tally	places;		/* events in which one fired */
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	tally_init(&((struct state *)at)->rules, WIDTH, 0,
	    LIMIT_SUMMARY_NAMES);
	tally_init(&((struct state *)at)->places, 1, 0,
	    LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	tally_fini(&((struct state *)at)->rules);
	tally_fini(&((struct state *)at)->places);
}

static struct tally_row *
row_of(struct tally *rules, const struct seen *seen,
    const struct event_place *place, struct str stage, enum action action,
    bool shadow)
{
	const struct str parts[] = { seen_place(seen->arena, place), stage,
	    str_from(action_name(action)), shadow ? STR("shadow") : STR_NONE };

	return tally_at(rules, tally_join(seen->arena, parts, 4));
}

static bool
decides(const struct event_rule_record *rule,
    const struct event_verdict *decided)
{
	return !rule->shadow && rule->action == decided->action &&
	    rule->place.line == decided->place.line &&
	    str_eq(rule->place.file, decided->place.file);
}

static void
event(void *at, const struct seen *seen)
{
	const struct event_record *record = seen->record;
	struct state *state = at;
	struct tally *rules = &state->rules;
	struct once places = { .list = { .count = 0 } };
	bool decided = false;

	for (size_t i = 0; i < record->rules.count; i++) {
		const struct event_rule_record *rule = &record->rules.at[i];
		struct tally_row *row = row_of(rules, seen, &rule->place,
		    rule->stage, rule->action, rule->shadow);
		struct str place = seen_place(seen->arena, &rule->place);

		if (seen_once(seen->arena, &places, place))
			tally_at(&state->places, place)->counts[0]++;
		row->counts[FIRED]++;
		if (!decided && decides(rule, &record->decided)) {
			decided = true;
			row->counts[DECIDED]++;
		}
		tally_note(rules, row, rule->text);
	}
	for (size_t i = 0; i < record->rcpts.count; i++) {
		const struct event_verdict *verdict =
		    &record->rcpts.at[i].verdict;

		if (verdict->action != ACTION_ACCEPT &&
		    verdict->place.file.len > 0)
			row_of(rules, seen, &verdict->place, STR("rcpt"),
			    verdict->action, false)->counts[RCPTS]++;
	}
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	tally_merge(&all->rules, &part->rules);
	tally_merge(&all->places, &part->places);
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	struct str place = tally_part(from->name, 0);

	row_text(out, row, 0, place);
	row_count(row, 1, from->counts[FIRED]);
	row_count(row, 2, from->counts[DECIDED]);
	row_count(row, 3, from->counts[RCPTS]);
	row_text(out, row, 4, tally_part(from->name, 1));
	row_text(out, row, 5, tally_part(from->name, 3).len == 0 ?
	    tally_part(from->name, 2) : arena_printf(out->arena,
	    "shadow %.*s", STR_ARG(tally_part(from->name, 2))));
	row_text(out, row, 6, from->note);
	row_asks(out, row, "--fired", place);
}

/* A rule fires for each recipient, and with another action once the policy was
 * changed: its command lists all of that. */
static void
count_events(struct builder *out, const struct tally *places)
{
	for (size_t i = 0; i < out->table->rows.count; i++) {
		struct summary_row *row = &out->table->rows.at[i];
		const struct tally_row *place = tally_find(places,
		    row->values[0].text);

		if (place != NULL)
			row_lists(row, place->counts[0]);
	}
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "rule", "rule", SUMMARY_TEXT, NULL },
		{ "fired", "fired", SUMMARY_COUNT, NULL },
		{ "decided", "decided", SUMMARY_COUNT, NULL },
		{ "recipients", "rcpts", SUMMARY_COUNT, NULL },
		{ "stage", "stage", SUMMARY_TEXT, NULL },
		{ "action", "action", SUMMARY_TEXT, NULL },
		{ "text", "text, the first time", SUMMARY_TEXT, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_table(&out, "rules", "rules", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	builder_top(&out, &state->rules, options->top, fill);
	count_events(&out, &state->places);
}

const struct section section_rules = {
	.key = "rules", .title = "What the rules did",
	.about = "How often a rule fired, how many events ended by it, and how "
	    "many recipients it refused. A rule that never fired is not here.",
	.size = sizeof(struct state), .parts = EVENT_PART_RULES,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
