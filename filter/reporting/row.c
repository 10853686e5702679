/* A message as a row, and a row as an item of a rollup. */
#include "reporting/row.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/domain.h"
#include "base/limits.h"
#include "mail/address.h"
#include "reporting/row_key.h"

static const char *const fate_names[ROW_FATES] = {
	[ROW_TAKEN] = "reported",
	[ROW_NO_POLICY] = "without a DMARC policy",
	[ROW_OLD_EVENT] = "of events without dmarc_record",
	[ROW_OURS] = "sent by ours",
	[ROW_PUT_OFF] = "put off",
	[ROW_REPORT] = "reports themselves, or bounces of ours",
	[ROW_UNUSABLE] = "without an address or a domain name",
};

const char *
row_fate_name(enum row_fate fate)
{
	return fate_names[fate];
}

static const bool facts[FACT_COUNT] = {
	[FACT_ID_CLIENT_IP] = true, [FACT_ID_CLIENT_OURS] = true,
	[FACT_ID_MAIL_FROM] = true, [FACT_ID_RCPT_COUNT] = true,
	[FACT_ID_SPF] = true, [FACT_ID_SPF_DOMAIN] = true,
	[FACT_ID_SPF_REASON] = true, [FACT_ID_DMARC] = true,
	[FACT_ID_DMARC_DOMAIN] = true, [FACT_ID_DMARC_ORG] = true,
	[FACT_ID_DMARC_POLICY_DOMAIN] = true,
	[FACT_ID_DMARC_POLICY] = true,
	[FACT_ID_DMARC_ALIGNED_SPF] = true,
	[FACT_ID_DMARC_ALIGNED_DKIM] = true,
	[FACT_ID_DMARC_REASON] = true,
};

const bool *
row_facts(void)
{
	return facts;
}

static struct str
text_of(const struct event_record *record, enum fact_id id)
{
	const struct fact *fact = facts_get(&record->facts, id);

	return fact->state == FACT_SET ? fact->text : STR_NONE;
}

static bool
truth_of(const struct event_record *record, enum fact_id id)
{
	const struct fact *fact = facts_get(&record->facts, id);

	return fact->state == FACT_SET && fact->truth;
}

static bool
is_word(const struct event_record *record, enum fact_id id, enum word word)
{
	const struct fact *fact = facts_get(&record->facts, id);

	return fact->state == FACT_SET && fact->word == word;
}

/* ---- what is left out ---- */

/* "reports+TAG@example.com" is report_from, too. */
static bool
is_own_sender(struct str address, struct str own)
{
	struct str local, domain, own_local, own_domain;

	if (!address_split(address, &local, &domain) ||
	    !address_split(own, &own_local, &own_domain) ||
	    !domain_equal(domain, own_domain) ||
	    !str_starts_nocase(local, own_local))
		return false;
	return local.len == own_local.len ||
	    !ascii_alnum(local.ptr[own_local.len]);
}

/* What comes back for a report of ours would be answered with a report. */
static bool
is_bounce_of_ours(const struct event_record *record, struct str report_from)
{
	const struct fact *from = facts_get(&record->facts,
	    FACT_ID_MAIL_FROM);

	if (report_from.len == 0 || record->rcpts.count == 0 ||
	    from->state != FACT_SET || from->text.len > 0)
		return false;
	for (size_t i = 0; i < record->rcpts.count; i++)
		if (!is_own_sender(record->rcpts.at[i].address, report_from))
			return false;
	return true;
}

/* It becomes part of a file name, a subject and names that DNS is asked. */
static bool
is_usable_domain(struct str domain)
{
	return str_is_visible(domain) && domain_is_valid(domain);
}

static enum row_fate
fate_of(const struct event_record *record, struct str report_from)
{
	struct str policy = text_of(record, FACT_ID_DMARC_POLICY_DOMAIN);

	if (policy.len == 0)
		return ROW_NO_POLICY;
	if (truth_of(record, FACT_ID_CLIENT_OURS))
		return ROW_OURS;
	if (record->verdict.action == ACTION_TEMPFAIL)
		return ROW_PUT_OFF;
	if (record->dmarc.record.len == 0)
		return ROW_OLD_EVENT;
	if (record->dmarc.report || is_bounce_of_ours(record, report_from))
		return ROW_REPORT;
	if (!is_usable_domain(policy) ||
	    text_of(record, FACT_ID_DMARC_DOMAIN).len == 0 ||
	    facts_get(&record->facts, FACT_ID_CLIENT_IP)->state != FACT_SET)
		return ROW_UNUSABLE;
	return ROW_TAKEN;
}

