/*
 * emit - JSON text, written from front to back
 *
 * One line of ASCII: what is not ASCII becomes \u and four digits (two times
 * four past U+FFFF).  JSON is Unicode, mail need not be: each octet that is
 * not part of valid UTF-8 becomes U+FFFD, and so does NUL, which many readers
 * cannot hold.  An event is made for every message, so this does not build a
 * tree first.
 *
 * The caller sees to it that keys and values alternate in objects; commas
 * come by themselves.  A NULL key is for the elements of an array.
 */
#ifndef ASSAY_EVENT_EMIT_H
#define ASSAY_EVENT_EMIT_H

#include <stdio.h>

#include "event/mask.h"

struct emit {
	char	*text;
	size_t	 len, size;
	bool	 comma;		/* the next key or element needs one */
	struct mask *mask;	/* of emit_text(); or NULL */
};

void emit_init(struct emit *emit);
/* The text, NUL-terminated, to be freed with free(). */
char *emit_finish(struct emit *emit);

/* The text and a newline; what it was made in is freed. */
void emit_print(struct emit *emit, FILE *out);

void emit_open(struct emit *emit, const char *key, char bracket);
void emit_close(struct emit *emit, char bracket);

void emit_null(struct emit *emit, const char *key);
void emit_bool(struct emit *emit, const char *key, bool truth);
void emit_int(struct emit *emit, const char *key, int64_t number);
/* Null where it is no finite number. */
void emit_number(struct emit *emit, const char *key, double number);
/* Our own words: plain ASCII; NULL is null. */
void emit_word(struct emit *emit, const char *key, const char *word);
/* What the mask hides is told otherwise; emit_masked() is for what has been
 * masked.  What is longer than max octets is cut after a whole character and
 * ends in U+2026. */
void emit_text(struct emit *emit, const char *key, struct str text,
    size_t max);
void emit_masked(struct emit *emit, const char *key, struct str text,
    size_t max);
/* emit_text() up to LIMIT_EVENT_TEXT_OCTETS. */
void emit_capped(struct emit *emit, const char *key, struct str text);
/* The same, but an empty one is null. */
void emit_some(struct emit *emit, const char *key, struct str text);

#endif
