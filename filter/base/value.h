/*
 * value - numbers, sizes and times as an admin writes them
 *
 * False where the text is none, or more than 64 bits hold.
 */
#ifndef ASSAY_BASE_VALUE_H
#define ASSAY_BASE_VALUE_H

#include "base/str.h"

bool value_number(struct str text, uint64_t *out);
/* Octets: "512", "64k", "1M", "2G" (1024). */
bool value_size(struct str text, uint64_t *out);
/* Milliseconds: "500ms", "20s", "5m", "1h", "1d", and "0". */
bool value_time(struct str text, uint64_t *out);
/* Microseconds, no more than an int64_t holds: the same, and "250us". */
bool value_span(struct str text, uint64_t *us_out);

#endif
