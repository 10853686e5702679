/*
 * Do answers go elsewhere?  Reply-To against the author domain, both as their
 * organizational domains (RFC 9989 section 4.10.2).
 */
#include "base/domain.h"
#include "base/limits.h"
#include "checks/registry.h"
#include "dmarc/dmarc.h"
#include "mail/address.h"

struct reply_domain {
	struct check_run	*run;
	struct str		 text;
	struct dmarc_discovery	*discovery;	/* in flight, or NULL */
	const struct dmarc_policy *policy;
};

struct reply_to {
	struct str		 author;
	struct reply_domain	 domains[LIMIT_REPLY_DOMAINS];
	unsigned		 count;
	bool			 more;		/* than are looked up */
	bool			 ready;		/* dmarc is known */
};

static void
finish(struct check_run *run, bool elsewhere)
{
	facts_bool(run->subject->facts, FACT_ID_REPLY_TO_ELSEWHERE,
	    elsewhere);
	check_finish(run);
}

static void
cancel(struct check_run *run)
{
	struct reply_to *reply = run->state;

	for (unsigned i = 0; i < reply->count; i++) {
		dmarc_discover_cancel(reply->domains[i].discovery);
		reply->domains[i].discovery = NULL;
	}
}

/* Is one of them elsewhere?  hidden_out: one could not be looked up. */
static bool
is_elsewhere(const struct reply_to *reply, struct str author_org,
    bool *hidden_out)
{
	bool elsewhere = false;

	*hidden_out = author_org.len == 0 || reply->more;
	for (unsigned i = 0; i < reply->count && author_org.len > 0; i++) {
		struct str org =
		    reply->domains[i].policy->organizational_domain;

		*hidden_out |= org.len == 0;
		elsewhere |= org.len > 0 && !domain_equal(org, author_org);
	}
	return elsewhere;
}

static void
decide(struct check_run *run)
{
	struct reply_to *reply = run->state;
	const struct dmarc_policy *author = run->subject->author_policy;
	bool hidden, elsewhere;

	for (unsigned i = 0; i < reply->count; i++)
		if (reply->domains[i].discovery != NULL)
			return;
	if (!reply->ready)
		return;
	elsewhere = is_elsewhere(reply, author == NULL ? STR_NONE :
	    author->organizational_domain, &hidden);
	if (hidden && !elsewhere)
		check_unknown(run,
		    STR("an organizational domain could not be looked up"));
	else
		finish(run, elsewhere);
}

static void
discovered(void *ctx, const struct dmarc_policy *policy)
{
	struct reply_domain *domain = ctx;

	domain->discovery = NULL;
	domain->policy = policy;
	decide(domain->run);
}

static bool
is_listed(const struct reply_to *reply, struct str domain)
{
	for (unsigned i = 0; i < reply->count; i++)
		if (domain_equal(reply->domains[i].text, domain))
			return true;
	return domain_equal(reply->author, domain);
}

/* The domains of Reply-To that are not the author's, each once. */
static void
read_domains(struct check_run *run, const struct address_list *list)
{
	struct reply_to *reply = run->state;

	for (size_t i = 0; i < list->mailboxes.count && !reply->more; i++) {
		struct str ascii;

		if (!domain_to_ascii(run->arena,
		    list->mailboxes.at[i].domain, &ascii) ||
		    is_listed(reply, ascii))
			continue;
		reply->more = reply->count == LIMIT_REPLY_DOMAINS;
		if (!reply->more)
			reply->domains[reply->count++] = (struct
			    reply_domain){ .run = run, .text = ascii };
	}
}

static void
look_up(struct check_run *run)
{
	struct reply_to *reply = run->state;
	struct subject *subject = run->subject;

	for (unsigned i = 0; i < reply->count; i++)
		reply->domains[i].discovery = dmarc_discover_start(run->arena,
		    subject->dns, subject->strand, reply->domains[i].text,
		    check_deadline(run), discovered, &reply->domains[i]);
}

/* False: there is no author, or nobody else to answer to. */
static bool
read_header(struct check_run *run, struct arena *work)
{
	struct reply_to *reply = run->state;
	struct fact_set *facts = run->subject->facts;
	const struct header *header = run->subject->header;
	const struct header_field *field = header_find(header,
	    STR("Reply-To"), 0);
	struct address_list list = { 0 };
	struct dmarc_author author;
	struct str first = STR_NONE;

	dmarc_author_find(work, header, &author);
	if (field != NULL)
		address_list_parse(work, field->value, &list);
	if (list.mailboxes.count > 0)
		domain_to_ascii(work, list.mailboxes.at[0].domain, &first);
	facts_text_or_none(facts, FACT_ID_REPLY_TO_DOMAIN,
	    check_keep(run, first));
	if (!author.valid || first.len == 0)
		return false;
	reply->author = check_keep(run, author.domain);
	read_domains(run, &list);
	return true;
}

/* This check does not finish before the message ends, as dmarc does not. */
static void
eoh(struct check_run *run)
{
	struct reply_to *reply = run->state;
	struct arena *work = arena_new();
	bool asked = read_header(run, work);

	arena_free(work);
	if (!asked) {
		facts_none(run->subject->facts, FACT_ID_REPLY_TO_ELSEWHERE);
		check_finish(run);
	} else if (reply->count == 0) {
		finish(run, false);
	} else {
		look_up(run);
	}
}

static void
ready(struct check_run *run)
{
	struct reply_to *reply = run->state;

	reply->ready = true;
	decide(run);
}

const struct check_ops reply_to_ops = {
	.state_size = sizeof(struct reply_to), .eoh = eoh, .ready = ready,
	.cancel = cancel,
};
