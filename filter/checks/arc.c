/*
 * ARC: feeds arc/ with the message as it streams by; whom of the sealers the
 * admin trusts is arc_trust.c's to say, when DMARC knows the author's policy.
 */
#include "checks/arc_trust.h"
#include "checks/registry.h"

struct arc_state {
	struct arc		*arc;
	struct arc_trust	*trust;
	struct arc_results	 results;	/* when they are judged */
	bool			 judged;
	bool			 ready;		/* DMARC is known */
};

static void
add_result(struct check_run *run, const struct arc_results *results)
{
	struct result result = { .method = METHOD_ARC, .word = results->word,
				 .reason = results->reason };

	/* RFC 8617 section 10.2 */
	if (results->word == WORD_PASS)
		result_add_property(run->arena, &result, "header",
		    "oldest-pass", arena_printf(run->arena, "%u",
		    results->oldest_pass));
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
set_facts(struct check_run *run, const struct arc_results *results)
{
	struct fact_set *facts = run->subject->facts;
	VEC(struct str) sealers = { 0 };

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
}

static void
finish(void *ctx, const struct arc_record *record)
{
	static const struct arc_record nothing = { WORD_NONE, WORD_NONE,
						   WORD_NONE };
	struct check_run *run = ctx;
	struct arc_state *state = run->state;
	struct fact_set *facts = run->subject->facts;

	facts_bool(facts, FACT_ID_ARC_TRUSTED, record != NULL);
	if (record == NULL)
		record = &nothing;
	facts_word(facts, FACT_ID_ARC_DMARC, record->dmarc);
	facts_word(facts, FACT_ID_ARC_DKIM, record->dkim);
	facts_word(facts, FACT_ID_ARC_SPF, record->spf);
	add_result(run, &state->results);
	set_facts(run, &state->results);
	run->subject->chain = &state->results;
	check_finish(run);
}

/* Only a chain that passes has to wait for what DMARC knows of the author;
 * and what l= leaves out of the body may be anybody's. */
static void
go_on(struct check_run *run)
{
	struct arc_state *state = run->state;

	if (!state->judged || state->trust != NULL)
		return;
	if (state->results.word != WORD_PASS || state->results.body_limited)
		finish(run, NULL);
	else if (state->ready)
		state->trust = arc_trust_start(run, state->results.sealers,
		    state->results.sealer_count, finish, run);
}

static void
judged(void *ctx, const struct arc_results *results)
{
	struct check_run *run = ctx;
	struct arc_state *state = run->state;

	state->judged = true;
	state->results = *results;
	/* A field that is missing may be one that a signature speaks of. */
	if (run->subject->header->cut && results->word == WORD_PASS) {
		state->results.word = WORD_FAIL;
		state->results.reason =
		    STR("the header is larger than is looked at");
		state->results.sealer_count = 0;
		state->results.key_count = 0;
	}
	go_on(run);
}

static void
ready(struct check_run *run)
{
	((struct arc_state *)run->state)->ready = true;
	go_on(run);
}

/* Most mail has no field of it: made when there is one, or at the end. */
static struct arc *
begin(struct check_run *run)
{
	struct subject *subject = run->subject;
	struct arc_options options = {
		.clock_skew = subject->options->dkim.clock_skew,
		.deadline_ms = subject->options->dkim.deadline_ms,
	};
	struct arc *arc = arc_new(&options, run->arena, subject->dns,
	    subject->strand, subject->now);

	arc_share(arc, subject->header, subject->bodies);
	((struct arc_state *)run->state)->arc = arc;
	return arc;
}

static void
feed_header(struct check_run *run, const struct header_field *field)
{
	struct arc *arc = ((struct arc_state *)run->state)->arc;

	if (arc == NULL && str_starts_nocase(field->name, STR("ARC-")))
		arc = begin(run);
	if (arc != NULL)
		arc_header(arc, field);
}

static void
feed_eoh(struct check_run *run)
{
	struct arc *arc = ((struct arc_state *)run->state)->arc;

	if (arc != NULL)
		arc_eoh(arc);
}

static bool
feed_body(struct check_run *run, struct str piece)
{
	struct arc *arc = ((struct arc_state *)run->state)->arc;

	return arc != NULL && arc_body(arc, piece);
}

static void
feed_eom(struct check_run *run)
{
	struct arc *arc = ((struct arc_state *)run->state)->arc;

	if (arc == NULL) {
		arc = begin(run);
		arc_eoh(arc);
	}
	arc_eom(arc, judged, run);
}

static void
cancel(struct check_run *run)
{
	struct arc_state *state = run->state;

	arc_trust_cancel(state->trust);
	arc_free(state->arc);
	state->arc = NULL;
	run->subject->chain = NULL;
}

const struct check_ops arc_ops = {
	.state_size = sizeof(struct arc_state),
	.header = feed_header, .eoh = feed_eoh, .body = feed_body,
	.eom = feed_eom, .ready = ready, .cancel = cancel,
};
