/*
 * The names that reverse DNS gives the client, confirmed or not, and whether
 * they are such as a provider gives to all its addresses.  The resolver merges
 * the question with that of iprev.
 */
#include "base/limits.h"
#include "checks/registry.h"
#include "dns/print.h"
#include "mail/hostname.h"

struct reverse {
	struct dns_lookup	*lookup;
};

static void
tell_nothing(struct check_run *run)
{
	facts_none(run->subject->facts, FACT_ID_PTR_NAMES);
	facts_none(run->subject->facts, FACT_ID_PTR_GENERIC);
	check_finish(run);
}

static void
tell_trouble(struct check_run *run)
{
	static const struct str why = STR_INIT(
	    "the client's name could not be looked up");

	facts_unknown(run->subject->facts, FACT_ID_PTR_NAMES, why);
	facts_unknown(run->subject->facts, FACT_ID_PTR_GENERIC, why);
	check_finish(run);
}

static void
tell_names(struct check_run *run, const struct dns_answer *answer)
{
	size_t count = answer->count < LIMIT_IPREV_NAMES ? answer->count :
	    LIMIT_IPREV_NAMES;
	struct str *names = arena_alloc(run->arena, count * sizeof(*names));
	bool generic = true;

	for (size_t i = 0; i < count; i++) {
		names[i] = arena_copy(run->arena, answer->records[i].text);
		generic = generic && hostname_is_generic(names[i],
		    &run->subject->client.ip);
	}
	facts_list(run->subject->facts, FACT_ID_PTR_NAMES, names, count);
	facts_bool(run->subject->facts, FACT_ID_PTR_GENERIC, generic);
	check_finish(run);
}

static void
done(void *ctx, const struct dns_answer *answer)
{
	struct check_run *run = ctx;

	((struct reverse *)run->state)->lookup = NULL;
	if (answer->status == DNS_DATA)
		tell_names(run, answer);
	else if (answer->status == DNS_NODATA ||
	    answer->status == DNS_NXDOMAIN)
		tell_nothing(run);
	else
		tell_trouble(run);
}

static void
start(struct check_run *run)
{
	struct reverse *reverse = run->state;
	struct subject *subject = run->subject;
	char name[IP_ARPA_MAX];

	if (subject->client.ip.family == IP_NONE) {
		tell_nothing(run);
		return;
	}
	reverse->lookup = lookup_start(subject->dns, subject->strand,
	    ip_arpa(&subject->client.ip, name), DNS_PTR, check_deadline(run),
	    done, run);
}

static void
cancel(struct check_run *run)
{
	struct reverse *reverse = run->state;

	lookup_cancel(reverse->lookup);
	reverse->lookup = NULL;
}

const struct check_ops reverse_ops = {
	.state_size = sizeof(struct reverse), .start = start, .cancel = cancel,
};
