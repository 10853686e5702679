/*
 * DNS lists, by function and zone: events in which a call of it was answered,
 * how many calls were listed, not listed, and unknown (errors), and the reason
 * of the first error.
 */
#include "summary/section.h"

enum { ASKED, LISTED, NOT_LISTED, ERRORS, WIDTH };

struct state {
	uint64_t	asked, errors;
	struct tally	lists, reasons;
};

static void
begin(void *at, const struct summary_options *options)
{
	struct state *state = at;

	(void)options;
	tally_init(&state->lists, WIDTH, 0, LIMIT_SUMMARY_NAMES);
	tally_init(&state->reasons, 1, 0, LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	struct state *state = at;

	tally_fini(&state->lists);
	tally_fini(&state->reasons);
}

static void
add(struct state *state, const struct seen *seen,
    const struct call_answer *call)
{
	const struct str parts[] = { call->function, call->args[0].text,
	    call->result.state == FACT_UNKNOWN ? call->result.text :
	    STR_NONE };
	struct tally_row *row = tally_at(&state->lists,
	    tally_join(seen->arena, parts, 2));

	state->asked++;
	row->counts[ASKED]++;
	if (call->result.state == FACT_UNKNOWN) {
		state->errors++;
		row->counts[ERRORS]++;
		tally_at(&state->reasons, tally_join(seen->arena, parts,
		    3))->counts[0]++;
	} else if (call->result.state == FACT_SET) {
		row->counts[call->result.truth ? LISTED : NOT_LISTED]++;
	}
}

static void
event(void *at, const struct seen *seen)
{
	const struct answers *calls = &seen->record->calls;

	for (size_t i = 0; i < calls->list.count; i++) {
		const struct call_answer *call = &calls->list.at[i];

		if (call->count > 0 && (str_eqz(call->function, "dnsbl") ||
		    str_eqz(call->function, "dnswl")))
			add(at, seen, call);
	}
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->asked += part->asked;
	all->errors += part->errors;
	tally_merge(&all->lists, &part->lists);
	tally_merge(&all->reasons, &part->reasons);
}

static struct str
call_text(struct arena *arena, struct str name)
{
	return arena_printf(arena, "%.*s(\"%.*s\")",
	    STR_ARG(tally_part(name, 0)), STR_ARG(tally_part(name, 1)));
}

static void
fill_list(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, call_text(out->arena, from->name));
	row_count(row, 1, from->counts[ASKED]);
	row_count(row, 2, from->counts[LISTED]);
	row_share(row, 3, from->counts[LISTED], from->counts[ASKED]);
	row_count(row, 4, from->counts[NOT_LISTED]);
	row_count(row, 5, from->counts[ERRORS]);
}

static void
fill_reason(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, call_text(out->arena, from->name));
	row_count(row, 1, from->counts[0]);
	row_text(out, row, 2, tally_part(from->name, 2));
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column lists[] = {
		{ "list", "list", SUMMARY_TEXT, NULL },
		{ "asked", "asked", SUMMARY_COUNT, NULL },
		{ "listed", "listed", SUMMARY_COUNT, NULL },
		{ "share", "of them", SUMMARY_SHARE, NULL },
		{ "not_listed", "not listed", SUMMARY_COUNT, NULL },
		{ "errors", "errors", SUMMARY_COUNT, NULL },
	};
	static const struct summary_column reasons[] = {
		{ "list", "list", SUMMARY_TEXT, NULL },
		{ "errors", "errors", SUMMARY_COUNT, NULL },
		{ "reason", "why", SUMMARY_TEXT, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_count(&out, "asked", "answers of lists", state->asked);
	builder_count(&out, "errors", "of them errors", state->errors);
	builder_table(&out, "lists", "by list", SUMMARY_LIST,
	    COLUMNS_OF(lists));
	builder_top(&out, &state->lists, options->top, fill_list);
	builder_table(&out, "reasons", "why there was no answer", SUMMARY_LIST,
	    COLUMNS_OF(reasons));
	builder_top(&out, &state->reasons, options->top, fill_reason);
}

const struct section section_lists = {
	.key = "lists", .title = "DNS lists",
	.about = "What dnsbl() and dnswl() answered, a call each; an error is "
	    "a list that did not answer, or not as lists do.",
	.size = sizeof(struct state), .parts = EVENT_PART_CALLS,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
