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
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	tally_init(&((struct state *)at)->rules, WIDTH, 0,
	    LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	tally_fini(&((struct state *)at)->rules);
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
	struct tally *rules = &((struct state *)at)->rules;
	bool decided = false;

	for (size_t i = 0; i < record->rules.count; i++) {
		const struct event_rule_record *rule = &record->rules.at[i];
		struct tally_row *row = row_of(rules, seen, &rule->place,
		    rule->stage, rule->action, rule->shadow);

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
	tally_merge(&((struct state *)at)->rules,
	    &((const struct state *)from)->rules);
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

	builder_table(&out, "rules", "rules", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	builder_top(&out, &((const struct state *)at)->rules, options->top,
	    fill);
}

const struct section section_rules = {
	.key = "rules", .title = "What the rules did",
	.about = "How often a rule fired, how many events ended by it, and how "
	    "many recipients it refused. A rule that never fired is not here.",
	.size = sizeof(struct state), .parts = EVENT_PART_RULES,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
