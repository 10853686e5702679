/*
 * What the display name in From shows, which is all that many readers see: the
 * address of somebody else, or a name of protected_names.
 */
#include "base/domain.h"
#include "checks/registry.h"
#include "mail/address.h"
#include "mail/display.h"
#include "mail/encoded_word.h"
#include "mail/protect.h"

/* The first mailbox of the first field, which is what is shown. */
static bool
find_author(struct check_run *run, struct mailbox *mailbox_out)
{
	const struct header_field *from = header_find(run->subject->header,
	    STR("From"), 0);
	struct address_list list;

	if (from == NULL)
		return false;
	/* What comes before trouble in the field is shown all the same. */
	address_list_parse(check_scratch(run), from->value, &list);
	if (list.mailboxes.count == 0)
		return false;
	*mailbox_out = list.mailboxes.at[0];
	return true;
}

static void
set_facts(struct check_run *run, struct str name, struct str domain)
{
	const struct protect *protect = run->subject->options->protect;
	struct fact_set *facts = run->subject->facts;
	struct arena *work = check_scratch(run);
	struct str ascii;

	if (!domain_to_ascii(work, domain, &ascii))
		ascii = domain;
	facts_text_or_none(facts, FACT_ID_FROM_NAME, check_keep(run, name));
	facts_text_or_none(facts, FACT_ID_FROM_NAME_ADDRESS,
	    check_keep(run, display_address(work, name, ascii)));
	facts_text_or_none(facts, FACT_ID_FROM_NAME_PROTECTED,
	    protect == NULL || name.len == 0 ? STR_NONE :
	    check_keep(run, protect_name(protect, work, name)));
}

static void
eoh(struct check_run *run)
{
	struct mailbox author;

	if (find_author(run, &author))
		set_facts(run, encoded_word_decode(
		    check_scratch(run), author.display), author.domain);
	else
		set_facts(run, STR_NONE, STR_NONE);
	check_finish(run);
}

const struct check_ops from_name_ops = { .eoh = eoh };
