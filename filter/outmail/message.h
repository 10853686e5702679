/*
 * message - a mail of our own, as octets (RFC 5322, RFC 2045, RFC 2046)
 *
 * Texts that others have a say in are taken as they are: they are made safe,
 * encoded (RFC 2047, RFC 2231) and folded here, and nothing in them can end a
 * line, begin a field or end a part.  Types are literals of the caller's.
 *
 * Every mail says "Auto-Submitted: auto-generated" (RFC 3834 section 5.1).
 * Lines end in CRLF; none but those of OUTMAIL_AS_IS is eight-bit.
 *
 * Ownership:	the octets are the arena's.
 */
#ifndef ASSAY_OUTMAIL_MESSAGE_H
#define ASSAY_OUTMAIL_MESSAGE_H

#include "base/arena.h"

enum outmail_kind {
	OUTMAIL_TEXT,		/* as it is where that is safe, else
				 * quoted-printable */
	OUTMAIL_BASE64,
	OUTMAIL_AS_IS,		/* message/...: not to be encoded (RFC 2046
				 * section 5.2.1).  Lines are cut at 998
				 * octets, NUL and CR become "?" */
	OUTMAIL_PARTS		/* multipart/... */
};

struct outmail_part {
	enum outmail_kind kind;
	const char	*type;		/* "text/plain; charset=utf-8", or
					 * "multipart/report; report-type=x" */
	struct str	 content;	/* lines end in LF or CRLF */
	struct str	 file_name;	/* an attachment; or empty */
	const struct outmail_part *parts;	/* OUTMAIL_PARTS: one or more,
						 * no deeper than
						 * LIMIT_OUTMAIL_DEPTH */
	size_t		 count;
};

struct outmail_field {
	struct str	name;		/* a literal */
	struct str	text;		/* as the subject */
};

struct outmail_head {
	struct str	 from_name;	/* UTF-8; or empty */
	struct str	 from;		/* outmail_is_address() */
	const struct str *to;		/* the same; one or more */
	size_t		 to_count;
	struct str	 subject;	/* UTF-8 */
	int64_t		 date;		/* Unix time */
	struct str	 message_id;	/* as of outmail_id() */
	const struct outmail_field *fields;	/* others */
	size_t		 field_count;
};

/*
 * An address that mail can be sent to with no quoting anywhere: a dot-atom in
 * ASCII, "@", a domain (RFC 5321 section 4.5.3.1 for the lengths).
 */
bool outmail_is_address(struct str address);

/* "20261122203000.5f0c...@example.com": 64 bits of it by chance. */
struct str outmail_id(struct arena *arena, int64_t now, struct str domain);

struct str outmail_write(struct arena *arena, const struct outmail_head *head,
    const struct outmail_part *body);

#endif
