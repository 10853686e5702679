/*
 * domain - a domain name as text
 *
 * Names are compared without case and without a final dot.  All that leave
 * domain_to_ascii() are lower-case A-labels without a final dot: the form in
 * which names are asked for, compared, logged and printed.
 */
#ifndef ASSAY_BASE_DOMAIN_H
#define ASSAY_BASE_DOMAIN_H

#include "base/arena.h"

/*
 * A name that DNS can carry: 1..127 labels of 1..63 octets, 253 in all (RFC
 * 1035 section 2.3.4), a final dot allowed.  Any octet but '.' may be in a
 * label.
 */
bool domain_fits_dns(struct str name);

/*
 * A host or mail domain: fits DNS, two labels or more are not asked for, each
 * label letters, digits, '-', '_' and (as U-labels) UTF-8; no '-' at an end.
 */
bool domain_is_valid(struct str name);

/*
 * IDNA2008 through libidn2 (RFC 5891, with the UTS 46 mapping that mail
 * software applies).  False where the name has no A-label form.
 */
bool domain_to_ascii(struct arena *arena, struct str name,
    struct str *ascii_out);

/* With letters of any script for A-labels; as it is where that fails. */
struct str domain_to_unicode(struct arena *arena, struct str ascii);

struct str domain_chop_dot(struct str name);
bool domain_equal(struct str a, struct str b);
bool domain_is_under(struct str name, struct str parent); /* or equal */

unsigned domain_labels(struct str name);
struct str domain_parent(struct str name);	/* empty at the top */
struct str domain_last_labels(struct str name, unsigned count);

#endif
