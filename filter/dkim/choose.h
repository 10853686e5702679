/*
 * choose - which signatures of a message are worth checking
 *
 * At most max are marked: first those whose d= is the domain of an address in
 * From, above or below it, then the others, each in the order of the fields.
 */
#ifndef ASSAY_DKIM_CHOOSE_H
#define ASSAY_DKIM_CHOOSE_H

#include "dkim/signature.h"

/* domains[i]: d= of a usable signature, A-labels.  chosen_out has count. */
void dkim_choose(struct arena *arena, const struct header *header,
    const struct str *domains, size_t count, size_t max, bool *chosen_out);

#endif
