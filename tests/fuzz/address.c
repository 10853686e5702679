/*
 * Address lists and envelope paths.  What was read is read the same again
 * from its own text.
 */
#include "base/ensure.h"
#include "mail/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_mailbox(struct arena *arena, const struct mailbox *mailbox)
{
	struct address_list again;

	ensure(mailbox->domain.len > 0);
	ensure(str_is_utf8(mailbox->address));
	ensure(str_ends_nocase(mailbox->address, mailbox->domain));
	ensure(address_list_parse(arena, mailbox->address, &again));
	ensure(again.mailboxes.count == 1 && again.groups == 0);
	ensure(str_eq(again.mailboxes.at[0].local, mailbox->local));
	ensure(str_eq(again.mailboxes.at[0].domain, mailbox->domain));
	ensure(str_eq(again.mailboxes.at[0].address, mailbox->address));
	ensure(str_eq(address_domain(mailbox->address), mailbox->domain));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str text = str_make(data, size), local, domain;
	struct address_list list;

	ensure(address_list_parse(arena, text, &list) ==
	    (list.reason.len == 0));
	for (size_t i = 0; i < list.mailboxes.count; i++)
		check_mailbox(arena, &list.mailboxes.at[i]);
	ensure(address_split(text, &local, &domain) || domain.len == 0);
	ensure(local.len + domain.len <= text.len);
	arena_free(arena);
	return 0;
}
