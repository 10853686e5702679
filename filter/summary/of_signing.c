/*
 * Our own signatures.  signed: messages that got one or more; "keys": by
 * domain, selector and algorithm, signatures; unsigned: mail of ours that was
 * not signed, or not by all keys that it has, "reasons": why; sealed: messages
 * that got an ARC set.  Reasons of seals and of bounce tags that were not made
 * stand with them, by what was not made.
 */
#include "summary/section.h"

struct state {
	uint64_t	ours, signed_, not_signed, sealed;
	struct tally	keys, reasons;
};

static void
begin(void *at, const struct summary_options *options)
{
	struct state *state = at;

	(void)options;
	tally_init(&state->keys, 2, 0, LIMIT_SUMMARY_NAMES);
	tally_init(&state->reasons, 1, 0, LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	struct state *state = at;

	tally_fini(&state->keys);
	tally_fini(&state->reasons);
}

enum reason { REASON_SIGNATURE, REASON_SEAL, REASON_TAG, REASON_COUNT };

static const struct {
	const char	*what, *option;
} reasons[REASON_COUNT] = {
	[REASON_SIGNATURE] = { "signature", "--not-signed" },
	[REASON_SEAL] = { "ARC set", "--not-sealed" },
	[REASON_TAG] = { "bounce tag", "--not-tagged" },
};

static void
add_reason(struct state *state, const struct seen *seen, enum reason reason,
    struct str why)
{
	const struct str parts[] = { str_from(reasons[reason].what), why };

	if (why.len > 0)
		tally_at(&state->reasons, tally_join(seen->arena, parts,
		    2))->counts[0]++;
}

bool
of_signing_is_signed(const struct seen *seen)
{
	return seen->is_message && seen->record->figures.made.count > 0;
}

bool
of_signing_is_unsigned(const struct seen *seen)
{
	return seen->is_message && seen->record->figures.not_signed.len > 0;
}

bool
of_signing_is_sealed(const struct seen *seen)
{
	return seen->is_message && seen->record->figures.seal_cv.len > 0;
}

static bool
is_signed(const struct ask *ask, const struct event_figures *figures)
{
	for (size_t i = 0; i < figures->made.count; i++) {
		const struct event_made_record *made = &figures->made.at[i];

		if (str_eq_nocase(ask->parts[0], made->domain) &&
		    (ask->count < 2 ||
		    str_eq_nocase(ask->parts[1], made->selector)) &&
		    (ask->count < 3 ||
		    str_eq_nocase(ask->parts[2], made->algorithm)))
			return true;
	}
	return false;
}

bool
of_signing_holds(const struct ask *ask, const struct seen *seen)
{
	const struct event_figures *figures = &seen->record->figures;

	return seen->is_message && (ask->kind == ASK_SIGNED ?
	    is_signed(ask, figures) : str_eq(ask->parts[0],
	    ask->kind == ASK_NOT_SIGNED ? figures->not_signed :
	    ask->kind == ASK_NOT_SEALED ? figures->not_sealed :
	    figures->not_tagged));
}

static void
event(void *at, const struct seen *seen)
{
	const struct event_figures *figures = &seen->record->figures;
	struct once keys = { .list = { .count = 0 } };
	struct state *state = at;

	if (!seen->is_message)
		return;
	state->ours += seen->is_ours;
	state->signed_ += of_signing_is_signed(seen);
	state->not_signed += of_signing_is_unsigned(seen);
	state->sealed += of_signing_is_sealed(seen);
	for (size_t i = 0; i < figures->made.count; i++) {
		const struct event_made_record *made = &figures->made.at[i];
		const struct str parts[] = { made->domain, made->selector,
		    made->algorithm };

		struct str key = tally_join(seen->arena, parts, 3);
		struct tally_row *row = tally_at(&state->keys, key);

		row->counts[0]++;
		row->counts[1] += seen_once(seen->arena, &keys, key);
	}
	add_reason(state, seen, REASON_SIGNATURE, figures->not_signed);
	add_reason(state, seen, REASON_SEAL, figures->not_sealed);
	add_reason(state, seen, REASON_TAG, figures->not_tagged);
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->ours += part->ours;
	all->signed_ += part->signed_;
	all->not_signed += part->not_signed;
	all->sealed += part->sealed;
	tally_merge(&all->keys, &part->keys);
	tally_merge(&all->reasons, &part->reasons);
}

static void
fill_key(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, tally_part(from->name, 0));
	row_count(row, 1, from->counts[0]);
	row_text(out, row, 2, tally_part(from->name, 1));
	row_text(out, row, 3, tally_part(from->name, 2));
	row_asks(out, row, "--signed", arena_printf(out->arena,
	    "%.*s,%.*s,%.*s", STR_ARG(tally_part(from->name, 0)),
	    STR_ARG(tally_part(from->name, 1)),
	    STR_ARG(tally_part(from->name, 2))));
	row_lists(row, from->counts[1]);
}

static void
fill_reason(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, tally_part(from->name, 1));
	row_count(row, 1, from->counts[0]);
	row_text(out, row, 2, tally_part(from->name, 0));
	for (int i = 0; i < REASON_COUNT; i++)
		if (str_eqz(tally_part(from->name, 0), reasons[i].what))
			row_asks(out, row, reasons[i].option,
			    tally_part(from->name, 1));
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column keys[] = {
		{ "domain", "domain", SUMMARY_TEXT, NULL },
		{ "count", "signatures", SUMMARY_COUNT, NULL },
		{ "selector", "selector", SUMMARY_TEXT, NULL },
		{ "algorithm", "algorithm", SUMMARY_TEXT, NULL },
	};
	static const struct summary_column why[] = {
		{ "reason", "why not", SUMMARY_TEXT, NULL },
		{ "count", "messages", SUMMARY_COUNT, NULL },
		{ "what", "what", SUMMARY_TEXT, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_count(&out, "ours", "messages of ours", state->ours);
	builder_asks(&out, "--kind", STR("message"));
	builder_asks(&out, "--is", STR("ours"));
	builder_count(&out, "signed", "signed", state->signed_);
	builder_asks(&out, "--is", STR("signed"));
	builder_count(&out, "unsigned", "not signed, or not by all keys",
	    state->not_signed);
	builder_asks(&out, "--is", STR("unsigned"));
	builder_count(&out, "sealed", "sealed (ARC)", state->sealed);
	builder_asks(&out, "--is", STR("sealed"));
	builder_table(&out, "keys", "by key", SUMMARY_LIST,
	    COLUMNS_OF(keys));
	builder_top(&out, &state->keys, options->top, fill_key);
	builder_table(&out, "reasons", "why not", SUMMARY_LIST,
	    COLUMNS_OF(why));
	builder_top(&out, &state->reasons, options->top, fill_reason);
}

const struct section section_signing = {
	.key = "signing", .title = "Our signatures",
	.about = "Signatures that assayd made, and why mail of ours has none, "
	    "or not all; ARC sets and bounce tags likewise.",
	.size = sizeof(struct state), .parts = EVENT_PART_FIGURES,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
