/*
 * What the shadow policy would have done otherwise (shadow_policy): of events
 * that have one.  "changes", by what was decided and what it would have, and
 * by the two rules: events; of recipients where the message ended the same.
 * Score or tags alone have no rule.
 */
#include "summary/section.h"

struct state {
	uint64_t	compared, differ, otherwise;
	struct tally	changes;
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	tally_init(&((struct state *)at)->changes, 1, 0,
	    LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	tally_fini(&((struct state *)at)->changes);
}

static void
add(struct state *state, const struct seen *seen, const char *of,
    const struct event_verdict *from, const struct event_verdict *to)
{
	const struct str parts[] = { str_from(of),
	    str_from(action_name(from->action)),
	    str_from(action_name(to->action)),
	    seen_place(seen->arena, &from->place),
	    seen_place(seen->arena, &to->place) };

	tally_at(&state->changes, tally_join(seen->arena, parts,
	    5))->counts[0]++;
}

/* What the running policy decided of this recipient. */
static struct event_verdict
verdict_of_rcpt(const struct event_record *record, struct str address)
{
	for (size_t i = 0; i < record->rcpts.count; i++)
		if (str_eq(record->rcpts.at[i].address, address))
			return record->rcpts.at[i].verdict;
	return (struct event_verdict){ .action = ACTION_ACCEPT };
}

static void
event(void *at, const struct seen *seen)
{
	const struct event_record *record = seen->record;
	struct state *state = at;

	if (!record->shadow.is_there)
		return;
	state->compared++;
	if (!record->shadow.differs)
		return;
	state->differ++;
	if (record->decided.action != record->shadow.decided.action) {
		add(state, seen, "message", &record->decided,
		    &record->shadow.decided);
		return;
	}
	state->otherwise += record->shadow_rcpts.count == 0;
	for (size_t i = 0; i < record->shadow_rcpts.count; i++) {
		const struct event_rcpt_record *to =
		    &record->shadow_rcpts.at[i];
		struct event_verdict from = verdict_of_rcpt(record,
		    to->address);

		add(state, seen, "recipient", &from, &to->verdict);
	}
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->compared += part->compared;
	all->differ += part->differ;
	all->otherwise += part->otherwise;
	tally_merge(&all->changes, &part->changes);
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, arena_printf(out->arena, "%.*s -> %.*s",
	    STR_ARG(tally_part(from->name, 1)),
	    STR_ARG(tally_part(from->name, 2))));
	row_count(row, 1, from->counts[0]);
	row_text(out, row, 2, tally_part(from->name, 0));
	row_text(out, row, 3, tally_part(from->name, 3));
	row_text(out, row, 4, tally_part(from->name, 4));
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "change", "change", SUMMARY_TEXT, NULL },
		{ "count", "count", SUMMARY_COUNT, NULL },
		{ "of", "of a", SUMMARY_TEXT, NULL },
		{ "from_rule", "by", SUMMARY_TEXT, NULL },
		{ "to_rule", "shadow's by", SUMMARY_TEXT, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_count(&out, "compared", "compared", state->compared);
	builder_count(&out, "differ", "would have differed", state->differ);
	builder_count(&out, "otherwise", "in score or tags alone",
	    state->otherwise);
	builder_table(&out, "changes", "what would have changed", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	builder_top(&out, &state->changes, options->top, fill);
}

const struct section section_shadow = {
	.key = "shadow", .title = "The shadow policy",
	.about = "What shadow_policy would have decided otherwise than the "
	    "policy in force. assay policy diff --live tells more.",
	.size = sizeof(struct state), .parts = EVENT_PART_SHADOW,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