/* ---- what was done, and why ---- */

static const char *
disposition_of(const struct event_record *record)
{
	/* A pass is no matter of the policy, whatever else was done; the
	 * schema has "pass" where it asks for something. */
	if (is_word(record, FACT_ID_DMARC, WORD_PASS))
		return is_word(record, FACT_ID_DMARC_POLICY,
		    WORD_QUARANTINE) || is_word(record,
		    FACT_ID_DMARC_POLICY, WORD_REJECT) ? "pass" : "none";
	if (record->verdict.action == ACTION_REJECT ||
	    record->verdict.action == ACTION_DISCARD)
		return "reject";
	return record->verdict.action == ACTION_QUARANTINE ? "quarantine" :
	    "none";
}

static bool
is_override(struct str type)
{
	static const char *const types[] = { "local_policy", "mailing_list",
	    "other", "policy_test_mode", "trusted_forwarder" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_eqz(type, types[i]))
			return true;
	return false;
}

/* Where our files lie is nobody's business. */
static struct str
without_directory(struct str comment)
{
	return comment.len > 0 && comment.ptr[0] == '/' ?
	    str_skip(comment, str_rchr(comment, '/') + 1) : comment;
}

/*
 * Section 3.1.1.9: where alignment fails, and what was done is not what the
 * policy says, there must be a reason.
 */
static void
find_reasons(const struct event_record *record, struct arena *arena,
    struct row *row)
{
	const struct fact *policy = facts_get(&record->facts,
	    FACT_ID_DMARC_POLICY);

	if (is_word(record, FACT_ID_DMARC, WORD_PASS))
		return;
	for (size_t i = 0; i < record->dmarc.reasons.count; i++) {
		struct event_reason reason = record->dmarc.reasons.at[i];

		VEC_PUSH(arena, &row->reasons, (struct row_reason){
		    is_override(reason.type) ? reason.type : STR("other"),
		    without_directory(reason.comment) });
	}
	if (row->reasons.count > 0 || policy->state != FACT_SET ||
	    str_eqz(row->disposition, word_name(policy->word)))
		return;
	if (is_word(record, FACT_ID_DMARC, WORD_FAIL))
		VEC_PUSH(arena, &row->reasons, (struct row_reason){
		    STR("local_policy"), STR_NONE });
	else
		VEC_PUSH(arena, &row->reasons, (struct row_reason){
		    STR("other"), text_of(record, FACT_ID_DMARC_REASON) });
}

/* ---- who it was ---- */

/* One domain of all recipients, or none. */
static struct str
recipients_domain(const struct event_record *record, struct arena *arena)
{
	const struct fact *count = facts_get(&record->facts,
	    FACT_ID_RCPT_COUNT);
	struct str domain = STR_NONE;

	if (count->state == FACT_SET &&
	    count->number > (double)record->rcpts.count)
		return STR_NONE;
	for (size_t i = 0; i < record->rcpts.count; i++) {
		struct str next = address_domain(
		    record->rcpts.at[i].address);

		if (i > 0 && !domain_equal(next, domain))
			return STR_NONE;
		domain = next;
	}
	return arena_lower(arena, domain);
}

static void
find_identifiers(const struct event_record *record, struct arena *arena,
    struct row *row)
{
	const struct fact *from = facts_get(&record->facts,
	    FACT_ID_MAIL_FROM);
	char ip[IP_TEXT_MAX];

	row->source_ip = arena_copy(arena, fact_ip_text(facts_get(
	    &record->facts, FACT_ID_CLIENT_IP), ip));
	row->header_from = arena_lower(arena, text_of(record,
	    FACT_ID_DMARC_DOMAIN));
	row->has_envelope_from = from->state == FACT_SET;
	if (from->state == FACT_SET)
		row->envelope_from = arena_lower(arena,
		    address_domain(from->text));
	row->envelope_to = recipients_domain(record, arena);
}

/* Only where it could be asked for; trouble of ours is "temperror". */
static void
find_spf(const struct event_record *record, struct arena *arena,
    struct row *row)
{
	const struct fact *spf = facts_get(&record->facts, FACT_ID_SPF);
	bool known = spf->state == FACT_SET;

	if (!known && spf->state != FACT_UNKNOWN)
		return;
	row->spf_domain = arena_lower(arena, text_of(record,
	    FACT_ID_SPF_DOMAIN));
	row->spf_result = str_from(word_name(known ? spf->word :
	    WORD_TEMPERROR));
	if (!str_eqz(row->spf_result, "pass"))
		row->spf_human = known ? text_of(record,
		    FACT_ID_SPF_REASON) : spf->text;
}

