/*
 * skeleton - what a text looks like: texts that look alike have the same one
 *
 * UTS 39 section 4 with ICU's table of confusable characters, after letter
 * case, accents, compatibility forms (full width, mathematical letters) and
 * characters that nobody sees are taken away.
 *
 * Case and looks depend on each other: "PAYPAL" is "paypal", but in "PayPaI"
 * the last letter is a capital i.  So there are two readings: by words, case
 * goes first; by looks, it goes last.  Two texts look alike where one of their
 * readings is the same.
 *
 * Threads:	any.
 */
#ifndef ASSAY_MAIL_SKELETON_H
#define ASSAY_MAIL_SKELETON_H

#include "base/arena.h"

enum skeleton_reading { SKELETON_WORDS, SKELETON_LOOKS, SKELETON_READINGS };

struct skeleton;		/* the tables */

/* In the arena, with memory of ICU's: close it before the arena goes. */
struct skeleton *skeleton_open(struct arena *arena);
void skeleton_close(struct skeleton *skeleton);

/* UTF-8; of a text longer than LIMIT_SKELETON_OCTETS, of its beginning. */
struct str skeleton_make(const struct skeleton *skeleton,
    struct arena *arena, struct str text, enum skeleton_reading reading);

/* Octets of the letter or digit at the front of a UTF-8 text, or 0. */
size_t skeleton_letter(struct str text);

#endif
