/*
 * What was asked for with --by: events by the author domain, the client's
 * network, the rule that decided, the MTA's listener, the host or a domain
 * whose signature passed (an event with two of these counts for both); by what
 * was done, and how many of them were spam.
 */
#include "summary/section.h"

enum { EVENTS, SPAM, VERDICTS, WIDTH = VERDICTS + VERDICT_COUNT };

struct state {
	struct tally	groups;
};

static const struct {
	const char	*name;
	const char	*option;	/* of assay log; with = a fact's */
} kinds[SUMMARY_BY_COUNT] = {
	[SUMMARY_BY_NOTHING] = { "", NULL },
	[SUMMARY_BY_FROM_DOMAIN] = { "from.domain", "from.domain=" },
	[SUMMARY_BY_CLIENT_NET] = { "client.net", "--client" },
	[SUMMARY_BY_RULE] = { "rule", "--rule" },
	[SUMMARY_BY_LISTENER] = { "listener", "listener=" },
	[SUMMARY_BY_HOST] = { "host", "--host" },
	[SUMMARY_BY_DKIM_DOMAIN] = { "dkim.domain", "dkim.domains=" },
};

static const enum fact_id facts[] = {
	FACT_ID_LISTENER, FACT_ID_DKIM_DOMAINS, FACT_COUNT
};

enum summary_by
summary_by_find(struct str name)
{
	int by = SUMMARY_BY_NOTHING + 1;

	while (by < SUMMARY_BY_COUNT && !str_eqz(name, kinds[by].name))
		by++;
	return (enum summary_by)by;
}

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	tally_init(&((struct state *)at)->groups, WIDTH, 0,
	    LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	tally_fini(&((struct state *)at)->groups);
}

static void
add(struct state *state, const struct seen *seen, struct str name)
{
	struct tally_row *row;

	if (name.len == 0)
		return;
	row = tally_at(&state->groups, name);
	row->counts[EVENTS]++;
	row->counts[SPAM] += seen->is_spam;
	row->counts[VERDICTS + seen->verdict]++;
}

static void
add_domains(struct state *state, const struct seen *seen)
{
	const struct fact *domains = facts_get(seen->facts,
	    FACT_ID_DKIM_DOMAINS);

	struct once names = { .list = { .count = 0 } };

	for (size_t i = 0; domains->state == FACT_SET &&
	    i < domains->list.count; i++)
		if (seen_once(seen->arena, &names, domains->list.at[i]))
			add(state, seen, domains->list.at[i]);
}

static void
event(void *at, const struct seen *seen)
{
	switch (seen->options->by) {
	case SUMMARY_BY_FROM_DOMAIN:
		add(at, seen, seen->author);
		break;
	case SUMMARY_BY_CLIENT_NET:
		add(at, seen, seen->net);
		break;
	case SUMMARY_BY_RULE:
		add(at, seen, seen->rule);
		break;
	case SUMMARY_BY_LISTENER:
		add(at, seen, seen_text(seen, FACT_ID_LISTENER));
		break;
	case SUMMARY_BY_HOST:
		add(at, seen, seen->record->host);
		break;
	case SUMMARY_BY_DKIM_DOMAIN:
		add_domains(at, seen);
		break;
	case SUMMARY_BY_NOTHING:
	case SUMMARY_BY_COUNT:
		break;
	}
}

static void
merge(void *at, const void *from)
{
	tally_merge(&((struct state *)at)->groups,
	    &((const struct state *)from)->groups);
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	row_count(row, 1, from->counts[EVENTS]);
	row_count(row, 2, from->counts[SPAM]);
	for (size_t i = 0; i < VERDICT_COUNT; i++)
		row_count(row, 3 + i, from->counts[VERDICTS + i]);
}

static void
add_queries(struct builder *out, const char *option)
{
	for (size_t i = 0; i < out->table->rows.count; i++) {
		struct summary_row *row = &out->table->rows.at[i];
		struct str name = row->values[0].text;

		if (option[0] == '-')
			row_asks(out, row, option, name);
		else
			row_asks(out, row, "--fact", arena_printf(out->arena,
			    "%s%.*s", option, STR_ARG(name)));
	}
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "name", "name", SUMMARY_TEXT, NULL },
		{ "events", "events", SUMMARY_COUNT, NULL },
		{ "spam", "spam", SUMMARY_COUNT, NULL }, VERDICT_COLUMNS
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	if (options->by == SUMMARY_BY_NOTHING)
		return;
	builder_table(&out, kinds[options->by].name, kinds[options->by].name,
	    SUMMARY_LIST, COLUMNS_OF(columns));
	builder_top(&out, &state->groups, options->top, fill);
	add_queries(&out, kinds[options->by].option);
}

const struct section section_by = {
	.key = "by", .title = "As asked for",
	.about = "Events of all kinds, grouped as --by says; an event with "
	    "several names counts for each of them.",
	.size = sizeof(struct state), .facts = facts,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
