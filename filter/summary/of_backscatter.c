/*
 * Bounces of strangers: mail with an empty envelope sender.  What their
 * recipients' tags say (bounce_tags): valid answers mail of ours, and missing,
 * expired and forged answer nothing: backscatter.  "networks": where that
 * comes from.
 */
#include "summary/section.h"

enum { NOTHING, REFUSED, WIDTH };

enum { TAG_VALID, TAG_MISSING, TAG_EXPIRED, TAG_FORGED, TAG_COUNT };

static const enum word tags[TAG_COUNT] = {
	WORD_VALID, WORD_MISSING, WORD_EXPIRED, WORD_FORGED
};

struct state {
	uint64_t	bounces, refused, nothing, through;
	uint64_t	by_tag[TAG_COUNT], events[TAG_COUNT];
	struct tally	networks;
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	tally_init(&((struct state *)at)->networks, WIDTH, 0,
	    LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	tally_fini(&((struct state *)at)->networks);
}

static uint64_t
with_tag(const struct event_record *record, enum word tag)
{
	uint64_t count = 0;

	for (size_t i = 0; i < record->rcpts.count; i++)
		count += record->rcpts.at[i].tag == tag;
	return count;
}

static bool
is_bounce(const struct seen *seen)
{
	return seen->is_bounce && !seen->is_ours;
}

/* A recipient has a tag that answers nothing. */
bool
of_backscatter_is_backscatter(const struct seen *seen)
{
	for (int tag = TAG_VALID + 1; is_bounce(seen) && tag < TAG_COUNT; tag++)
		if (with_tag(seen->record, tags[tag]) > 0)
			return true;
	return false;
}

bool
of_backscatter_is_tag(struct str text, uint64_t *tag_out)
{
	for (*tag_out = 0; *tag_out < TAG_COUNT; (*tag_out)++)
		if (str_eqz(text, word_name(tags[*tag_out])))
			return true;
	return false;
}

bool
of_backscatter_holds(const struct ask *ask, const struct seen *seen)
{
	return is_bounce(seen) &&
	    with_tag(seen->record, tags[ask->number]) > 0;
}

static void
add_tags(struct state *state, const struct event_record *record)
{
	for (int tag = 0; tag < TAG_COUNT; tag++) {
		uint64_t count = with_tag(record, tags[tag]);

		state->by_tag[tag] += count;
		state->events[tag] += count > 0;
	}
}

static void
event(void *at, const struct seen *seen)
{
	struct state *state = at;
	struct tally_row *row;

	if (!is_bounce(seen))
		return;
	state->bounces++;
	state->refused += seen->is_refused;
	add_tags(state, seen->record);
	if (!of_backscatter_is_backscatter(seen))
		return;
	state->nothing++;
	state->through += !seen->is_refused;
	row = tally_at(&state->networks, seen->net);
	row->counts[NOTHING]++;
	row->counts[REFUSED] += seen->is_refused;
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->bounces += part->bounces;
	all->refused += part->refused;
	all->nothing += part->nothing;
	all->through += part->through;
	for (int i = 0; i < TAG_COUNT; i++) {
		all->by_tag[i] += part->by_tag[i];
		all->events[i] += part->events[i];
	}
	tally_merge(&all->networks, &part->networks);
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	row_count(row, 1, from->counts[NOTHING]);
	row_count(row, 2, from->counts[REFUSED]);
	row_asks(out, row, "--is", STR("backscatter"));
	if (from->name.len > 0)
		row_asks(out, row, "--client", from->name);
	else
		row_asks(out, row, "--fact", STR("client.ip!"));
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "network", "network", SUMMARY_TEXT, NULL },
		{ "nothing", "answer nothing", SUMMARY_COUNT, NULL },
		{ "refused", "refused", SUMMARY_COUNT, "reject" },
	};
	static const char *const titles[TAG_COUNT] = {
		"recipients with a valid tag", "recipients without a tag",
		"recipients with an expired tag",
		"recipients with a forged tag"
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_count(&out, "bounces", "bounces of strangers", state->bounces);
	builder_asks(&out, "--is", STR("bounce"));
	builder_count(&out, "refused", "bounces that were refused",
	    state->refused);
	builder_asks(&out, "--is", STR("bounce"));
	builder_asks(&out, "--is", STR("refused"));
	builder_count(&out, "nothing", "bounces that answer nothing",
	    state->nothing);
	builder_asks(&out, "--is", STR("backscatter"));
	builder_count(&out, "through", "... of these let in",
	    state->through);
	builder_asks(&out, "--is", STR("backscatter"));
	builder_asks(&out, "--is", STR("let-in"));
	for (int i = 0; i < TAG_COUNT; i++) {
		builder_count(&out, word_name(tags[i]), titles[i],
		    state->by_tag[i]);
		builder_asks(&out, "--bounce-tag",
		    str_from(word_name(tags[i])));
		builder_lists(&out, state->events[i]);
	}
	builder_table(&out, "networks", "where it comes from", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	builder_top(&out, &state->networks, options->top, fill);
}

const struct section section_backscatter = {
	.key = "backscatter", .title = "Bounces and backscatter",
	.about = "Mail of strangers with an empty envelope sender. With "
	    "bounce_tags on, the recipients' tags tell which of it answers "
	    "mail of ours.",
	.size = sizeof(struct state),
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
