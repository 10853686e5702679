/*
 * split - the text of a message into its header fields and its body
 *
 * RFC 5322 section 2.1, for messages that lie in files: an MTA gives a filter
 * the fields one by one.  A line of the header that is no field ends it, as in
 * an MTA: what follows is body.
 *
 * Ownership:	what is found are slices of the text.
 */
#ifndef ASSAY_MAIL_SPLIT_H
#define ASSAY_MAIL_SPLIT_H

#include "mail/header.h"

struct message_file {
	struct header	header;
	struct str	body;
	bool		mbox;	/* a first line "From ..." was dropped */
};

/* Splits a message whose lines end with CRLF; slices of the text. */
void message_split(struct arena *arena, struct str text,
    struct message_file *message_out);

/* The text with CRLF where it has LF alone. */
struct str message_with_crlf(struct arena *arena, struct str text);

#endif
