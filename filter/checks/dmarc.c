/*
 * DMARC: the walk starts when the header is complete, the evaluation when SPF
 * and DKIM are known.
 */
#include "checks/registry.h"
#include "dmarc/dmarc.h"
#include "mail/address.h"

struct dmarc {
	struct dmarc_author	 author;
	struct dmarc_discovery	*discovery;
	struct dmarc_evaluation	*evaluation;
	const struct dmarc_policy *policy;	/* found; in the arena */
	bool			 ready;		/* SPF and DKIM are known */
};

static void
set_policy_facts(struct fact_set *facts, const struct dmarc_result *found)
{
	if (!found->has_policy) {
		facts_none(facts, FACT_ID_DMARC_POLICY);
		facts_none(facts, FACT_ID_DMARC_TEST);
		facts_none(facts, FACT_ID_DMARC_DISPOSITION);
		return;
	}
	facts_word(facts, FACT_ID_DMARC_POLICY, found->policy);
	facts_bool(facts, FACT_ID_DMARC_TEST, found->test);
	facts_word(facts, FACT_ID_DMARC_DISPOSITION, found->disposition);
}

static void
finish(struct check_run *run, const struct dmarc_result *found)
{
	struct fact_set *facts = run->subject->facts;
	struct result result = {
		.method = METHOD_DMARC, .word = found->word,
		.reason = found->reason
	};

	facts_word(facts, FACT_ID_DMARC, found->word);
	facts_text_or_none(facts, FACT_ID_DMARC_DOMAIN, found->domain);
	facts_text_or_none(facts, FACT_ID_DMARC_ORG,
	    found->organizational_domain);
	facts_text_or_none(facts, FACT_ID_DMARC_POLICY_DOMAIN,
	    found->policy_domain);
	set_policy_facts(facts, found);
	facts_bool(facts, FACT_ID_DMARC_ALIGNED_SPF, found->aligned_spf);
	facts_bool(facts, FACT_ID_DMARC_ALIGNED_DKIM, found->aligned_dkim);
	facts_text(facts, FACT_ID_DMARC_REASON, found->reason);
	if (found->has_policy)
		result.comment = arena_printf(run->arena, "p=%s dis=%s",
		    word_name(found->policy), word_name(found->disposition));
	result_add_property(run->arena, &result, "header", "from",
	    found->domain);
	check_result(run, &result);
	check_finish(run);
}

static void
note_queries(struct check_run *run, const struct dmarc_query *queries,
    size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_evidence_kept(run, queries[i].name, "TXT",
		    dns_status_name(queries[i].status), queries[i].record,
		    queries[i].secure);
}

static void
evaluated(void *ctx, const struct dmarc_result *found)
{
	struct check_run *run = ctx;
	struct dmarc *dmarc = run->state;

	dmarc->evaluation = NULL;
	note_queries(run, found->queries.at, found->queries.count);
	finish(run, found);
}

/*
 * What SPF would have judged, where it was ended before it could say so, or
 * nobody knows the client: its HELO name may have been any.
 */
static struct str
sender_domain(struct check_run *run)
{
	const struct subject *subject = run->subject;
	const struct dmarc *dmarc = run->state;

	if (subject->mail_from.len > 0)
		return address_domain(subject->mail_from);
	return facts_get(subject->facts, FACT_ID_HELO)->state ==
	    FACT_UNKNOWN ? dmarc->author.domain : subject->helo;
}

static bool
list_has(const struct fact *fact, struct str text)
{
	for (size_t i = 0; fact->state == FACT_SET && i < fact->list.count;
	    i++)
		if (str_eq(fact->list.at[i], text))
			return true;
	return false;
}

/*
 * The domains with a passing signature.  Where l= leaves out some of the body
 * anybody can have added to it (RFC 6376 section 8.2), so those count only if
 * the admin says so.
 */
static void
signers(struct check_run *run, struct dmarc_identifiers *ids)
{
	const struct fact_set *facts = run->subject->facts;
	const struct fact *all = facts_get(facts, FACT_ID_DKIM_DOMAINS);
	const struct fact *partial = facts_get(facts, FACT_ID_DKIM_L);
	VEC(struct str) domains = { 0 };

	for (size_t i = 0; all->state == FACT_SET && i < all->list.count; i++)
		if (run->subject->options->dkim_l_counts ||
		    !list_has(partial, all->list.at[i]))
			VEC_PUSH(run->arena, &domains, all->list.at[i]);
	ids->dkim_domains = domains.at;
	ids->dkim_count = domains.count;
}

