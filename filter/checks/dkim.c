/*
 * DKIM: feeds dkim/ with the message as it streams by, and turns one result a
 * signature into facts.
 */
#include "base/vec.h"
#include "checks/registry.h"

struct dkim {
	struct dkim_verify	*verify;
	struct dkim_results	 results;
};

/* When no signature passes, the result that says most stands for all. */
static const enum word order[] = {
	WORD_PASS, WORD_TEMPERROR, WORD_FAIL, WORD_POLICY, WORD_NEUTRAL,
	WORD_PERMERROR, WORD_NONE
};

static const struct dkim_signature *
best_of(const struct dkim_results *results)
{
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (size_t j = 0; j < results->count; j++)
			if (results->at[j].word == order[i])
				return &results->at[j];
	return NULL;
}

/* RFC 6008 section 4: the first 8 octets, and more if others share them. */
static struct str
short_b(const struct dkim_results *results, const struct dkim_signature *sig)
{
	size_t len = 8;

	for (size_t i = 0; i < results->count; i++) {
		struct str other = results->at[i].b;

		if (&results->at[i] == sig || str_eq(other, sig->b))
			continue;
		while (len < sig->b.len && str_eq(str_slice(other, 0, len),
		    str_slice(sig->b, 0, len)))
			len++;
	}
	return str_slice(sig->b, 0, len);
}

/*
 * Where fields are missing, one of them may be the lowest of its name, which
 * a signature speaks of (RFC 6376 section 5.4.2): none is taken for good.
 */
static void
mistrust_all(const struct dkim_results *results)
{
	for (size_t i = 0; i < results->count; i++) {
		if (results->at[i].word != WORD_PASS)
			continue;
		results->at[i].word = WORD_POLICY;
		results->at[i].reason =
		    STR("the header is larger than is looked at");
	}
}

static void
add_result(struct check_run *run, const struct dkim_results *results,
    const struct dkim_signature *sig)
{
	struct result result = { .method = METHOD_DKIM, .word = sig->word,
				 .reason = sig->reason };

	const struct result_property properties[] = {
		{ "header", "d", sig->domain },
		{ "header", "i", sig->identity },
		{ "header", "s", sig->selector },
		{ "header", "a", sig->algorithm },
		{ "header", "b", short_b(results, sig) },
	};

	for (size_t i = 0; i < sizeof(properties) / sizeof(*properties); i++)
		result_add_property(run->arena, &result, properties[i].ptype,
		    properties[i].name, properties[i].value);
	check_result(run, &result);
	if (sig->key_name.len > 0)
		check_evidence(run, sig->key_name, "TXT",
		    dns_status_name(sig->key_status), sig->key_record,
		    sig->key_secure);
}

/* A signature of this domain passes and covers all of the body. */
static bool
passes_whole(const struct dkim_results *results, struct str domain)
{
	for (size_t i = 0; i < results->count; i++)
		if (results->at[i].word == WORD_PASS &&
		    !results->at[i].body_limited &&
		    str_eq(results->at[i].domain, domain))
			return true;
	return false;
}

/* For other checks, as long as the message. */
static const struct dkim_results *
dkim_keep(struct arena *arena, const struct dkim_results *results)
{
	struct dkim_results *kept = arena_alloc(arena, sizeof(*kept));

	*kept = *results;
	return kept;
}

static void
done(void *ctx, const struct dkim_results *results)
{
	struct check_run *run = ctx;
	struct dkim *dkim = run->state;
	struct fact_set *facts = run->subject->facts;
	const struct dkim_signature *best;
	VEC(struct str) domains = { 0 }, partial = { 0 };

	if (run->subject->header->cut)
		mistrust_all(results);
	dkim->results = *results;
	run->subject->signatures = &dkim->results;
	best = best_of(results);
	for (size_t i = 0; i < results->count; i++) {
		add_result(run, results, &results->at[i]);
		if (results->at[i].word == WORD_PASS)
			VEC_PUSH(run->arena, &domains, results->at[i].domain);
		if (results->at[i].word == WORD_PASS &&
		    !passes_whole(results, results->at[i].domain))
			VEC_PUSH(run->arena, &partial, results->at[i].domain);
	}
	if (results->count == 0)
		check_result(run, &(struct result){ .method = METHOD_DKIM,
		    .word = WORD_NONE });
	run->subject->signatures = dkim_keep(run->arena, results);
	facts_word(facts, FACT_ID_DKIM, best == NULL ? WORD_NONE : best->word);
	facts_list(facts, FACT_ID_DKIM_DOMAINS, domains.at, domains.count);
	facts_list(facts, FACT_ID_DKIM_L, partial.at, partial.count);
	facts_number(facts, FACT_ID_DKIM_COUNT, (double)results->count);
	facts_text(facts, FACT_ID_DKIM_REASON, best == NULL ?
	    STR("no signature") : best->reason);
	check_finish(run);
}

static void
start(struct check_run *run)
{
	struct dkim *dkim = run->state;
	struct subject *subject = run->subject;

	dkim->verify = dkim_verify_new(&subject->options->dkim, run->arena,
	    subject->dns, subject->strand, subject->now);
	dkim_verify_share(dkim->verify, subject->header, subject->bodies);
}

static void
feed_header(struct check_run *run, const struct header_field *field)
{
	dkim_verify_header(((struct dkim *)run->state)->verify, field);
}

static void
feed_eoh(struct check_run *run)
{
	dkim_verify_eoh(((struct dkim *)run->state)->verify);
}

static bool
feed_body(struct check_run *run, struct str piece)
{
	return dkim_verify_body(((struct dkim *)run->state)->verify, piece);
}

static void
feed_eom(struct check_run *run)
{
	dkim_verify_eom(((struct dkim *)run->state)->verify, done, run);
}

static void
cancel(struct check_run *run)
{
	struct dkim *dkim = run->state;

	dkim_verify_free(dkim->verify);
	dkim->verify = NULL;
	run->subject->signatures = NULL;
}

const struct check_ops dkim_ops = {
	.state_size = sizeof(struct dkim), .start = start,
	.header = feed_header, .eoh = feed_eoh, .body = feed_body,
	.eom = feed_eom, .cancel = cancel,
};
