/*
 * Whether mail can be sent to a sender at all: its domain has MX records or an
 * address (RFC 5321 section 5.1), or says that it takes no mail (RFC 7505).
 * Once for the envelope sender, once for the author.
 */
#include "base/domain.h"
#include "checks/registry.h"
#include "dmarc/dmarc.h"
#include "dns/print.h"
#include "mail/address.h"

struct sender_dns {
	struct str		 domain;	/* A-labels; scratch */
	struct dns_lookup	*mx, *v4, *v6;
	bool			 failed;
};

static void
finish(struct check_run *run, enum word word)
{
	facts_word(run->subject->facts, run->check->first, word);
	check_finish(run);
}

static void
cancel(struct check_run *run)
{
	struct sender_dns *dns = run->state;

	lookup_cancel(dns->mx);
	lookup_cancel(dns->v4);
	lookup_cancel(dns->v6);
	dns->mx = dns->v4 = dns->v6 = NULL;
}

static void
note(struct check_run *run, const struct dns_answer *answer)
{
	check_evidence(run, answer->name,
	    dns_type_name(answer->type), dns_status_name(answer->status),
	    print_records(check_scratch(run), answer), answer->secure);
}

static bool
is_trouble(const struct dns_answer *answer)
{
	return answer->status != DNS_DATA && answer->status != DNS_NODATA &&
	    answer->status != DNS_NXDOMAIN;
}

/* Of the two, called for each. */
static void
take_address(struct check_run *run, const struct dns_answer *answer)
{
	struct sender_dns *dns = run->state;

	note(run, answer);
	dns->failed = dns->failed || is_trouble(answer);
	if (answer->status == DNS_DATA) {
		cancel(run);
		finish(run, WORD_FOUND);
	} else if (dns->v4 == NULL && dns->v6 == NULL) {
		finish(run, dns->failed ? WORD_TEMPERROR : WORD_MISSING);
	}
}

static void
v4_done(void *ctx, const struct dns_answer *answer)
{
	struct check_run *run = ctx;

	((struct sender_dns *)run->state)->v4 = NULL;
	take_address(run, answer);
}

static void
v6_done(void *ctx, const struct dns_answer *answer)
{
	struct check_run *run = ctx;

	((struct sender_dns *)run->state)->v6 = NULL;
	take_address(run, answer);
}

/* RFC 7505 section 3: one MX, and its name is the root. */
static bool
is_null_mx(const struct dns_answer *answer)
{
	return answer->count == 1 && answer->records[0].text.len == 0;
}

static struct dns_lookup *
ask(struct check_run *run, enum dns_type type, dns_done_fn *done)
{
	struct sender_dns *dns = run->state;

	return lookup_start(run->subject->dns, run->subject->strand,
	    dns->domain, type, check_deadline(run), done, run);
}

static void
mx_done(void *ctx, const struct dns_answer *answer)
{
	struct check_run *run = ctx;
	struct sender_dns *dns = run->state;

	dns->mx = NULL;
	note(run, answer);
	if (answer->status == DNS_DATA) {
		finish(run, is_null_mx(answer) ? WORD_NULL_MX : WORD_FOUND);
	} else if (answer->status == DNS_NXDOMAIN) {
		finish(run, WORD_MISSING);
	} else if (answer->status == DNS_NODATA) {
		dns->v4 = ask(run, DNS_A, v4_done);
		dns->v6 = ask(run, DNS_AAAA, v6_done);
	} else {
		finish(run, WORD_TEMPERROR);
	}
}

/* An address literal needs no DNS, and no domain can be asked for. */
static void
look_up(struct check_run *run, struct str domain)
{
	struct sender_dns *dns = run->state;

	if (domain.len == 0 || domain.ptr[0] == '[') {
		facts_none(run->subject->facts, run->check->first);
		check_finish(run);
		return;
	}
	if (!domain_to_ascii(check_scratch(run), domain, &dns->domain)) {
		finish(run, WORD_MISSING);
		return;
	}
	dns->mx = ask(run, DNS_MX, mx_done);
}

static void
start_envelope(struct check_run *run)
{
	look_up(run, address_domain(run->subject->mail_from));
}

static void
eoh_author(struct check_run *run)
{
	struct dmarc_author author;

	dmarc_author_find(check_scratch(run), run->subject->header, &author);
	look_up(run, author.valid ? author.domain : STR_NONE);
}

const struct check_ops mail_from_dns_ops = {
	.state_size = sizeof(struct sender_dns), .start = start_envelope,
	.cancel = cancel,
};
const struct check_ops from_dns_ops = {
	.state_size = sizeof(struct sender_dns), .eoh = eoh_author,
	.cancel = cancel,
};
