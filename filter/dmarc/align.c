#include "dmarc/dmarc.h"

#include <stddef.h>

#include "base/buf.h"
#include "base/domain.h"
#include "dmarc/walk.h"

enum alignment { ALIGN_NO, ALIGN_YES, ALIGN_UNKNOWN };

/* A domain that SPF or DKIM proved, or could not for want of DNS. */
struct identifier {
	struct dmarc_evaluation	*evaluation;
	struct str		 domain;
	bool			 spf, dkim;	/* proved */
	bool			 spf_trouble, dkim_trouble;
	enum alignment		 relaxed;
	struct dmarc_walk	*walk;		/* NULL: none was needed */
};

struct dmarc_evaluation {
	struct arena		*arena;
	struct resolver		*dns;
	struct strand		*strand;
	uint64_t		 deadline_ms;
	const struct dmarc_policy *policy;
	VEC(struct identifier)	 identifiers;
	unsigned		 walks, pending;
	struct dmarc_result	 result;
	struct strand_task	 over;
	bool			 posted;
	dmarc_done_fn		*done;
	void			*ctx;
};

static bool
is_author(const struct identifier *id)
{
	return domain_equal(id->domain,
	    id->evaluation->policy->author_domain);
}

/* Section 4.4: identical, or (relaxed) of the same organization. */
static enum alignment
align(const struct identifier *id, bool strict)
{
	if (is_author(id))
		return ALIGN_YES;
	return strict ? ALIGN_NO : id->relaxed;
}

/* Keep one identifier a domain; NULL where the text is no domain. */
static struct identifier *
add(struct dmarc_evaluation *evaluation, struct str text)
{
	struct str domain;

	if (!domain_to_ascii(evaluation->arena, text, &domain))
		return NULL;
	for (size_t i = 0; i < evaluation->identifiers.count; i++)
		if (domain_equal(evaluation->identifiers.at[i].domain, domain))
			return &evaluation->identifiers.at[i];
	VEC_PUSH(evaluation->arena, &evaluation->identifiers,
	    (struct identifier){ .evaluation = evaluation,
		.domain = domain });
	return &evaluation->identifiers.at[evaluation->identifiers.count - 1];
}

static void
add_all(struct dmarc_evaluation *evaluation,
    const struct dmarc_identifiers *given)
{
	struct identifier *id;

	if ((id = add(evaluation, given->spf_domain)) != NULL)
		id->spf = true;
	for (size_t i = 0; i < given->dkim_count; i++)
		if ((id = add(evaluation, given->dkim_domains[i])) != NULL)
			id->dkim = true;
	if (given->spf_temperror &&
	    (id = add(evaluation, given->spf_temperror_domain)) != NULL)
		id->spf_trouble = true;
	for (size_t i = 0; i < given->dkim_temperror_count; i++)
		if ((id = add(evaluation,
		    given->dkim_temperror_domains[i])) != NULL)
			id->dkim_trouble = true;
}

/* Section 4.10.2: the identifier's own organization, by its own walk. */
static void
judge_walk(struct identifier *id)
{
	struct dmarc_evaluation *evaluation = id->evaluation;
	const struct dmarc_policy *policy = evaluation->policy;

	for (unsigned i = 0; i < id->walk->count; i++) {
		const struct walk_step *step = &id->walk->steps[i];

		if (walk_at(policy->walk, walk_domain(step)) == NULL)
			VEC_PUSH(evaluation->arena,
			    &evaluation->result.queries, *walk_query(step));
	}
	if (walk_trouble(id->walk) != NULL)
		id->relaxed = ALIGN_UNKNOWN;
	else if (domain_equal(walk_organization(id->walk),
	    policy->organizational_domain))
		id->relaxed = ALIGN_YES;
}

/*
 * What needs no walk: an organization is at or above its domains, so what is
 * not under the author's has another; and the author's organizational domain
 * is its own.
 */
static bool
judge_at_once(struct identifier *id)
{
	const struct dmarc_policy *policy = id->evaluation->policy;
	struct str org = policy->organizational_domain;

	if (org.len == 0) {
		/* Only what has not even the last label in common is sure. */
		if (domain_equal(domain_last_labels(id->domain, 1),
		    domain_last_labels(policy->author_domain, 1)))
			id->relaxed = ALIGN_UNKNOWN;
		return true;
	}
	if (domain_equal(id->domain, org))
		id->relaxed = ALIGN_YES;
	return is_author(id) || domain_equal(id->domain, org) ||
	    !domain_is_under(id->domain, org);
}

static bool
needs_relaxed(const struct identifier *id)
{
	const struct dmarc_record *record = id->evaluation->policy->record;

	return ((id->spf || id->spf_trouble) && !record->strict_spf) ||
	    ((id->dkim || id->dkim_trouble) && !record->strict_dkim);
}

/* "SPF for a.example, DKIM for b.example and c.example", bounded. */
static struct str
list_proved(struct dmarc_evaluation *evaluation)
{
	struct buf text;

	buf_init(&text, evaluation->arena, LIMIT_EVIDENCE_OCTETS);
	for (size_t i = 0; i < evaluation->identifiers.count; i++) {
		const struct identifier *id = &evaluation->identifiers.at[i];

		if (!id->spf && !id->dkim)
			continue;
		if (text.len > 0)
			buf_addz(&text, ", ");
		buf_addz(&text, id->spf && id->dkim ? "SPF and DKIM for " :
		    id->spf ? "SPF for " : "DKIM for ");
		buf_add(&text, id->domain);
	}
	return buf_str(&text);
}

