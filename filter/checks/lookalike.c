/*
 * Domains that imitate one of protected_domains: in From, and in Reply-To,
 * where the answers go.
 */
#include "base/domain.h"
#include "base/limits.h"
#include "checks/registry.h"
#include "mail/address.h"
#include "mail/protect.h"

static enum likeness
compare(struct check_run *run, struct str domain, struct str *like_out)
{
	const struct protect *protect = run->subject->options->protect;
	struct arena *work = check_scratch(run);
	struct str ascii;

	if (protect == NULL || !domain_to_ascii(work, domain, &ascii))
		return LIKENESS_NONE;
	return protect_domain(protect, work, ascii, like_out);
}

/* The first domain of a field that imitates one; of those shown. */
static enum likeness
compare_field(struct check_run *run, struct str name, struct str *like_out)
{
	const struct header_field *field = header_find(run->subject->header,
	    name, 0);
	enum likeness found = LIKENESS_NONE;
	struct address_list list = { 0 };

	if (field != NULL)
		address_list_parse(check_scratch(run), field->value, &list);
	for (size_t i = 0; i < list.mailboxes.count &&
	    i < LIMIT_REPLY_DOMAINS && found == LIKENESS_NONE; i++)
		found = compare(run, list.mailboxes.at[i].domain, like_out);
	return found;
}

static void
eoh(struct check_run *run)
{
	struct fact_set *facts = run->subject->facts;
	struct str from = STR_NONE, reply_to = STR_NONE;
	enum likeness kind = compare_field(run, STR("From"), &from);

	facts_text_or_none(facts, FACT_ID_FROM_LOOKALIKE,
	    kind == LIKENESS_NONE ? STR_NONE : check_keep(run, from));
	facts_text_or_none(facts, FACT_ID_FROM_LOOKALIKE_KIND,
	    str_from(likeness_name(kind)));
	kind = compare_field(run, STR("Reply-To"), &reply_to);
	facts_text_or_none(facts, FACT_ID_REPLY_TO_LOOKALIKE,
	    kind == LIKENESS_NONE ? STR_NONE :
	    check_keep(run, reply_to));
	check_finish(run);
}

const struct check_ops lookalike_ops = { .eoh = eoh };
