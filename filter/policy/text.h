/*
 * text - the form in which a policy compares domains and addresses
 *
 * No final dot, A-labels where the domain has any.  Letter case is left as it
 * is; what compares does not count it.  Nothing is copied where the text is in
 * this form already.
 */
#ifndef ASSAY_POLICY_TEXT_H
#define ASSAY_POLICY_TEXT_H

#include "base/arena.h"

struct str text_canonical_domain(struct arena *arena, struct str name);
/* The part behind the last '@', if there is one. */
struct str text_canonical_address(struct arena *arena, struct str address);

#endif
