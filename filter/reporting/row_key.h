/*
 * row_key - rows, notes and policy records as octets, and back
 *
 * A key is the policy domain, NUL, a letter (enum row_kind), and what makes it
 * the same, each text with a NUL behind it.  No text has a NUL.
 */
#ifndef ASSAY_REPORTING_ROW_KEY_H
#define ASSAY_REPORTING_ROW_KEY_H

#include "reporting/row.h"

struct str row_key_note(struct arena *arena, struct str domain,
    struct str note);
struct str row_key_policy(struct arena *arena, struct str domain,
    struct str record);
struct str row_detail_policy(struct arena *arena, int64_t time_us);
struct rollup_item row_write(const struct row *row, struct str domain,
    struct arena *arena);

#endif
