/*
 * join - the lines of one message, brought together
 *
 * By host and queue id.  A message ends when its MTA has removed it, or with
 * its last recipient (Sendmail tells no more), and is handed on a little
 * later, for a late line may follow.  Queue ids come again: a line that only
 * the beginning of a message has closes the message that had the id before.
 *
 * Bounded:	at most LIMIT_MAILLOG_OPEN messages, and
 *		LIMIT_MAILLOG_OPEN_OCTETS of them, wait for their end; what
 *		waits longest is handed on as it is, and counted.
 * Threads:	one at a time.
 */
#ifndef ASSAY_MAILLOG_JOIN_H
#define ASSAY_MAILLOG_JOIN_H

#include "maillog/message.h"

typedef void maillog_done_fn(void *ctx, const struct maillog_message *message);

struct maillog_join;

/* done: once for each message; what it is given is gone when it returns. */
struct maillog_join *maillog_join_new(maillog_done_fn *done, void *ctx);
void maillog_join_take(struct maillog_join *join,
    const struct maillog_line *line, const struct maillog_entry *entry);
/* Hands on all that still wait. */
void maillog_join_end(struct maillog_join *join);
void maillog_join_free(struct maillog_join *join);

/* Messages that were handed on for want of room. */
uint64_t maillog_join_cut(const struct maillog_join *join);

#endif
