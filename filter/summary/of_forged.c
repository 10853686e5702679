/*
 * Our own domains, used by strangers: in From without DMARC passing, as the
 * envelope sender without SPF passing, or as the name in HELO.  "domains", by
 * domain of ours: messages of strangers with it in From, how many of them
 * passed DMARC (it may be a service that sends for us), failed, and failed but
 * were let through.  "sources": networks of those that did not pass, by
 * domain.
 */
#include "summary/section.h"

enum { NOT_PASSED, MESSAGES, PASSED, THROUGH, WIDTH };

struct state {
	uint64_t	author, passed, through, sender, helo;
	struct tally	domains, sources;
};

static const enum fact_id facts[] = {
	FACT_ID_DMARC, FACT_ID_SPF, FACT_ID_HELO, FACT_ID_HELO_OURS,
	FACT_ID_FROM_DOMAIN, FACT_COUNT
};

static void
begin(void *at, const struct summary_options *options)
{
	struct state *state = at;

	(void)options;
	tally_init(&state->domains, WIDTH, 0, LIMIT_SUMMARY_NAMES);
	tally_init(&state->sources, WIDTH, 0, LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	struct state *state = at;

	tally_fini(&state->domains);
	tally_fini(&state->sources);
}

static void
add(struct tally_row *row, const struct seen *seen, bool passed)
{
	row->counts[MESSAGES]++;
	row->counts[PASSED] += passed;
	row->counts[NOT_PASSED] += !passed;
	row->counts[THROUGH] += !passed && !seen->is_refused;
}

bool
of_forged_is_author(const struct seen *seen)
{
	return !seen->is_ours && seen->is_message &&
	    seen_is_own(seen->options, seen->author);
}

bool
of_forged_is_sender(const struct seen *seen)
{
	return !seen->is_ours && seen_is_own(seen->options, seen->sender) &&
	    seen_word(seen, FACT_ID_SPF) != WORD_PASS;
}

static void
add_author(struct state *state, const struct seen *seen)
{
	const struct str parts[] = { seen->net, seen->author };
	bool passed = seen_word(seen, FACT_ID_DMARC) == WORD_PASS;

	if (!of_forged_is_author(seen))
		return;
	state->author++;
	state->passed += passed;
	state->through += !passed && !seen->is_refused;
	add(tally_at(&state->domains, seen->author), seen, passed);
	if (!passed) {
		struct tally_row *row = tally_at(&state->sources,
		    tally_join(seen->arena, parts, 2));

		add(row, seen, false);
		tally_note(&state->sources, row, seen_text(seen,
		    FACT_ID_HELO));
	}
}

static void
event(void *at, const struct seen *seen)
{
	struct state *state = at;

	if (seen->is_ours)
		return;
	add_author(state, seen);
	state->sender += of_forged_is_sender(seen);
	state->helo += seen_true(seen, FACT_ID_HELO_OURS);
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->author += part->author;
	all->passed += part->passed;
	all->through += part->through;
	all->sender += part->sender;
	all->helo += part->helo;
	tally_merge(&all->domains, &part->domains);
	tally_merge(&all->sources, &part->sources);
}

static void
asks_not_passed(struct builder *out, struct summary_row *row)
{
	row_asks(out, row, "--fact", STR("dmarc!=pass"));
	row_asks(out, row, "--kind", STR("message"));
	row_asks(out, row, "--is", STR("stranger"));
}

static void
fill_domain(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	row_count(row, 1, from->counts[NOT_PASSED]);
	row_count(row, 2, from->counts[THROUGH]);
	row_count(row, 3, from->counts[PASSED]);
	row_asks(out, row, "--fact", arena_printf(out->arena,
	    "from.domain=%.*s", STR_ARG(from->name)));
	asks_not_passed(out, row);
}

static void
fill_source(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	struct str net = tally_part(from->name, 0);

	row_text(out, row, 0, net);
	row_count(row, 1, from->counts[NOT_PASSED]);
	row_count(row, 2, from->counts[THROUGH]);
	row_text(out, row, 3, tally_part(from->name, 1));
	row_text(out, row, 4, from->note);
	row_asks(out, row, "--fact", arena_printf(out->arena,
	    "from.domain=%.*s", STR_ARG(tally_part(from->name, 1))));
	asks_not_passed(out, row);
	if (net.len > 0)
		row_asks(out, row, "--client", net);
	else
		row_asks(out, row, "--fact", STR("client.ip!"));
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column domains[] = {
		{ "domain", "domain in From", SUMMARY_TEXT, NULL },
		{ "not_passed", "not DMARC", SUMMARY_COUNT, NULL },
		{ "through", "through", SUMMARY_COUNT, NULL },
		{ "passed", "passed", SUMMARY_COUNT, NULL },
	};
	static const struct summary_column sources[] = {
		{ "network", "network", SUMMARY_TEXT, NULL },
		{ "not_passed", "not DMARC", SUMMARY_COUNT, NULL },
		{ "through", "through", SUMMARY_COUNT, NULL },
		{ "domain", "domain in From", SUMMARY_TEXT, NULL },
		{ "helo", "says HELO, such as", SUMMARY_TEXT, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_count(&out, "author", "strangers with our domain in From",
	    state->author);
	builder_asks(&out, "--is", STR("our-author"));
	builder_count(&out, "passed", "... of these passed DMARC",
	    state->passed);
	builder_asks(&out, "--is", STR("our-author"));
	builder_asks(&out, "--fact", STR("dmarc=pass"));
	builder_count(&out, "through", "... did not pass, and were let in",
	    state->through);
	builder_asks(&out, "--is", STR("our-author"));
	builder_asks(&out, "--fact", STR("dmarc!=pass"));
	builder_asks(&out, "--is", STR("let-in"));
	builder_count(&out, "sender", "envelope sender ours, SPF not passed",
	    state->sender);
	builder_asks(&out, "--is", STR("our-sender"));
	builder_count(&out, "helo", "said HELO with our name", state->helo);
	builder_asks(&out, "--fact", STR("helo.ours"));
	builder_asks(&out, "--is", STR("stranger"));
	builder_table(&out, "domains", "by domain of ours", SUMMARY_LIST,
	    COLUMNS_OF(domains));
	builder_top(&out, &state->domains, options->top, fill_domain);
	builder_table(&out, "sources", "where they come from", SUMMARY_LIST,
	    COLUMNS_OF(sources));
	builder_top(&out, &state->sources, options->top, fill_source);
	if (options->own_count == 0)
		builder_note(&out, "no domain of ours is known: name them with "
		    "--own DOMAIN, or in local_domains of assay.conf(5)");
}

const struct section section_forged = {
	.key = "forged", .title = "Our own domains, used by strangers",
	.about = "Mail with a domain of ours in From, or below one, that is "
	    "neither from our users nor our hosts. What passed DMARC may be a "
	    "service that sends for us; what did not is forged, or a service "
	    "that was not set up.",
	.size = sizeof(struct state), .facts = facts,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
