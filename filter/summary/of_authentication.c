/*
 * Authentication of the mail of strangers.  "results": messages by method and
 * result; unknown: it could not be had.  "time": DMARC in time.  "rates": the
 * shares that passed, in time.  "domains", by
 * author domain: messages; DMARC passed; a signature of DKIM, or SPF, passed
 * and was aligned; ARC passed; failed: DMARC did.
 */
#include "summary/section.h"

enum { MESSAGES, PASS, DKIM, SPF, ARC, FAIL, WIDTH };

enum { RESULT_PASS, RESULT_FAIL, RESULT_SOFTFAIL, RESULT_NEUTRAL,
       RESULT_POLICY, RESULT_NONE, RESULT_TEMPERROR, RESULT_PERMERROR,
       RESULT_UNKNOWN, RESULT_COUNT };

static const enum word results[RESULT_UNKNOWN] = {
	WORD_PASS, WORD_FAIL, WORD_SOFTFAIL, WORD_NEUTRAL, WORD_POLICY,
	WORD_NONE, WORD_TEMPERROR, WORD_PERMERROR
};

static const enum fact_id methods[] = {
	FACT_ID_IPREV, FACT_ID_SPF_HELO, FACT_ID_SPF, FACT_ID_DKIM,
	FACT_ID_ARC, FACT_ID_DMARC
};

enum { METHODS = sizeof(methods) / sizeof(methods[0]) };

static const enum fact_id facts[] = {
	FACT_ID_IPREV, FACT_ID_SPF_HELO, FACT_ID_SPF, FACT_ID_DKIM,
	FACT_ID_ARC, FACT_ID_DMARC, FACT_ID_DMARC_ALIGNED_DKIM,
	FACT_ID_DMARC_ALIGNED_SPF, FACT_COUNT
};

struct state {
	uint64_t	messages, dkim, spf;
	uint64_t	counts[METHODS][RESULT_COUNT];
	struct hours	hours, rates;
	struct tally	domains;
};

