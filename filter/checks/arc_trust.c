#include "checks/arc_trust.h"

#include "base/domain.h"
#include "base/limits.h"
#include "checks/registry.h"
#include "dmarc/dmarc.h"
#include "mail/address.h"
#include "mail/authres.h"

struct arc_trust {
	struct check_run	*run;
	const struct arc_sealer	*sealers;
	size_t			 left;		/* sealers not looked at yet */
	unsigned		 weighed;
	struct str		 author;	/* empty: there is none */
	struct arc_record	 record;	/* of the sealer at hand, */
	struct authres		 authres;	/* ... as it was read */
	struct dmarc_evaluation	*evaluation;	/* of that record */
	arc_trust_fn		*done;
	void			*ctx;
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

/* ---- what was recorded ---- */

static enum word
word_of(struct arena *arena, const struct authres_result *result)
{
	enum word word;

	return word_find(RESULT_WORDS, arena_lower(arena, result->result),
	    &word) ? word : WORD_NONE;
}

/* A pass among several of one method stands for all, else the first. */
static void
add_word(enum word *word, enum word found)
{
	if (*word == WORD_NONE || found == WORD_PASS)
		*word = found;
}

/* False: there is nothing that could be believed. */
static bool
read_record(struct arc_trust *trust, struct str text)
{
	struct arena *arena = trust->run->arena;
	struct arc_record *record = &trust->record;

	*record = (struct arc_record){ WORD_NONE, WORD_NONE, WORD_NONE };
	if (!authres_parse(arena, text, &trust->authres))
		return false;
	for (size_t i = 0; i < trust->authres.results.count; i++) {
		struct authres_result *result = &trust->authres.results.at[i];
		enum word word = word_of(arena, result);

		if (str_eqz_nocase(result->method, "dmarc"))
			add_word(&record->dmarc, word);
		else if (str_eqz_nocase(result->method, "dkim"))
			add_word(&record->dkim, word);
		else if (str_eqz_nocase(result->method, "spf"))
			add_word(&record->spf, word);
	}
	return true;
}

/* An address, or a domain alone; empty where it is none. */
static struct str
domain_of(struct arena *arena, struct str text)
{
	struct str domain = str_chr(text, '@') < text.len ?
	    address_domain(text) : text;

	return domain_to_ascii(arena, domain, &domain) ? domain : STR_NONE;
}

/* The domain that this result proved by a method; empty: none. */
static struct str
proved(struct arena *arena, const struct authres_result *result,
    const char *method)
{
	bool dkim = str_eqz_nocase(result->method, "dkim");

	if (!str_eqz_nocase(result->method, method) ||
	    word_of(arena, result) != WORD_PASS)
		return STR_NONE;
	return domain_of(arena, dkim ?
	    authres_property(result, "header", "d") :
	    authres_property(result, "smtp", "mailfrom"));
}

/* It may speak of a From that the message had earlier. */
static bool
speaks_of_author(const struct arc_trust *trust)
{
	struct arena *arena = trust->run->arena;

	for (size_t i = 0; i < trust->authres.results.count; i++) {
		struct authres_result *result = &trust->authres.results.at[i];
		struct str from = authres_property(result, "header", "from");

		if (str_eqz_nocase(result->method, "dmarc") &&
		    word_of(arena, result) == WORD_PASS &&
		    (from.len == 0 ||
		    domain_equal(domain_of(arena, from), trust->author)))
			return true;
	}
	return false;
}

/* Whether one of what it proved is the author's very domain. */
static bool
collect(const struct arc_trust *trust, struct dmarc_identifiers *ids)
{
	struct arena *arena = trust->run->arena;
	VEC(struct str) domains = { 0 };
	bool same = false;

	for (size_t i = 0; i < trust->authres.results.count; i++) {
		struct authres_result *result = &trust->authres.results.at[i];
		struct str d = proved(arena, result, "dkim");
		struct str from = proved(arena, result, "spf");

		if (d.len > 0)
			VEC_PUSH(arena, &domains, d);
		if (from.len > 0 && ids->spf_domain.len == 0)
			ids->spf_domain = from;
		same |= domain_equal(d, trust->author) ||
		    domain_equal(from, trust->author);
	}
	ids->dkim_domains = domains.at;
	ids->dkim_count = domains.count;
	return same;
}

/* ---- one sealer after the other ---- */

static void
finish(struct arc_trust *trust, const struct arc_record *record)
{
	trust->left = 0;
	trust->done(trust->ctx, record);
}

static void go_on(struct arc_trust *trust);

static void
weighed(void *ctx, const struct dmarc_result *result)
{
	struct arc_trust *trust = ctx;

	trust->evaluation = NULL;
	for (size_t i = 0; i < result->queries.count; i++) {
		const struct dmarc_query *query = &result->queries.at[i];

		check_evidence(trust->run, query->name, "TXT",
		    dns_status_name(query->status), query->record,
		    query->secure);
	}
	if (result->aligned_spf || result->aligned_dkim)
		finish(trust, &trust->record);
	else
		go_on(trust);
}

enum belief { BELIEF_NO, BELIEF_YES, BELIEF_LATER };

static enum belief
weigh_record(struct arc_trust *trust)
{
	const struct subject *subject = trust->run->subject;
	struct dmarc_identifiers ids = { 0 };

	if (trust->record.dmarc != WORD_NONE)
		return trust->record.dmarc == WORD_PASS &&
		    speaks_of_author(trust) ? BELIEF_YES : BELIEF_NO;
	if (collect(trust, &ids))
		return BELIEF_YES;
	if ((ids.spf_domain.len == 0 && ids.dkim_count == 0) ||
	    subject->author_policy == NULL ||
	    trust->weighed == LIMIT_ARC_ALIGNED)
		return BELIEF_NO;
	trust->weighed++;
	trust->evaluation = dmarc_evaluate_start(trust->run->arena,
	    subject->dns, subject->strand, subject->author_policy, &ids,
	    check_deadline(trust->run), weighed, trust);
	return BELIEF_LATER;
}

static void
go_on(struct arc_trust *trust)
{
	while (trust->left > 0) {
		const struct arc_sealer *sealer =
		    &trust->sealers[--trust->left];
		enum belief belief;

		if (!is_trusted(trust->run, sealer->domain))
			break;
		if (!read_record(trust, sealer->results))
			continue;
		belief = weigh_record(trust);
		if (belief == BELIEF_LATER)
			return;
		if (belief == BELIEF_YES) {
			finish(trust, &trust->record);
			return;
		}
	}
	finish(trust, NULL);
}

struct arc_trust *
arc_trust_start(struct check_run *run, const struct arc_sealer *sealers,
    size_t count, arc_trust_fn *done, void *ctx)
{
	struct arc_trust *trust = arena_alloc(run->arena, sizeof(*trust));
	const struct fact *author = facts_get(run->subject->facts,
	    FACT_ID_FROM_DOMAIN);

	trust->run = run;
	trust->sealers = sealers;
	trust->author = author->state == FACT_SET ? author->text : STR_NONE;
	/* Without an author there is nobody whom a record could speak of. */
	trust->left = trust->author.len > 0 ? count : 0;
	trust->done = done;
	trust->ctx = ctx;
	go_on(trust);
	return trust;
}

void
arc_trust_cancel(struct arc_trust *trust)
{
	if (trust == NULL)
		return;
	dmarc_evaluate_cancel(trust->evaluation);
	trust->evaluation = NULL;
}
