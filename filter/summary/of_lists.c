/*
 * DNS lists, by function and zone: events in which a call of it was answered,
 * how many calls were listed, not listed, and unknown (errors), and the reason
 * of the first error.
 */
#include "summary/section.h"

enum { ASKED, LISTED, NOT_LISTED, ERRORS, EVENTS, WIDTH };

struct state {
	uint64_t	asked, errors, asked_events, error_events;
	struct tally	lists, reasons;
};

static void
begin(void *at, const struct summary_options *options)
{
	struct state *state = at;

	(void)options;
	tally_init(&state->lists, WIDTH, 0, LIMIT_SUMMARY_NAMES);
	tally_init(&state->reasons, 2, 0, LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	struct state *state = at;

	tally_fini(&state->lists);
	tally_fini(&state->reasons);
}

bool
of_lists_is_list(struct str function)
{
	return str_eqz(function, "dnsbl") || str_eqz(function, "dnswl");
}

static bool
is_of_list(const struct call_answer *call)
{
	return call->count > 0 && of_lists_is_list(call->function);
}

static bool
is_error(const struct call_answer *call)
{
	return is_of_list(call) && call->result.state == FACT_UNKNOWN;
}

static bool
any(const struct seen *seen, bool (*is)(const struct call_answer *call))
{
	const struct answers *calls = &seen->record->calls;

	for (size_t i = 0; i < calls->list.count; i++)
		if (is(&calls->list.at[i]))
			return true;
	return false;
}

bool
of_lists_is_asked(const struct seen *seen)
{
	return any(seen, is_of_list);
}

bool
of_lists_is_error(const struct seen *seen)
{
	return any(seen, is_error);
}

static bool
is_that(const struct ask *ask, const struct call_answer *call)
{
	if (!is_of_list(call) || (ask->parts[0].len > 0 &&
	    !str_eq(ask->parts[0], call->function)) ||
	    !str_eq_nocase(ask->parts[1], call->args[0].text))
		return false;
	return ask->kind == ASK_LIST || (is_error(call) &&
	    (ask->count < 3 || str_eq(ask->parts[2], call->result.text)));
}

bool
of_lists_holds(const struct ask *ask, const struct seen *seen)
{
	const struct answers *calls = &seen->record->calls;

	for (size_t i = 0; i < calls->list.count; i++)
		if (is_that(ask, &calls->list.at[i]))
			return true;
	return false;
}

static void
add(struct state *state, const struct seen *seen, struct once *names,
    const struct call_answer *call)
{
	const struct str parts[] = { call->function, call->args[0].text,
	    call->result.state == FACT_UNKNOWN ? call->result.text :
	    STR_NONE };
	struct str list = tally_join(seen->arena, parts, 2);
	struct tally_row *row = tally_at(&state->lists, list);

	state->asked++;
	row->counts[ASKED]++;
	row->counts[EVENTS] += seen_once(seen->arena, names, list);
	if (call->result.state == FACT_UNKNOWN) {
		struct str reason = tally_join(seen->arena, parts, 3);

		state->errors++;
		row->counts[ERRORS]++;
		row = tally_at(&state->reasons, reason);
		row->counts[0]++;
		row->counts[1] += seen_once(seen->arena, names, reason);
	} else if (call->result.state == FACT_SET) {
		row->counts[call->result.truth ? LISTED : NOT_LISTED]++;
	}
}

static void
event(void *at, const struct seen *seen)
{
	const struct answers *calls = &seen->record->calls;
	struct once names = { .list = { .count = 0 } };
	struct state *state = at;

	for (size_t i = 0; i < calls->list.count; i++)
		if (is_of_list(&calls->list.at[i]))
			add(state, seen, &names, &calls->list.at[i]);
	state->asked_events += names.list.count > 0;
	state->error_events += of_lists_is_error(seen);
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->asked += part->asked;
	all->errors += part->errors;
	all->asked_events += part->asked_events;
	all->error_events += part->error_events;
	tally_merge(&all->lists, &part->lists);
	tally_merge(&all->reasons, &part->reasons);
}

static struct str
call_text(struct arena *arena, struct str name)
{
	return arena_printf(arena, "%.*s(\"%.*s\")",
	    STR_ARG(tally_part(name, 0)), STR_ARG(tally_part(name, 1)));
}

/* As --list and --list-error have it. */
static struct str
question(struct arena *arena, struct str name, size_t parts)
{
	struct str text = arena_printf(arena, "%.*s:%.*s",
	    STR_ARG(tally_part(name, 0)), STR_ARG(tally_part(name, 1)));

	return parts < 3 ? text : arena_printf(arena, "%.*s:%.*s",
	    STR_ARG(text), STR_ARG(tally_part(name, 2)));
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
	row_asks(out, row, "--list", question(out->arena, from->name, 2));
	row_lists(row, from->counts[EVENTS]);
}

static void
fill_reason(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, call_text(out->arena, from->name));
	row_count(row, 1, from->counts[0]);
	row_text(out, row, 2, tally_part(from->name, 2));
	row_asks(out, row, "--list-error", question(out->arena, from->name,
	    3));
	row_lists(row, from->counts[1]);
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column lists[] = {
		{ "list", "list", SUMMARY_TEXT, NULL },
		{ "asked", "asked", SUMMARY_COUNT, NULL },
		{ "listed", "listed", SUMMARY_COUNT, NULL },
		{ "share", "share listed", SUMMARY_SHARE, NULL },
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

	builder_count(&out, "asked", "questions to lists", state->asked);
	builder_asks(&out, "--is", STR("list-asked"));
	builder_lists(&out, state->asked_events);
	builder_count(&out, "errors", "questions without an answer",
	    state->errors);
	builder_asks(&out, "--is", STR("list-error"));
	builder_lists(&out, state->error_events);
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
