/*
 * Asking ahead: a record says at once most of what its evaluation will ask, so
 * that one with four includes takes two rounds of DNS and not five.  Answers
 * are only stored, so nothing asked here can change a result.
 */
#include "base/domain.h"
#include "base/limits.h"
#include "spf/walk.h"

static enum dns_type
question_of(const struct walk *walk, enum spf_kind kind)
{
	if (kind == SPF_INCLUDE || kind == SPF_REDIRECT)
		return DNS_TXT;
	if (kind == SPF_MX)
		return DNS_MX;
	return kind == SPF_EXISTS ? DNS_A : walk->address_type;
}

static void
ask_term(struct walk *walk, const struct frame *frame,
    const struct spf_term *term)
{
	struct macro_values values = walk->values;
	struct str name;

	values.domain = frame->domain;
	if (macro_wants(term->spec, 'p') || macro_domain(walk->arena,
	    term->spec, &values, &name) != MACRO_OK)
		return;
	if (term->kind == SPF_PTR) {
		char arpa[IP_ARPA_MAX];

		answers_ahead(&walk->answers,
		    ip_arpa(&walk->values.client, arpa), DNS_PTR);
	} else if (domain_fits_dns(name)) {
		answers_ahead(&walk->answers, name,
		    question_of(walk, term->kind));
	}
	walk->ahead++;
}

void
walk_ask_ahead(struct walk *walk, const struct frame *frame)
{
	const struct spf_record *record = frame->record;

	for (size_t i = 0; i < record->count; i++) {
		const struct spf_term *term = &record->terms[i];

		if (walk->ahead >= LIMIT_SPF_LOOKUPS ||
		    walk_net_matches(walk, term))
			return;
		if (spf_term_asks_dns(term) && term != record->redirect)
			ask_term(walk, frame, term);
	}
	if (record->redirect != NULL && !record->has_all &&
	    walk->ahead < LIMIT_SPF_LOOKUPS)
		ask_term(walk, frame, record->redirect);
}
