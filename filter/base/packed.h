/*
 * packed - numbers in what we store, least significant octet first
 */
#ifndef ASSAY_BASE_PACKED_H
#define ASSAY_BASE_PACKED_H

#include "base/str.h"

/* The lowest octets of number, count of them; the place behind comes back. */
char *packed_put(char *out, uint64_t number, size_t count);

/* The number that count octets (at most 8) of *from say, which are cut off.
 * The caller has seen that they are there. */
uint64_t packed_take(struct str *from, size_t count);

#endif
