/*
 * SPF for the two identities of RFC 7208: the HELO name (section 2.3) and the
 * envelope sender (section 2.4).
 */
#include "base/clock.h"
#include "base/domain.h"
#include "base/limits.h"
#include "checks/registry.h"
#include "mail/address.h"

struct identity {
	enum fact_id	word, domain, mechanism, explanation, lookups, voids,
			reason;
	const char	*property;		/* smtp.helo, smtp.mailfrom */
};

static const struct identity helo_identity = {
	FACT_ID_SPF_HELO, FACT_ID_SPF_HELO_DOMAIN,
	FACT_ID_SPF_HELO_MECHANISM, FACT_ID_SPF_HELO_EXPLANATION,
	FACT_ID_SPF_HELO_LOOKUPS, FACT_ID_SPF_HELO_VOIDS,
	FACT_ID_SPF_HELO_REASON, "helo"
};

static const struct identity mail_identity = {
	FACT_ID_SPF, FACT_ID_SPF_DOMAIN, FACT_ID_SPF_MECHANISM,
	FACT_ID_SPF_EXPLANATION, FACT_ID_SPF_LOOKUPS, FACT_ID_SPF_VOIDS,
	FACT_ID_SPF_REASON, "mailfrom"
};

struct spf {
	struct spf_check	*check;
	const struct identity	*identity;
	struct str		 shown;		/* the property's value */
};

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Terms of one record have its domain in one place, so one copy will do. */
static void
note_terms(struct check_run *run, const struct spf_result *found)
{
	struct results *results = run->subject->results;
	struct str last = STR_NONE, domain = STR_NONE;

	VEC_ROOM(results->arena, &results->spf_terms, smaller(
	    results->spf_terms.count + found->trace.count,
	    LIMIT_SPF_TERMS_SEEN));
	for (size_t i = 0; i < found->trace.count &&
	    results->spf_terms.count < LIMIT_SPF_TERMS_SEEN; i++) {
		const struct spf_trace_line *line = &found->trace.at[i];

		if (line->domain.ptr != last.ptr)
			domain = check_keep(run, line->domain);
		last = line->domain;
		VEC_PUSH(results->arena, &results->spf_terms,
		    (struct spf_term_seen){
		    .method = run->check->name,
		    .depth = line->depth, .domain = domain,
		    .term = check_keep(run, line->term),
		    .outcome = line->outcome,
		    .lookups = line->lookups, .stage = run->stage });
	}
}

static void
finish(struct check_run *run, const struct spf_result *found)
{
	struct spf *spf = run->state;
	const struct identity *id = spf->identity;
	struct fact_set *facts = run->subject->facts;
	struct result result = {
		.method = METHOD_SPF, .word = found->word,
		.reason = check_keep(run, found->reason)
	};

	facts_word(facts, id->word, found->word);
	facts_text_or_none(facts, id->domain, check_keep(run, found->domain));
	facts_text_or_none(facts, id->mechanism,
	    check_keep(run, found->mechanism));
	facts_text_or_none(facts, id->explanation,
	    check_keep(run, found->explanation));
	facts_number(facts, id->lookups, found->lookups);
	facts_number(facts, id->voids, found->void_lookups);
	facts_text(facts, id->reason, result.reason);
	result_add_property(run->arena, &result, "smtp", id->property,
	    spf->shown);
	check_result(run, &result);
	for (size_t i = 0; i < found->used.count; i++) {
		const struct spf_dns_record *r = &found->used.at[i];

		check_evidence(run, r->name, r->type, r->status, r->data,
		    r->secure);
	}
	note_terms(run, found);
	check_finish(run);
}

static void
done(void *ctx, const struct spf_result *found)
{
	struct check_run *run = ctx;
	struct spf *spf = run->state;

	spf->check = NULL;
	finish(run, found);
}

static void
finish_none(struct check_run *run, const char *reason)
{
	finish(run, &(struct spf_result){ .word = WORD_NONE,
	    .reason = str_from(reason) });
}

/* RFC 7208 section 4.6.4: not less than 20 seconds should be allowed. */
static uint64_t
spf_deadline(const struct check_run *run)
{
	const struct check_options *options = run->subject->options;
	uint64_t own = options->spf_timeout_ms;

	return own > 0 && own < options->dns_timeout_ms ? clock_ms() + own :
	    check_deadline(run);
}

static void
start_for(struct check_run *run, struct str sender, struct str domain)
{
	struct spf *spf = run->state;
	struct subject *subject = run->subject;
	struct spf_request request = {
		.client = subject->client.ip, .helo = subject->helo,
		.sender = sender, .domain = domain,
		.receiver = subject->options->receiver, .now = subject->now
	};

	spf->check = spf_start(subject->options->spf_engine,
	    check_scratch(run), subject->dns, subject->strand, &request,
	    spf_deadline(run), done, run);
}

static void
start_helo(struct check_run *run)
{
	struct spf *spf = run->state;
	struct str helo = run->subject->helo;

	spf->identity = &helo_identity;
	spf->shown = helo;
	if (run->subject->client.ip.family == IP_NONE)
		finish_none(run, "the client has no known address");
	else if (!domain_is_valid(helo) || domain_labels(helo) < 2)
		/* Section 2.3: only a fully qualified name can be checked. */
		finish_none(run, "the HELO name is no domain name");
	else
		start_for(run, arena_printf(check_scratch(run),
		    "postmaster@%.*s", STR_ARG(helo)), helo);
}

static void
start_mail(struct check_run *run)
{
	struct spf *spf = run->state;
	struct str sender = run->subject->mail_from;
	struct str domain = address_domain(sender);

	spf->identity = &mail_identity;
	if (sender.len == 0) {
		/* Section 2.4: a bounce is judged as postmaster at HELO. */
		domain = run->subject->helo;
		sender = arena_printf(run->arena, "postmaster@%.*s",
		    STR_ARG(domain));
	}
	spf->shown = domain.len > 0 ? sender : run->subject->mail_from;
	if (run->subject->client.ip.family == IP_NONE)
		finish_none(run, "the client has no known address");
	else if (domain.len == 0)
		finish_none(run, "the sender has no domain");
	else
		start_for(run, sender, domain);
}

static void
cancel(struct check_run *run)
{
	struct spf *spf = run->state;

	spf_cancel(spf->check);
	spf->check = NULL;
}

const struct check_ops spf_helo_ops = {
	.state_size = sizeof(struct spf), .start = start_helo,
	.cancel = cancel,
};

const struct check_ops spf_ops = {
	.state_size = sizeof(struct spf), .start = start_mail,
	.cancel = cancel,
};
