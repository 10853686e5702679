/*
 * base64 - RFC 2045 section 6.8, white space anywhere
 *
 * Padding may be missing (common in the field, and harmless); any other octet
 * outside the alphabet, and a single left-over character, is refused.
 */
#ifndef ASSAY_BASE_BASE64_H
#define ASSAY_BASE_BASE64_H

#include "base/arena.h"

bool base64_read(struct arena *arena, struct str text,
    struct str *octets_out);
/* base64_read() would take it, and there is something in it. */
bool base64_is_good(struct str text);
/* Of each octet: one more than a digit's value, SPACE, PAD, or 0. */
enum { BASE64_SPACE = 65, BASE64_PAD = 66 };
extern const unsigned char base64_digits[256];

struct str base64_write(struct arena *arena, struct str octets);

#endif
