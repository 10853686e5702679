/*
 * unpack - the XML documents in what DMARC reports come in
 *
 * RFC 9990 section 3.5.2: XML, mostly compressed by gzip (RFC 1952), by many
 * senders in a ZIP archive, attached to a message.  What a file is, its first
 * octets say, not its name.  A message may be one of an mbox; each is read.
 *
 * Hostile:	every octet.  What unpacks to more than LIMIT_AGGREGATE_OCTETS,
 *		holds more than LIMIT_UNPACK_ENTRIES, or is packed more than
 *		LIMIT_UNPACK_DEPTH times is refused.
 * Ownership:	texts are valid until the handler returns.
 * Threads:	any.
 */
#ifndef ASSAY_FEEDBACK_UNPACK_H
#define ASSAY_FEEDBACK_UNPACK_H

#include "base/str.h"

struct unpack_handler {
	/* A document begins; name is for messages. */
	void	(*begin)(void *ctx, struct str name);
	/* False: the rest of it is not wanted. */
	bool	(*piece)(void *ctx, struct str piece);
	/* why: what is wrong, so that it ends here; NULL: it is whole. */
	void	(*end)(void *ctx, const char *why);
	/* Something that holds no document, or cannot be opened. */
	void	(*trouble)(void *ctx, struct str name, const char *why);
};

/* A file's content; how many documents were begun. */
unsigned unpack(struct str content, struct str name,
    const struct unpack_handler *handler, void *ctx);

#endif
