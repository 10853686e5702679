#include "dmarc/dmarc.h"

#include "base/domain.h"
#include "dmarc/walk.h"

struct dmarc_discovery {
	struct arena		*arena;
	struct resolver		*dns;
	struct strand		*strand;
	uint64_t		 deadline_ms;
	struct dmarc_walk	*walk;
	struct dns_lookup	*existence;	/* in flight, or NULL */
	struct dmarc_policy	 policy;
	dmarc_policy_fn		*done;
	void			*ctx;
};

static void
finish(struct dmarc_discovery *discovery)
{
	discovery->done(discovery->ctx, &discovery->policy);
}

/*
 * Section 4.10.1: the record at the author domain; else at its organizational
 * domain; else at its public suffix, where the walk ended with psd=y.  NULL:
 * there is none.
 */
static const struct walk_step *
choose(const struct dmarc_walk *walk)
{
	const struct walk_step *first = &walk->steps[0];
	const struct walk_step *last = &walk->steps[walk->count - 1];
	const struct walk_step *org;

	if (first->record != NULL)
		return first;
	org = walk_at(walk, walk_organization(walk));
	if (org != NULL && org->record != NULL)
		return org;
	return last->record != NULL && last->record->psd == DMARC_YES ?
	    last : NULL;
}

/*
 * Section 3.2.13: NXDOMAIN for the author domain.  Behind a CNAME it speaks of
 * the target (RFC 8020 section 2), and a name with a CNAME exists.
 */
static bool
exists(const struct dns_answer *answer)
{
	return answer->status != DNS_NXDOMAIN ||
	    !domain_equal(answer->canonical, answer->name);
}

static void
existence_known(void *ctx, const struct dns_answer *answer)
{
	struct dmarc_discovery *discovery = ctx;
	struct dmarc_policy *policy = &discovery->policy;

	discovery->existence = NULL;
	if (answer->status == DNS_SERVFAIL || answer->status == DNS_BOGUS ||
	    answer->status == DNS_TIMEOUT) {
		policy->existence_hidden = true;
		policy->reason = arena_printf(discovery->arena,
		    "%s hides whether %.*s exists",
		    dns_status_name(answer->status),
		    STR_ARG(policy->author_domain));
	} else if (!exists(answer)) {
		policy->author_exists = false;
		policy->policy = policy->record->np;
		policy->reason = arena_printf(discovery->arena, "np of the "
		    "record at %.*s: %.*s does not exist",
		    STR_ARG(policy->policy_domain),
		    STR_ARG(policy->author_domain));
	}
	finish(discovery);
}

/*
 * Whether the author domain exists matters only where np and sp differ.  Any
 * type would do (appendix A.4); SPF often has asked for TXT already.
 */
static void
apply(struct dmarc_discovery *discovery, const struct walk_step *chosen)
{
	struct dmarc_policy *policy = &discovery->policy;
	bool own = chosen == &discovery->walk->steps[0];

	policy->word = WORD_PASS;
	policy->policy_domain = walk_domain(chosen);
	policy->record = chosen->record;
	policy->policy = own ? chosen->record->p : chosen->record->sp;
	policy->reason = arena_printf(discovery->arena,
	    "%s of the record at %.*s%s%.*s",
	    own || !chosen->record->has_sp ? "p" : "sp",
	    STR_ARG(policy->policy_domain),
	    chosen->record->note.len > 0 ? ": " : "",
	    STR_ARG(chosen->record->note));
	if (own || chosen->record->np == chosen->record->sp)
		finish(discovery);
	else
		discovery->existence = lookup_start(discovery->dns,
		    discovery->strand, policy->author_domain, DNS_TXT,
		    discovery->deadline_ms, existence_known, discovery);
}

static void
without_record(struct dmarc_discovery *discovery, struct str reason)
{
	discovery->policy.word = WORD_NONE;
	discovery->policy.reason = reason;
	finish(discovery);
}

static void
walked(void *ctx, const struct dmarc_walk *walk)
{
	struct dmarc_discovery *discovery = ctx;
	struct dmarc_policy *policy = &discovery->policy;
	const struct walk_step *trouble = walk_trouble(walk), *chosen;

	policy->queries = walk->queries;
	policy->query_count = walk->count;
	if (trouble == NULL)
		policy->organizational_domain = walk_organization(walk);
	/* A record of its own is enough, whatever is above. */
	if (trouble != NULL && walk->steps[0].record == NULL) {
		policy->word = WORD_TEMPERROR;
		policy->reason = arena_printf(discovery->arena,
		    "%s for %.*s", dns_status_name(walk_query(trouble)->status),
		    STR_ARG(walk_query(trouble)->name));
		finish(discovery);
		return;
	}
	chosen = choose(walk);
	if (chosen == NULL)
		without_record(discovery, arena_printf(discovery->arena,
		    "no DMARC record for %.*s",
		    STR_ARG(policy->author_domain)));
	else if (!chosen->record->has_policy)
		without_record(discovery, arena_printf(discovery->arena,
		    "the record at %.*s: %.*s", STR_ARG(walk_domain(chosen)),
		    STR_ARG(chosen->record->note)));
	else
		apply(discovery, chosen);
}

struct dmarc_discovery *
dmarc_discover_start(struct arena *arena, struct resolver *dns,
    struct strand *strand, struct str author_domain, uint64_t deadline_ms,
    dmarc_policy_fn *done, void *ctx)
{
	static const struct dmarc_record none;
	struct dmarc_discovery *discovery = arena_alloc(arena,
	    sizeof(*discovery));

	*discovery = (struct dmarc_discovery){
		.arena = arena, .dns = dns, .strand = strand,
		.deadline_ms = deadline_ms, .done = done, .ctx = ctx,
		.policy = { .author_domain = author_domain,
			    .author_exists = true, .record = &none }
	};
	discovery->walk = walk_start(arena, dns, strand, author_domain, NULL,
	    deadline_ms, walked, discovery);
	discovery->policy.walk = discovery->walk;
	return discovery;
}

void
dmarc_discover_cancel(struct dmarc_discovery *discovery)
{
	if (discovery == NULL)
		return;
	walk_cancel(discovery->walk);
	lookup_cancel(discovery->existence);
	discovery->existence = NULL;
}
