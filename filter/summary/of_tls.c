/*
 * How much came over TLS: of events that reached MAIL, those whose session had
 * a TLS version; of strangers, and of our own users and hosts.  "versions": by
 * version and cipher.  "plain": networks of strangers whose messages came
 * without.
 */
#include "summary/section.h"

enum { EVENTS, OURS, WIDTH };

struct state {
	uint64_t	in, in_tls, ours, ours_tls;
	struct tally	versions, plain;
};

static const enum fact_id facts[] = {
	FACT_ID_TLS_VERSION, FACT_ID_TLS_CIPHER, FACT_COUNT
};

static void
begin(void *at, const struct summary_options *options)
{
	struct state *state = at;

	(void)options;
	tally_init(&state->versions, WIDTH, 0, LIMIT_SUMMARY_NAMES);
	tally_init(&state->plain, WIDTH, 0, LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	struct state *state = at;

	tally_fini(&state->versions);
	tally_fini(&state->plain);
}

static void
event(void *at, const struct seen *seen)
{
	const struct str parts[] = { seen_text(seen, FACT_ID_TLS_VERSION),
	    seen_text(seen, FACT_ID_TLS_CIPHER) };
	bool tls = parts[0].len > 0;
	struct state *state = at;
	struct tally_row *row;

	if (!facts_known(seen->facts, FACT_ID_TLS_VERSION))
		return;
	if (seen->is_ours) {
		state->ours++;
		state->ours_tls += tls;
	} else {
		state->in++;
		state->in_tls += tls;
	}
	if (tls) {
		row = tally_at(&state->versions, tally_join(seen->arena, parts,
		    2));
		row->counts[EVENTS]++;
		row->counts[OURS] += seen->is_ours;
	} else if (!seen->is_ours && seen->net.len > 0) {
		tally_at(&state->plain, seen->net)->counts[EVENTS]++;
	}
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->in += part->in;
	all->in_tls += part->in_tls;
	all->ours += part->ours;
	all->ours_tls += part->ours_tls;
	tally_merge(&all->versions, &part->versions);
	tally_merge(&all->plain, &part->plain);
}

static void
fill_version(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	struct str version = tally_part(from->name, 0);
	struct str cipher = tally_part(from->name, 1);

	row_text(out, row, 0, version);
	row_count(row, 1, from->counts[EVENTS]);
	row_count(row, 2, from->counts[OURS]);
	row_text(out, row, 3, cipher);
	row_asks(out, row, "--fact", arena_printf(out->arena,
	    "tls.version=%.*s", STR_ARG(version)));
	if (cipher.len > 0)
		row_asks(out, row, "--fact", arena_printf(out->arena,
		    "tls.cipher=%.*s", STR_ARG(cipher)));
}

static void
fill_plain(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	row_count(row, 1, from->counts[EVENTS]);
	row_asks(out, row, "--client", from->name);
	row_asks(out, row, "--fact", STR("tls.version!"));
	row_asks(out, row, "--known", STR("tls.version"));
	row_asks(out, row, "--is", STR("stranger"));
}

static void
asks(struct builder *out, const char *whose, bool over_tls)
{
	builder_asks(out, "--is", str_from(whose));
	builder_asks(out, over_tls ? "--fact" : "--known",
	    STR("tls.version"));
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column versions[] = {
		{ "version", "version", SUMMARY_TEXT, NULL },
		{ "events", "in all", SUMMARY_COUNT, NULL },
		{ "ours", "ours", SUMMARY_COUNT, NULL },
		{ "cipher", "cipher", SUMMARY_TEXT, NULL },
	};
	static const struct summary_column plain[] = {
		{ "network", "network", SUMMARY_TEXT, NULL },
		{ "events", "without TLS", SUMMARY_COUNT, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_count(&out, "in", "events of strangers", state->in);
	asks(&out, "stranger", false);
	builder_share(&out, "in_share", "strangers over TLS", state->in_tls,
	    state->in);
	asks(&out, "stranger", true);
	builder_count(&out, "ours", "events of our own users and hosts",
	    state->ours);
	asks(&out, "ours", false);
	builder_share(&out, "ours_share", "ours over TLS", state->ours_tls,
	    state->ours);
	asks(&out, "ours", true);
	builder_table(&out, "versions", "by version", SUMMARY_LIST,
	    COLUMNS_OF(versions));
	builder_top(&out, &state->versions, options->top, fill_version);
	builder_table(&out, "plain", "networks without TLS", SUMMARY_LIST,
	    COLUMNS_OF(plain));
	builder_top(&out, &state->plain, options->top, fill_plain);
}

const struct section section_tls = {
	.key = "tls", .title = "TLS",
	.about = "Events that reached MAIL, by the TLS version of their "
	    "session.",
	.size = sizeof(struct state), .facts = facts,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
