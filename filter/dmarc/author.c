#include "dmarc/dmarc.h"

#include "base/domain.h"
#include "mail/address.h"

/* The domain of every mailbox, or why there is not exactly one. */
static struct str
one_domain(struct arena *arena, const struct address_list *list,
    struct str *domain_out)
{
	for (size_t i = 0; i < list->mailboxes.count; i++) {
		struct str written = list->mailboxes.at[i].domain, domain;

		if (written.len > 0 && written.ptr[0] == '[')
			return STR("the author has an address literal, "
			    "no domain");
		if (!domain_to_ascii(arena, written, &domain))
			return STR("the author domain is not a domain name");
		if (i > 0 && !domain_equal(domain, *domain_out))
			return STR("the authors are in several domains");
		*domain_out = domain;
	}
	return STR_NONE;
}

/*
 * RFC 9989 section 5.3.1 takes messages with one author domain; section 11.5
 * warns of what slips through beside them.  So the header must be valid (RFC
 * 5322 section 3.6.2: one From field) and nothing in it ambiguous; groups are
 * for those who are not there to be written to (RFC 6854), and refused.
 * Several mailboxes in one domain have one author domain.
 */
static struct str
why_invalid(struct arena *arena, const struct header *header,
    struct dmarc_author *author)
{
	const struct header_field *from = header_find(header, STR("From"), 0);
	struct address_list list;
	bool ok;

	if (from == NULL)
		return STR("there is no From field");
	if (author->fields > 1)
		return arena_printf(arena, "there are %zu From fields",
		    author->fields);
	ok = address_list_parse(arena, from->value, &list);
	author->mailboxes = list.mailboxes.count;
	if (!ok)
		return arena_printf(arena, "the From field is malformed: %.*s",
		    STR_ARG(list.reason));
	if (list.groups > 0)
		return STR("the From field has a group");
	if (list.mailboxes.count == 0)
		return STR("the From field has no address");
	if (list.mailboxes.count == 1)
		author->address = list.mailboxes.at[0].address;
	return one_domain(arena, &list, &author->domain);
}

void
dmarc_author_find(struct arena *arena, const struct header *header,
    struct dmarc_author *author_out)
{
	*author_out = (struct dmarc_author){
		.fields = header_count(header, STR("From"))
	};
	author_out->reason = why_invalid(arena, header, author_out);
	author_out->valid = author_out->reason.len == 0;
	if (!author_out->valid)
		author_out->domain = author_out->address = STR_NONE;
}
