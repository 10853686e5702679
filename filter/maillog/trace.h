/*
 * trace - what became of one message, for a person or as JSON
 */
#ifndef ASSAY_MAILLOG_TRACE_H
#define ASSAY_MAILLOG_TRACE_H

#include <stdio.h>

#include "event/emit.h"
#include "maillog/message.h"

/* It has this queue id, came to this host under it, or is a bounce of ours
 * about it. */
bool trace_is_of(const struct maillog_message *message, struct str queue_id);

void trace_print_text(FILE *out, const struct maillog_message *message);
/* The keys of a message, but its recipients; and a recipient, an object. */
void trace_emit_message(struct emit *out,
    const struct maillog_message *message);
void trace_emit_rcpt(struct emit *out, const char *key,
    const struct maillog_rcpt *rcpt);
/* One line. */
void trace_print_json(FILE *out, const struct maillog_message *message);

#endif