/* ---- signatures ---- */

/* What is more than 100 is left out from the end of this order (section
 * 3.1.3); equal sets of them are in one order, whatever the header's was. */
struct ranked {
	unsigned		rank;
	struct row_signature	signature;
};

static unsigned
rank_of(const struct row_signature *signature, struct str author,
    struct str organization)
{
	if (!str_eqz(signature->result, "pass"))
		return 3;
	if (domain_equal(signature->domain, author))
		return 0;
	return organization.len > 0 &&
	    domain_is_under(signature->domain, organization) ? 1 : 2;
}

static int
compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int order = (int)x->rank - (int)y->rank;

	if (order == 0)
		order = str_cmp(x->signature.domain, y->signature.domain);
	if (order == 0)
		order = str_cmp(x->signature.selector,
		    y->signature.selector);
	if (order == 0)
		order = str_cmp(x->signature.result, y->signature.result);
	return order != 0 ? order : str_cmp(x->signature.human,
	    y->signature.human);
}

/* Without d= and s= nothing was validated, and the schema has no place for
 * it. */
static bool
is_signature(const struct event_signature *signature)
{
	enum word word;

	return signature->domain.len > 0 && signature->selector.len > 0 &&
	    word_find(RESULT_WORDS, signature->result, &word) &&
	    word != WORD_SOFTFAIL;
}

static void
find_signatures(const struct event_record *record, struct arena *arena,
    struct row *row)
{
	struct str organization = text_of(record, FACT_ID_DMARC_ORG);
	size_t count = 0;
	struct ranked *all = arena_alloc(arena,
	    record->signatures.count * sizeof(*all));

	for (size_t i = 0; i < record->signatures.count; i++) {
		const struct event_signature *from =
		    &record->signatures.at[i];
		struct ranked *one = &all[count];

		if (!is_signature(from))
			continue;
		one->signature = (struct row_signature){
		    .domain = arena_lower(arena, from->domain),
		    .selector = from->selector, .result = from->result };
		if (!str_eqz(from->result, "pass"))
			one->signature.human = from->reason;
		one->rank = rank_of(&one->signature, row->header_from,
		    organization);
		count++;
	}
	qsort(all, count, sizeof(*all), compare_ranked);
	for (size_t i = 0; i < count && i < LIMIT_REPORT_SIGNATURES; i++)
		VEC_PUSH(arena, &row->signatures, all[i].signature);
}

/* ---- the items ---- */

static void
push(struct arena *arena, struct row_items *items, struct str key,
    struct str detail, uint64_t count)
{
	VEC_PUSH(arena, &items->items, (struct rollup_item){ key, detail,
	    count });
}

static void
push_notes(const struct event_record *record, struct arena *arena,
    struct row_items *items)
{
	for (size_t i = 0; i < record->dmarc.notes.count; i++)
		push(arena, items, row_key_note(arena, items->domain,
		    record->dmarc.notes.at[i]), STR_NONE, 1);
	if ((record->privacy & PRIVACY_CUT_CLIENTS) != 0)
		push(arena, items, row_key_note(arena, items->domain,
		    STR("source_ip is the first address of the client's "
		    "network")), STR_NONE, 1);
}

enum row_fate
row_of_event(const struct event_record *record, struct str report_from,
    struct arena *arena, struct row_items *items_out)
{
	enum row_fate fate = fate_of(record, report_from);
	struct row row = { .source_ip = STR_NONE };
	struct rollup_item item;

	*items_out = (struct row_items){ .domain = STR_NONE };
	if (fate != ROW_TAKEN)
		return fate;
	items_out->domain = arena_lower(arena, domain_chop_dot(
	    text_of(record, FACT_ID_DMARC_POLICY_DOMAIN)));
	find_identifiers(record, arena, &row);
	row.disposition = str_from(disposition_of(record));
	row.dkim = truth_of(record, FACT_ID_DMARC_ALIGNED_DKIM);
	row.spf = truth_of(record, FACT_ID_DMARC_ALIGNED_SPF);
	find_reasons(record, arena, &row);
	find_spf(record, arena, &row);
	find_signatures(record, arena, &row);
	push_notes(record, arena, items_out);
	push(arena, items_out, row_key_policy(arena, items_out->domain,
	    record->dmarc.record), row_detail_policy(arena,
	    record->time_us), 1);
	item = row_write(&row, items_out->domain, arena);
	push(arena, items_out, item.key, item.detail, 1);
	return ROW_TAKEN;
}