/* What SPF and DKIM proved, from their facts and results. */
static struct dmarc_identifiers
identifiers(struct check_run *run)
{
	const struct fact_set *facts = run->subject->facts;
	const struct results *results = run->subject->results;
	const struct fact *spf = facts_get(facts, FACT_ID_SPF);
	const struct fact *domain = facts_get(facts, FACT_ID_SPF_DOMAIN);
	struct dmarc_identifiers ids = { 0 };
	VEC(struct str) failed = { 0 };

	if (domain->state == FACT_SET && spf->word == WORD_PASS)
		ids.spf_domain = domain->text;
	if (spf->state == FACT_UNKNOWN ||
	    (spf->state == FACT_SET && spf->word == WORD_TEMPERROR)) {
		ids.spf_temperror = true;
		ids.spf_temperror_domain = domain->state == FACT_SET ?
		    domain->text : sender_domain(run);
	}
	signers(run, &ids);
	for (size_t i = 0; i < results->list.count; i++) {
		const struct result *r = &results->list.at[i];
		struct str d = result_property(r, "header", "d");

		if (r->method == METHOD_DKIM && r->word == WORD_TEMPERROR &&
		    d.len > 0)
			VEC_PUSH(run->arena, &failed, d);
	}
	ids.dkim_temperror = failed.count > 0;
	ids.dkim_temperror_domains = failed.at;
	ids.dkim_temperror_count = failed.count;
	return ids;
}

static void
evaluate(struct check_run *run)
{
	struct dmarc *dmarc = run->state;
	struct subject *subject = run->subject;
	struct dmarc_identifiers ids;

	if (!dmarc->ready || dmarc->policy == NULL)
		return;
	ids = identifiers(run);
	dmarc->evaluation = dmarc_evaluate_start(run->arena, subject->dns,
	    subject->strand, dmarc->policy, &ids, check_deadline(run),
	    evaluated, run);
}

/* For reports: the record, and names on the way to it that have several, of
 * which none counts (RFC 9989 section 4.10). */
static void
note_record(struct check_run *run, const struct dmarc_policy *policy)
{
	struct dmarc_seen *seen = &run->subject->results->dmarc;

	if (policy->word != WORD_PASS)
		return;
	seen->record = policy->record->text;
	for (size_t i = 0; i < policy->query_count; i++) {
		const struct dmarc_query *query = &policy->queries[i];

		if (query->records > 1)
			VEC_PUSH(run->arena, &seen->notes,
			    arena_printf(run->arena,
			    "%.*s has %u DMARC records: none counts",
			    STR_ARG(query->name), query->records));
	}
}

static void
discovered(void *ctx, const struct dmarc_policy *policy)
{
	struct check_run *run = ctx;
	struct dmarc *dmarc = run->state;

	dmarc->discovery = NULL;
	dmarc->policy = policy;
	run->subject->author_policy = policy;
	note_record(run, policy);
	note_queries(run, policy->queries, policy->query_count);
	evaluate(run);
}

/* This check does not finish before the message ends: too long for what the
 * From field was parsed into to stay. */
static void
find_author(struct check_run *run, struct dmarc_author *author)
{
	struct arena *work = arena_new_work();

	dmarc_author_find(work, run->subject->header, author);
	author->domain = check_keep(run, author->domain);
	author->address = STR_NONE;
	author->reason = check_keep(run, author->reason);
	arena_free(work);
}

static void
eoh(struct check_run *run)
{
	struct dmarc *dmarc = run->state;
	struct subject *subject = run->subject;

	find_author(run, &dmarc->author);
	if (dmarc->author.valid)
		dmarc->discovery = dmarc_discover_start(run->arena,
		    subject->dns, subject->strand, dmarc->author.domain,
		    check_deadline(run), discovered, run);
}

static void
ready(struct check_run *run)
{
	struct dmarc *dmarc = run->state;

	dmarc->ready = true;
	if (!dmarc->author.valid)
		/* No author domain: nothing to look up, and nothing passes. */
		finish(run, &(struct dmarc_result){ .word = WORD_PERMERROR,
		    .reason = dmarc->author.reason });
	else
		evaluate(run);
}

static void
cancel(struct check_run *run)
{
	struct dmarc *dmarc = run->state;

	dmarc_discover_cancel(dmarc->discovery);
	dmarc_evaluate_cancel(dmarc->evaluation);
	dmarc->discovery = NULL;
	dmarc->evaluation = NULL;
	run->subject->author_policy = NULL;
}

const struct check_ops dmarc_ops = {
	.state_size = sizeof(struct dmarc), .eoh = eoh, .ready = ready,
	.cancel = cancel,
};
