/*
 * safe - hostile bytes made fit for a line of text that we write
 *
 * Every octet that could end a line, drive a terminal or trip a decoder
 * becomes "?": controls (C0, DEL, C1), the line and paragraph separators and
 * the direction overrides of Unicode, and what is not valid UTF-8.  What is
 * longer than max is cut after a whole character and ends in "...".
 */
#ifndef ASSAY_MAIL_SAFE_H
#define ASSAY_MAIL_SAFE_H

#include "base/arena.h"

enum safe_set {
	SAFE_ASCII,		/* 0x20..0x7e only */
	SAFE_UTF8		/* and valid UTF-8 (RFC 6532) */
};

/* max: octets, at least 3. */
struct str safe_text(struct arena *arena, struct str text, enum safe_set set,
    size_t max);

/* A field name: printable ASCII but ":" (RFC 5322 section 3.6.8, ftext). */
bool safe_is_field_name(struct str name);

#endif
