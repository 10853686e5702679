/*
 * iprev: RFC 8601 section 3.  The client's address has a name, and one of the
 * names has the address.  At most LIMIT_IPREV_NAMES names are tried, all at
 * once; the first in the answer's order that fits is the one.
 */
#include "base/limits.h"
#include "checks/registry.h"
#include "dns/print.h"

enum forward { FORWARD_WAITING, FORWARD_FITS, FORWARD_DIFFERS,
	       FORWARD_FAILED };

struct name {
	struct check_run	*run;
	struct str		 text;
	struct dns_lookup	*lookup;
	enum forward		 state;
};

struct iprev {
	struct dns_lookup	*reverse;
	struct name		*names;		/* in scratch memory */
	unsigned		 count;
};

static void
finish(struct check_run *run, enum word word, struct str name,
    const char *reason)
{
	struct fact_set *facts = run->subject->facts;
	char text[IP_TEXT_MAX];
	struct result result = {
		.method = METHOD_IPREV, .word = word,
		.reason = str_from(reason), .comment = check_keep(run, name)
	};

	facts_word(facts, FACT_ID_IPREV, word);
	facts_text_or_none(facts, FACT_ID_IPREV_NAME, result.comment);
	facts_text(facts, FACT_ID_IPREV_REASON, str_from(reason));
	if (run->subject->client.ip.family != IP_NONE) {
		result_add_property(run->arena, &result, "policy", "iprev",
		    arena_copy(run->arena,
		    ip_format(&run->subject->client.ip, text)));
		check_result(run, &result);
	}
	check_finish(run);
}

static void
cancel(struct check_run *run)
{
	struct iprev *iprev = run->state;

	lookup_cancel(iprev->reverse);
	iprev->reverse = NULL;
	for (unsigned i = 0; i < iprev->count; i++)
		lookup_cancel(iprev->names[i].lookup);
	iprev->count = 0;
}

/* A name that fits counts once no earlier one can still fit. */
static void
decide(struct check_run *run)
{
	struct iprev *iprev = run->state;
	struct str fits = STR_NONE;
	bool failed = false;

	for (unsigned i = 0; i < iprev->count && fits.len == 0; i++) {
		const struct name *name = &iprev->names[i];

		if (name->state == FORWARD_WAITING)
			return;
		if (name->state == FORWARD_FITS)
			fits = name->text;
		failed = failed || name->state == FORWARD_FAILED;
	}
	cancel(run);
	if (fits.len > 0)
		finish(run, WORD_PASS, fits, "the name has this address");
	else if (failed)
		finish(run, WORD_TEMPERROR, STR_NONE,
		    "the address of a name could not be looked up");
	else
		finish(run, WORD_FAIL, STR_NONE,
		    "no name of the client has its address");
}

static enum forward
judge_forward(const struct dns_answer *answer, const struct ip *client)
{
	if (answer->status == DNS_NODATA || answer->status == DNS_NXDOMAIN)
		return FORWARD_DIFFERS;
	if (answer->status != DNS_DATA)
		return FORWARD_FAILED;
	for (size_t i = 0; i < answer->count; i++)
		if (ip_equal(&answer->records[i].ip, client))
			return FORWARD_FITS;
	return FORWARD_DIFFERS;
}

static void
note(struct check_run *run, const struct dns_answer *answer)
{
	check_evidence(run, answer->name, dns_type_name(answer->type),
	    dns_status_name(answer->status),
	    print_records(check_scratch(run), answer), answer->secure);
}

static void
forward_done(void *ctx, const struct dns_answer *answer)
{
	struct name *name = ctx;
	struct check_run *run = name->run;

	name->lookup = NULL;
	note(run, answer);
	name->state = judge_forward(answer, &run->subject->client.ip);
	decide(run);
}

static void
reverse_done(void *ctx, const struct dns_answer *answer)
{
	struct check_run *run = ctx;
	struct iprev *iprev = run->state;
	struct subject *subject = run->subject;
	enum dns_type type = subject->client.ip.family == IP_V4 ? DNS_A :
	    DNS_AAAA;

	iprev->reverse = NULL;
	note(run, answer);
	if (answer->status == DNS_NODATA || answer->status == DNS_NXDOMAIN) {
		finish(run, WORD_PERMERROR, STR_NONE,
		    "the client's address has no name");
		return;
	}
	if (answer->status != DNS_DATA) {
		finish(run, WORD_TEMPERROR, STR_NONE,
		    "the client's name could not be looked up");
		return;
	}
	iprev->names = arena_alloc(check_scratch(run),
	    LIMIT_IPREV_NAMES * sizeof(struct name));
	for (size_t i = 0; i < answer->count &&
	    iprev->count < LIMIT_IPREV_NAMES; i++)
		iprev->names[iprev->count++] = (struct name){ .run = run,
		    .text = arena_copy(check_scratch(run),
		    answer->records[i].text) };
	for (unsigned i = 0; i < iprev->count; i++)
		iprev->names[i].lookup = lookup_start(subject->dns,
		    subject->strand, iprev->names[i].text, type,
		    check_deadline(run), forward_done, &iprev->names[i]);
}

static void
start(struct check_run *run)
{
	struct iprev *iprev = run->state;
	struct subject *subject = run->subject;
	char name[IP_ARPA_MAX];

	if (subject->client.ip.family == IP_NONE) {
		finish(run, WORD_NONE, STR_NONE,
		    "the client has no known address");
		return;
	}
	iprev->reverse = lookup_start(subject->dns, subject->strand,
	    ip_arpa(&subject->client.ip, name), DNS_PTR, check_deadline(run),
	    reverse_done, run);
}

const struct check_ops iprev_ops = {
	.state_size = sizeof(struct iprev), .start = start, .cancel = cancel,
};
