/*
 * display - what stands in the display name of an address
 */
#ifndef ASSAY_MAIL_DISPLAY_H
#define ASSAY_MAIL_DISPLAY_H

#include "base/arena.h"

/*
 * The first address in a name (UTF-8, decoded; LIMIT_SKELETON_OCTETS of it)
 * whose domain has nothing to do with domain: is not it, nor below it, nor
 * above it.  Empty where there is none.  Both domains as A-labels; that of the
 * address has two labels or more.
 */
struct str display_address(struct arena *arena, struct str name,
    struct str domain);

#endif
