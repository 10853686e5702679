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
	tally_init(&((struct state *)at)->changes, 2, 0,
	    LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	tally_fini(&((struct state *)at)->changes);
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

/* "message" or "recipient"; from, to; their rules. */
enum { OF, FROM, TO, FROM_RULE, TO_RULE, PARTS };

static void
split(const struct seen *seen, const char *of,
    const struct event_verdict *from, const struct event_verdict *to,
    struct str parts[PARTS])
{
	parts[OF] = str_from(of);
	parts[FROM] = str_from(action_name(from->action));
	parts[TO] = str_from(action_name(to->action));
	parts[FROM_RULE] = seen_place(seen->arena, &from->place);
	parts[TO_RULE] = seen_place(seen->arena, &to->place);
}

/* The change of this number, of the message or of one of its recipients; false:
 * there are no more. */
static bool
change(const struct seen *seen, size_t i, struct str parts[PARTS])
{
	const struct event_record *record = seen->record;
	struct event_verdict from;

	if (!record->shadow.differs)
		return false;
	if (record->decided.action != record->shadow.decided.action) {
		split(seen, "message", &record->decided,
		    &record->shadow.decided, parts);
		return i == 0;
	}
	if (i >= record->shadow_rcpts.count)
		return false;
	from = verdict_of_rcpt(record, record->shadow_rcpts.at[i].address);
	split(seen, "recipient", &from, &record->shadow_rcpts.at[i].verdict,
	    parts);
	return true;
}

bool
of_shadow_is_there(const struct seen *seen)
{
	return seen->record->shadow.is_there;
}

bool
of_shadow_is_other(const struct seen *seen)
{
	return of_shadow_is_there(seen) && seen->record->shadow.differs;
}

/* In score or tags alone. */
bool
of_shadow_is_a_little(const struct seen *seen)
{
	struct str parts[PARTS];

	return of_shadow_is_other(seen) && !change(seen, 0, parts);
}

bool
of_shadow_holds(const struct ask *ask, const struct seen *seen)
{
	struct str parts[PARTS];

	for (size_t i = 0; of_shadow_is_there(seen) &&
	    change(seen, i, parts); i++) {
		bool same = ask->parts[OF].len == 0 ||
		    str_eq(ask->parts[OF], parts[OF]);

		for (size_t k = FROM; k < ask->count; k++)
			same = same && str_eq(ask->parts[k], parts[k]);
		if (same)
			return true;
	}
	return false;
}

static void
event(void *at, const struct seen *seen)
{
	struct once names = { .list = { .count = 0 } };
	struct str parts[PARTS];
	struct state *state = at;

	if (!of_shadow_is_there(seen))
		return;
	state->compared++;
	state->differ += of_shadow_is_other(seen);
	state->otherwise += of_shadow_is_a_little(seen);
	for (size_t i = 0; change(seen, i, parts); i++) {
		struct str name = tally_join(seen->arena, parts, PARTS);
		struct tally_row *row = tally_at(&state->changes, name);

		row->counts[0]++;
		row->counts[1] += seen_once(seen->arena, &names, name);
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
	row_asks(out, row, "--shadow", arena_printf(out->arena,
	    "%.*s:%.*s:%.*s,%.*s,%.*s", STR_ARG(tally_part(from->name, OF)),
	    STR_ARG(tally_part(from->name, FROM)),
	    STR_ARG(tally_part(from->name, TO)),
	    STR_ARG(tally_part(from->name, FROM_RULE)),
	    STR_ARG(tally_part(from->name, TO_RULE))));
	row_lists(row, from->counts[1]);
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
	builder_asks(&out, "--is", STR("shadowed"));
	builder_count(&out, "differ", "would have differed", state->differ);
	builder_asks(&out, "--is", STR("shadow-differs"));
	builder_count(&out, "otherwise", "in score or tags alone",
	    state->otherwise);
	builder_asks(&out, "--is", STR("shadow-differs-a-little"));
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
