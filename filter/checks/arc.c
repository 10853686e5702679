/*
 * ARC: feeds arc/ with the message as it streams by; and whom of the sealers
 * the admin trusts, and what the message looked like to him.
 */
#include "arc/arc.h"

#include "base/domain.h"
#include "checks/registry.h"
#include "mail/authres.h"

struct arc_state {
	struct arc *arc;
};

/* What one sealer recorded. */
struct record {
	enum word	dmarc, dkim, spf;
};

static bool
is_trusted(const struct check_run *run, struct str domain)
{
	const struct check_options *options = run->subject->options;

	for (size_t i = 0; i < options->trusted_sealer_count; i++) {
		struct str name = str_from(options->trusted_sealers[i]);

		if (domain_to_ascii(run->arena, name, &name) &&
		    domain_equal(name, domain))
			return true;
	}
	return false;
}

/* A pass among several of one method stands for all, else the first. */
static void
add_word(enum word *word, struct str text)
{
	enum word found;

	if (word_find(RESULT_WORDS, text, &found) &&
	    (*word == WORD_NONE || found == WORD_PASS))
		*word = found;
}

static struct record
read_record(struct arena *arena, struct str text)
{
	struct record record = { WORD_NONE, WORD_NONE, WORD_NONE };
	struct authres authres;

	if (!authres_parse(arena, text, &authres))
		return record;
	for (size_t i = 0; i < authres.results.count; i++) {
		struct authres_result *result = &authres.results.at[i];
		struct str word = arena_lower(arena, result->result);

		if (str_eqz_nocase(result->method, "dmarc"))
			add_word(&record.dmarc, word);
		else if (str_eqz_nocase(result->method, "dkim"))
			add_word(&record.dkim, word);
		else if (str_eqz_nocase(result->method, "spf"))
			add_word(&record.spf, word);
	}
	return record;
}

/*
 * A DMARC result decides alone: SPF and DKIM also pass for a stranger's own
 * domain, below any author.
 */
static bool
is_authenticated(const struct record *record)
{
	if (record->dmarc != WORD_NONE)
		return record->dmarc == WORD_PASS;
	return record->dkim == WORD_PASS || record->spf == WORD_PASS;
}

/*
 * Each sealer vouches for the ones before it: so down from the newest, all
 * must be trusted, to the first that saw the message authenticated.
 */
static bool
find_trusted(const struct check_run *run, const struct arc_results *results,
    struct record *record_out)
{
	for (size_t i = results->sealer_count; i-- > 0;) {
		const struct arc_sealer *sealer = &results->sealers[i];
		struct record record;

		if (!is_trusted(run, sealer->domain))
			return false;
		record = read_record(run->arena, sealer->results);
		if (is_authenticated(&record)) {
			*record_out = record;
			return true;
		}
	}
	return false;
}

static void
set_trust(struct check_run *run, const struct arc_results *results)
{
	struct fact_set *facts = run->subject->facts;
	struct record record = { WORD_NONE, WORD_NONE, WORD_NONE };
	/* What l= leaves out may be anybody's. */
	bool trusted = !results->body_limited &&
	    find_trusted(run, results, &record);

	facts_bool(facts, FACT_ID_ARC_TRUSTED, trusted);
	facts_word(facts, FACT_ID_ARC_DMARC, record.dmarc);
	facts_word(facts, FACT_ID_ARC_DKIM, record.dkim);
	facts_word(facts, FACT_ID_ARC_SPF, record.spf);
}

static void
add_result(struct check_run *run, const struct arc_results *results)
{
	struct result result = { .method = METHOD_ARC, .word = results->word,
				 .reason = results->reason };

	/* RFC 8617 section 10.2 */
	if (results->word == WORD_PASS)
		result_add_property(&result, "header", "oldest-pass",
		    arena_printf(run->arena, "%u", results->oldest_pass));
	/* Most mail has no chain, and nobody asks of it. */
	if (results->word != WORD_NONE)
		check_result(run, &result);
	for (size_t i = 0; i < results->key_count; i++) {
		const struct arc_key *key = &results->keys[i];

		check_evidence(run, key->name, "TXT",
		    dns_status_name(key->status), key->record, key->secure);
	}
}

static void
done(void *ctx, const struct arc_results *results)
{
	struct check_run *run = ctx;
	struct fact_set *facts = run->subject->facts;
	const struct arc_results cut = { .word = WORD_FAIL,
		.reason = STR("the header is larger than is looked at") };
	VEC(struct str) sealers = { 0 };

	/* A field that is missing may be one that a signature speaks of. */
	if (run->subject->header->cut && results->word == WORD_PASS)
		results = &cut;
	add_result(run, results);
	for (size_t i = 0; i < results->sealer_count; i++)
		VEC_PUSH(run->arena, &sealers, results->sealers[i].domain);
	facts_word(facts, FACT_ID_ARC, results->word);
	facts_text(facts, FACT_ID_ARC_REASON, results->reason);
	facts_list(facts, FACT_ID_ARC_SEALERS, sealers.at, sealers.count);
	if (results->word == WORD_PASS)
		facts_number(facts, FACT_ID_ARC_OLDEST_PASS,
		    results->oldest_pass);
	else
		facts_none(facts, FACT_ID_ARC_OLDEST_PASS);
	set_trust(run, results);
	check_finish(run);
}

static void
start(struct check_run *run)
{
	struct subject *subject = run->subject;
	struct arc_options options = {
		.clock_skew = subject->options->dkim.clock_skew,
		.deadline_ms = subject->options->dkim.deadline_ms,
	};

	((struct arc_state *)run->state)->arc = arc_new(&options, run->arena,
	    subject->dns, subject->strand, subject->now);
}

static void
feed_header(struct check_run *run, const struct header_field *field)
{
	arc_header(((struct arc_state *)run->state)->arc, field);
}

static void
feed_eoh(struct check_run *run)
{
	arc_eoh(((struct arc_state *)run->state)->arc);
}

static bool
feed_body(struct check_run *run, struct str piece)
{
	return arc_body(((struct arc_state *)run->state)->arc, piece);
}

static void
feed_eom(struct check_run *run)
{
	arc_eom(((struct arc_state *)run->state)->arc, done, run);
}

static void
cancel(struct check_run *run)
{
	struct arc_state *state = run->state;

	arc_free(state->arc);
	state->arc = NULL;
}

const struct check_ops arc_ops = {
	.state_size = sizeof(struct arc_state), .start = start,
	.header = feed_header, .eoh = feed_eoh, .body = feed_body,
	.eom = feed_eom, .cancel = cancel,
};
