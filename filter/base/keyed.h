/*
 * keyed - what stands for a text, for who has the key
 *
 * The head of its HMAC-SHA256 (RFC 2104) as hexadecimal digits: equal texts
 * have equal ones, and without the key no list of texts helps to find which.
 */
#ifndef ASSAY_BASE_KEYED_H
#define ASSAY_BASE_KEYED_H

#include "base/str.h"

enum { KEYED_DIGITS = 24 };

/* key: at least LIMIT_PRIVACY_KEY_MIN octets of it should be by chance. */
struct str keyed_digits(struct str key, struct str text,
    char out[KEYED_DIGITS]);

#endif
