/*
 * canon_reference - the canonical forms once more, as plainly as can be
 *
 * Whole texts, one octet after the other, from the words of RFC 6376 section
 * 3.4: what the streaming code is held against.
 */
#ifndef ASSAY_TESTS_CANON_REFERENCE_H
#define ASSAY_TESTS_CANON_REFERENCE_H

#include "base/buf.h"
#include "dkim/signature.h"

struct str reference_body(struct arena *arena, enum dkim_form form,
    struct str body);
/* Without the final CRLF. */
struct str reference_field(struct arena *arena, enum dkim_form form,
    struct str name, struct str value);

#endif
