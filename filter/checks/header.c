/*
 * What the header itself says: author, sender, subject and the like.  Needs no
 * DNS, so it is finished as soon as the header is complete.
 */
#include "checks/registry.h"
#include "dmarc/dmarc.h"
#include "mail/address.h"
#include "mail/listid.h"

static void
set_author(struct check_run *run)
{
	struct fact_set *facts = run->subject->facts;
	struct dmarc_author author;

	dmarc_author_find(check_scratch(run), run->subject->header, &author);
	facts_text_or_none(facts, FACT_ID_FROM,
	    check_keep(run, author.address));
	facts_text_or_none(facts, FACT_ID_FROM_DOMAIN,
	    author.valid ? check_keep(run, author.domain) : STR_NONE);
	facts_number(facts, FACT_ID_FROM_COUNT, (double)author.fields);
}

/* RFC 5322 section 3.6.2: one Sender field, with one mailbox. */
static void
set_sender(struct check_run *run)
{
	const struct header *header = run->subject->header;
	struct fact_set *facts = run->subject->facts;
	size_t count = header_count(header, STR("Sender"));
	struct address_list list;

	/* Past the cap fields are not kept, and one may be a Sender. */
	if (header->cut) {
		facts_unknown(facts, FACT_ID_SENDER,
		    STR("the header is larger than is looked at"));
		facts_unknown(facts, FACT_ID_SENDER_COUNT,
		    STR("the header is larger than is looked at"));
		return;
	}
	facts_number(facts, FACT_ID_SENDER_COUNT, (double)count);
	if (count == 1 && address_list_parse(check_scratch(run),
	    header_find(header, STR("Sender"), 0)->value, &list) &&
	    list.groups == 0 && list.mailboxes.count == 1)
		facts_text(facts, FACT_ID_SENDER,
		    check_keep(run, list.mailboxes.at[0].address));
	else
		facts_none(facts, FACT_ID_SENDER);
}

/* The first mailbox of a field that can be read as a whole. */
static struct str
first_address(struct check_run *run, struct str value)
{
	struct address_list list;

	if (!address_list_parse(check_scratch(run), value, &list) ||
	    list.mailboxes.count == 0)
		return STR_NONE;
	return check_keep(run, list.mailboxes.at[0].address);
}

static void
set_address(struct check_run *run, enum fact_id id, struct str name)
{
	const struct header_field *field =
	    header_find(run->subject->header, name, 0);

	facts_text_or_none(run->subject->facts, id, field == NULL ? STR_NONE :
	    first_address(run, field->value));
}

static void
set_text(struct check_run *run, enum fact_id id, struct str name)
{
	const struct header_field *field =
	    header_find(run->subject->header, name, 0);

	facts_text_or_none(run->subject->facts, id, field == NULL ? STR_NONE :
	    check_keep(run, header_unfold(check_scratch(run), field->value)));
}

static void
set_list_id(struct check_run *run)
{
	const struct header_field *field =
	    header_find(run->subject->header, STR("List-Id"), 0);

	facts_text_or_none(run->subject->facts, FACT_ID_LIST_ID,
	    field == NULL ? STR_NONE :
	    check_keep(run, listid_read(check_scratch(run), field->value)));
}

static void
eoh(struct check_run *run)
{
	set_author(run);
	set_sender(run);
	set_address(run, FACT_ID_REPLY_TO, STR("Reply-To"));
	set_text(run, FACT_ID_SUBJECT, STR("Subject"));
	set_text(run, FACT_ID_MESSAGE_ID, STR("Message-ID"));
	set_list_id(run);
	check_finish(run);
}

const struct check_ops header_ops = { .eoh = eoh };
