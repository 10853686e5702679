/*
 * refusal - what Postfix refuses, holds or discards, as its log has it
 *
 *	milter-reject: END-OF-MESSAGE from CLIENT: REPLY; from=<a> to=<b> ...
 *	reject: header Subject: x from CLIENT; from=<a> ... helo=<c>: TEXT
 *
 * Each fills the entry's kind, client and reason, or says false and leaves it
 * alone.
 *
 * Hostile:	every octet behind the verb.
 */
#ifndef ASSAY_MAILLOG_REFUSAL_H
#define ASSAY_MAILLOG_REFUSAL_H

#include "maillog/entry.h"

/* Behind a queue id, or "NOQUEUE". */
bool refusal_read(struct str text, struct maillog_entry *entry);

/* "proxy-reject: ...", of a filter before the queue: it has no id. */
bool refusal_of_proxy(struct str text, struct maillog_entry *entry);

#endif
