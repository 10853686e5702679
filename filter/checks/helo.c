/*
 * What the client calls itself: a name that fits RFC 5321 section 4.1.1.1 or
 * not, its own or ours, and whether DNS gives that name its address.
 */
#include "base/domain.h"
#include "base/limits.h"
#include "checks/registry.h"
#include "dns/print.h"
#include "mail/hostname.h"

struct forward {
	struct check_run	*run;
	struct dns_lookup	*lookup;
	bool			 waiting, fits, has_address, failed;
};

struct helo {
	struct forward	v4, v6;
};

static const enum word form_words[] = {
	[HELO_FQDN] = WORD_FQDN, [HELO_UNQUALIFIED] = WORD_UNQUALIFIED,
	[HELO_LITERAL] = WORD_LITERAL, [HELO_ADDRESS] = WORD_ADDRESS,
	[HELO_INVALID] = WORD_INVALID,
};

/* ---- a name of ours ---- */

static bool
is_in_own_networks(const struct check_options *options, const struct ip *ip)
{
	for (size_t i = 0; i < options->own_network_count; i++)
		if (ipnet_contains(&options->own_networks[i], ip))
			return true;
	return false;
}

static bool
is_own_name(const struct check_options *options, struct str helo)
{
	if (domain_equal(helo, options->receiver))
		return true;
	for (size_t i = 0; i < options->local_domain_count; i++)
		if (domain_equal(helo, str_from(options->local_domains[i])))
			return true;
	return false;
}

static bool
is_own_address(const struct subject *subject, const struct ip *ip)
{
	const struct fact *listener =
	    facts_get(subject->facts, FACT_ID_LISTENER_ADDRESS);
	struct ip own = { .family = IP_NONE };

	if (listener->state == FACT_SET)
		own = fact_ip(listener);
	return (own.family != IP_NONE && ip_equal(&own, ip)) ||
	    is_in_own_networks(subject->options, ip);
}

/* Of a stranger: none of our hosts, and not the address that it says. */
static bool
claims_ours(const struct subject *subject, const struct ip *said)
{
	const struct check_options *options = subject->options;
	const struct ip *client = &subject->client.ip;

	if (client->family == IP_NONE || is_in_own_networks(options, client))
		return false;
	if (said->family == IP_NONE)
		return is_own_name(options, subject->helo);
	return !ip_equal(said, client) && is_own_address(subject, said);
}

/* ---- its address ---- */

static void
finish(struct check_run *run, enum word word, const char *reason)
{
	facts_word(run->subject->facts, FACT_ID_HELO_FORWARD, word);
	facts_text(run->subject->facts, FACT_ID_HELO_REASON,
	    str_from(reason));
	check_finish(run);
}

static void
cancel(struct check_run *run)
{
	struct helo *helo = run->state;

	lookup_cancel(helo->v4.lookup);
	lookup_cancel(helo->v6.lookup);
	helo->v4.lookup = helo->v6.lookup = NULL;
}

static void
decide(struct check_run *run)
{
	struct helo *helo = run->state;
	bool has_address = helo->v4.has_address || helo->v6.has_address;

	if (helo->v4.fits || helo->v6.fits) {
		cancel(run);
		finish(run, WORD_PASS, "the name has the client's address");
		return;
	}
	if (helo->v4.waiting || helo->v6.waiting)
		return;
	if (helo->v4.failed || helo->v6.failed)
		finish(run, WORD_TEMPERROR, "the name could not be looked up");
	else if (has_address)
		finish(run, WORD_FAIL, "the name has other addresses");
	else
		finish(run, WORD_NONE, "the name has no address");
}

static void
done(void *ctx, const struct dns_answer *answer)
{
	struct forward *forward = ctx;
	struct check_run *run = forward->run;

	forward->lookup = NULL;
	forward->waiting = false;
	check_evidence(run, answer->name,
	    dns_type_name(answer->type), dns_status_name(answer->status),
	    print_records(check_scratch(run), answer), answer->secure);
	if (answer->status == DNS_DATA)
		forward->has_address = true;
	else
		forward->failed = answer->status != DNS_NODATA &&
		    answer->status != DNS_NXDOMAIN;
	for (size_t i = 0; i < answer->count; i++)
		if (ip_equal(&answer->records[i].ip, &run->subject->client.ip))
			forward->fits = true;
	decide(run);
}

static void
ask(struct check_run *run, struct forward *forward, struct str name,
    enum dns_type type)
{
	forward->run = run;
	forward->waiting = true;
	forward->lookup = lookup_start(run->subject->dns,
	    run->subject->strand, name, type, check_deadline(run), done,
	    forward);
}

static void
look_up(struct check_run *run)
{
	struct helo *helo = run->state;
	struct str name;

	if (!domain_to_ascii(check_scratch(run), run->subject->helo, &name)) {
		finish(run, WORD_PERMERROR, "no name that DNS can carry");
		return;
	}
	ask(run, &helo->v4, name, DNS_A);
	ask(run, &helo->v6, name, DNS_AAAA);
}

static void
start(struct check_run *run)
{
	const struct subject *subject = run->subject;
	struct ip said;
	enum helo_form form = helo_form(subject->helo, &said);

	facts_word(subject->facts, FACT_ID_HELO_FORM, form_words[form]);
	facts_bool(subject->facts, FACT_ID_HELO_OURS,
	    claims_ours(subject, &said));
	if (subject->client.ip.family == IP_NONE)
		finish(run, WORD_NONE, "the client has no known address");
	else if (form == HELO_FQDN)
		look_up(run);
	else if (said.family == IP_NONE)
		finish(run, WORD_PERMERROR, "no fully qualified name");
	else if (ip_equal(&said, &subject->client.ip))
		finish(run, WORD_PASS, "it is the client's address");
	else
		finish(run, WORD_FAIL, "it is another address");
}

const struct check_ops helo_ops = {
	.state_size = sizeof(struct helo), .start = start, .cancel = cancel,
};
