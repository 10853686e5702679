/*
 * smtp_reply - what an SMTP server answers (RFC 5321 section 4.2)
 *
 * Octets come in pieces as the network has them.  Lines may end in LF alone.
 * A line of over LIMIT_SMTP_LINE_OCTETS, more than LIMIT_SMTP_LINES of them,
 * and lines that disagree about the code are no reply.  Of the text the first
 * LIMIT_SMTP_TEXT_OCTETS are kept.
 *
 * Hostile:	every octet; the text is printable ASCII and newlines.
 */
#ifndef ASSAY_OUTMAIL_SMTP_REPLY_H
#define ASSAY_OUTMAIL_SMTP_REPLY_H

#include "base/limits.h"
#include "base/str.h"

enum smtp_more { SMTP_MORE, SMTP_WHOLE, SMTP_BAD };

struct smtp_reply {
	unsigned	code;		/* 200..599 once it is whole */
	unsigned	lines;
	size_t		line_len, text_len;
	char		line[LIMIT_SMTP_LINE_OCTETS];
	char		text[LIMIT_SMTP_TEXT_OCTETS];	/* without codes, a
							 * newline between */
};

void smtp_reply_init(struct smtp_reply *reply);

/* Take octets up to the end of a reply; how many were used in *used_out. */
enum smtp_more smtp_reply_take(struct smtp_reply *reply, struct str octets,
    size_t *used_out);

struct str smtp_reply_text(const struct smtp_reply *reply);

/* A line of a reply to EHLO begins with this word. */
bool smtp_reply_offers(const struct smtp_reply *reply, const char *keyword);

/* The id that Postfix ("queued as ID") or Sendmail ("2.0.0 ID Message accepted
 * for delivery") has given to a mail; empty where there is none. */
struct str smtp_reply_queue_id(const struct smtp_reply *reply);

#endif