static void
count_aligned(struct dmarc_evaluation *evaluation,
    const struct identifier **trouble_out)
{
	const struct dmarc_record *record = evaluation->policy->record;
	struct dmarc_result *result = &evaluation->result;

	*trouble_out = NULL;
	for (size_t i = 0; i < evaluation->identifiers.count; i++) {
		const struct identifier *id = &evaluation->identifiers.at[i];
		enum alignment spf = align(id, record->strict_spf);
		enum alignment dkim = align(id, record->strict_dkim);

		result->aligned_spf |= id->spf && spf == ALIGN_YES;
		result->aligned_dkim |= id->dkim && dkim == ALIGN_YES;
		if ((id->spf && spf == ALIGN_UNKNOWN) ||
		    (id->spf_trouble && spf != ALIGN_NO) ||
		    (id->dkim && dkim == ALIGN_UNKNOWN) ||
		    (id->dkim_trouble && dkim != ALIGN_NO))
			*trouble_out = id;
	}
}

/* t=y: one level below what is published (section 4.7). */
static enum word
lowered(enum word policy)
{
	return policy == WORD_REJECT ? WORD_QUARANTINE : WORD_NONE;
}

/* Section 5.3.5; and 5.3.6: DNS trouble is neither pass nor fail. */
static void
decide(struct dmarc_evaluation *evaluation)
{
	struct dmarc_result *result = &evaluation->result;
	const struct identifier *trouble;
	struct str proved = list_proved(evaluation);

	count_aligned(evaluation, &trouble);
	if (result->aligned_spf || result->aligned_dkim) {
		result->word = WORD_PASS;
		result->reason = arena_printf(evaluation->arena,
		    "aligned by %s", !result->aligned_dkim ? "SPF" :
		    !result->aligned_spf ? "DKIM" : "SPF and DKIM");
	} else if (trouble != NULL) {
		result->word = WORD_TEMPERROR;
		result->reason = arena_printf(evaluation->arena,
		    "DNS trouble hides whether %.*s is proved and aligned",
		    STR_ARG(trouble->domain));
	} else if (evaluation->policy->existence_hidden) {
		result->word = WORD_TEMPERROR;
		result->has_policy = false;
	} else {
		result->word = WORD_FAIL;
		result->disposition = result->test ?
		    lowered(result->policy) : result->policy;
		result->reason = proved.len == 0 ?
		    STR("neither SPF nor DKIM passed") :
		    arena_printf(evaluation->arena, "not aligned: %.*s",
		    STR_ARG(proved));
	}
}

static void
finish(struct dmarc_evaluation *evaluation)
{
	if (evaluation->policy->word == WORD_PASS)
		decide(evaluation);
	evaluation->done(evaluation->ctx, &evaluation->result);
}

static void
over(struct strand_task *task)
{
	struct dmarc_evaluation *evaluation = (struct dmarc_evaluation *)
	    ((char *)task - offsetof(struct dmarc_evaluation, over));

	evaluation->posted = false;
	finish(evaluation);
}

static void
walked(void *ctx, const struct dmarc_walk *walk)
{
	struct identifier *id = ctx;

	(void)walk;
	judge_walk(id);
	if (--id->evaluation->pending == 0)
		finish(id->evaluation);
}

static void
start_walks(struct dmarc_evaluation *evaluation)
{
	for (size_t i = 0; i < evaluation->identifiers.count; i++) {
		struct identifier *id = &evaluation->identifiers.at[i];

		if (!needs_relaxed(id) || judge_at_once(id) ||
		    evaluation->walks == LIMIT_DMARC_WALKS)
			continue;
		evaluation->walks++;
		evaluation->pending++;
		id->walk = walk_start(evaluation->arena, evaluation->dns,
		    evaluation->strand, id->domain, evaluation->policy->walk,
		    evaluation->deadline_ms, walked, id);
	}
}

static void
fill_result(const struct dmarc_policy *policy, struct dmarc_result *result)
{
	*result = (struct dmarc_result){
		.word = policy->word, .domain = policy->author_domain,
		.organizational_domain = policy->organizational_domain,
		.policy_domain = policy->policy_domain,
		.has_policy = policy->word == WORD_PASS,
		.policy = policy->policy, .disposition = WORD_NONE,
		.test = policy->record->test, .reason = policy->reason
	};
}

struct dmarc_evaluation *
dmarc_evaluate_start(struct arena *arena, struct resolver *dns,
    struct strand *strand, const struct dmarc_policy *policy,
    const struct dmarc_identifiers *identifiers, uint64_t deadline_ms,
    dmarc_done_fn *done, void *ctx)
{
	struct dmarc_evaluation *evaluation = arena_alloc(arena,
	    sizeof(*evaluation));

	*evaluation = (struct dmarc_evaluation){
		.arena = arena, .dns = dns, .strand = strand,
		.deadline_ms = deadline_ms, .policy = policy, .done = done,
		.ctx = ctx, .over = { .run = over }
	};
	fill_result(policy, &evaluation->result);
	if (policy->word == WORD_PASS) {
		add_all(evaluation, identifiers);
		start_walks(evaluation);
	}
	evaluation->posted = evaluation->pending == 0;
	if (evaluation->posted)
		strand_post(strand, &evaluation->over);
	return evaluation;
}

void
dmarc_evaluate_cancel(struct dmarc_evaluation *evaluation)
{
	if (evaluation == NULL)
		return;
	for (size_t i = 0; i < evaluation->identifiers.count; i++)
		walk_cancel(evaluation->identifiers.at[i].walk);
	if (evaluation->posted)
		strand_unpost(evaluation->strand, &evaluation->over);
	evaluation->posted = false;
}