static void
begin(void *at, const struct summary_options *options)
{
	struct state *state = at;

	(void)options;
	hours_init(&state->hours, 3);
	hours_init(&state->rates, 3);
	tally_init(&state->domains, WIDTH, 0, LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	struct state *state = at;

	hours_fini(&state->hours);
	hours_fini(&state->rates);
	tally_fini(&state->domains);
}

static int
result_of(enum word word)
{
	int i = 0;

	while (i < RESULT_UNKNOWN && results[i] != word)
		i++;
	return i;
}

static void
add_domain(struct state *state, const struct seen *seen)
{
	enum word dmarc = seen_word(seen, FACT_ID_DMARC);
	struct tally_row *row;

	if (seen->author.len == 0)
		return;
	row = tally_at(&state->domains, seen->author);
	row->counts[MESSAGES]++;
	row->counts[PASS] += dmarc == WORD_PASS;
	row->counts[DKIM] += seen_true(seen, FACT_ID_DMARC_ALIGNED_DKIM);
	row->counts[SPF] += seen_true(seen, FACT_ID_DMARC_ALIGNED_SPF);
	row->counts[ARC] += seen_word(seen, FACT_ID_ARC) == WORD_PASS;
	row->counts[FAIL] += dmarc == WORD_FAIL;
}

static void
event(void *at, const struct seen *seen)
{
	enum word dmarc = seen_word(seen, FACT_ID_DMARC);
	struct state *state = at;

	if (!seen->is_message || seen->is_ours)
		return;
	state->messages++;
	state->dkim += seen_true(seen, FACT_ID_DMARC_ALIGNED_DKIM);
	state->spf += seen_true(seen, FACT_ID_DMARC_ALIGNED_SPF);
	for (int i = 0; i < METHODS; i++)
		if (facts_known(seen->facts, methods[i]))
			state->counts[i][result_of(seen_word(seen,
			    methods[i]))]++;
	hours_add(&state->hours, seen->record->time_us,
	    dmarc == WORD_PASS ? 0 : dmarc == WORD_FAIL ? 1 : 2);
	hours_add_each(&state->rates, seen->record->time_us, (const bool[]){
	    dmarc == WORD_PASS, seen_true(seen, FACT_ID_DMARC_ALIGNED_DKIM),
	    seen_true(seen, FACT_ID_DMARC_ALIGNED_SPF) }, 3);
	add_domain(state, seen);
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->messages += part->messages;
	all->dkim += part->dkim;
	all->spf += part->spf;
	for (int i = 0; i < METHODS; i++)
		for (int k = 0; k < RESULT_COUNT; k++)
			all->counts[i][k] += part->counts[i][k];
	hours_merge(&all->hours, &part->hours);
	hours_merge(&all->rates, &part->rates);
	tally_merge(&all->domains, &part->domains);
}

static void
tell_results(struct builder *out, const struct state *state)
{
	static const struct summary_column columns[] = {
		{ "method", "method", SUMMARY_TEXT, NULL },
		{ "pass", "pass", SUMMARY_COUNT, NULL },
		{ "fail", "fail", SUMMARY_COUNT, NULL },
		{ "softfail", "softfail", SUMMARY_COUNT, NULL },
		{ "neutral", "neutral", SUMMARY_COUNT, NULL },
		{ "policy", "policy", SUMMARY_COUNT, NULL },
		{ "none", "none", SUMMARY_COUNT, NULL },
		{ "temperror", "temperr", SUMMARY_COUNT, NULL },
		{ "permerror", "permerr", SUMMARY_COUNT, NULL },
		{ "unknown", "unknown", SUMMARY_COUNT, NULL },
	};

	builder_table(out, "results", "by method", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	for (int i = 0; i < METHODS; i++) {
		struct summary_row *row;
		uint64_t sum = 0;

		for (size_t k = 0; k < RESULT_COUNT; k++)
			sum += state->counts[i][k];
		if (sum == 0)
			continue;
		row = builder_row(out);
		row_text(out, row, 0, str_from(fact_table[methods[i]].name));
		for (size_t k = 0; k < RESULT_COUNT; k++)
			row_count(row, 1 + k, state->counts[i][k]);
		row_asks(out, row, "--known",
		    str_from(fact_table[methods[i]].name));
		row_lists(row, sum);
	}
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	uint64_t messages = from->counts[MESSAGES];

	row_text(out, row, 0, from->name);
	row_count(row, 1, messages);
	row_share(row, 2, from->counts[PASS], messages);
	row_share(row, 3, from->counts[DKIM], messages);
	row_share(row, 4, from->counts[SPF], messages);
	row_share(row, 5, from->counts[ARC], messages);
	row_count(row, 6, from->counts[FAIL]);
	row_asks(out, row, "--fact", arena_printf(out->arena,
	    "from.domain=%.*s", STR_ARG(from->name)));
}

/* Messages of strangers. */
static void
asks_all(struct builder *out)
{
	builder_asks(out, "--kind", STR("message"));
	builder_asks(out, "--is", STR("stranger"));
}

static void
rows_ask_all(struct builder *out)
{
	builder_rows_ask(out, "--kind", STR("message"));
	builder_rows_ask(out, "--is", STR("stranger"));
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "domain", "author domain", SUMMARY_TEXT, NULL },
		{ "messages", "messages", SUMMARY_COUNT, NULL },
		{ "pass", "DMARC pass", SUMMARY_SHARE, NULL },
		{ "dkim", "aligned DKIM", SUMMARY_SHARE, NULL },
		{ "spf", "aligned SPF", SUMMARY_SHARE, NULL },
		{ "arc", "ARC pass", SUMMARY_SHARE, NULL },
		{ "fail", "DMARC fail", SUMMARY_COUNT, NULL },
	};
	static const struct summary_column in_time[] = {
		{ "time", "from (UTC)", SUMMARY_TIME, NULL },
		{ "pass", "DMARC pass", SUMMARY_COUNT, "accept" },
		{ "fail", "fail", SUMMARY_COUNT, "reject" },
		{ "neither", "neither", SUMMARY_COUNT, "tempfail" },
	};
	static const struct summary_column rates[] = {
		{ "time", "from (UTC)", SUMMARY_TIME, NULL },
		{ "messages", "messages", SUMMARY_COUNT, NULL },
		{ "dmarc", "DMARC", SUMMARY_SHARE, NULL },
		{ "dkim", "aligned DKIM", SUMMARY_SHARE, NULL },
		{ "spf", "aligned SPF", SUMMARY_SHARE, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;
	uint64_t pass = state->counts[METHODS - 1][RESULT_PASS];

	builder_count(&out, "messages", "messages of strangers",
	    state->messages);
	asks_all(&out);
	builder_share(&out, "dmarc", "DMARC passed", pass, state->messages);
	builder_asks(&out, "--fact", STR("dmarc=pass"));
	asks_all(&out);
	builder_share(&out, "dkim", "with aligned DKIM", state->dkim,
	    state->messages);
	builder_asks(&out, "--fact", STR("dmarc.alignment.dkim"));
	asks_all(&out);
	builder_share(&out, "spf", "with aligned SPF", state->spf,
	    state->messages);
	builder_asks(&out, "--fact", STR("dmarc.alignment.spf"));
	asks_all(&out);
	tell_results(&out, state);
	rows_ask_all(&out);
	builder_table(&out, "domains", "by author domain", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	builder_top(&out, &state->domains, options->top, fill);
	rows_ask_all(&out);
	hours_table(&out, &state->hours, "time", "DMARC in time",
	    COLUMNS_OF(in_time));
	rows_ask_all(&out);
	hours_rates(&out, &state->rates, "rates", "pass rates",
	    COLUMNS_OF(rates));
	rows_ask_all(&out);
}

const struct section section_authentication = {
	.key = "authentication", .title = "Authentication",
	.about = "Messages of strangers. DKIM and SPF of a domain are those "
	    "that passed and are aligned with it.",
	.size = sizeof(struct state), .facts = facts,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
