/*
 * evidence - what the results of a message stand on, as JSON in its event
 *
 * The keys are in assay.events(5).
 */
#ifndef ASSAY_EVENT_EVIDENCE_H
#define ASSAY_EVENT_EVIDENCE_H

#include "event/emit.h"
#include "facts/results.h"

/* "dkim": the signatures; an unsigned message has none. */
void evidence_put_signatures(struct emit *out, const struct results *results);
/* "dns" and "spf_terms".  What names a client or a sender is masked in
 * them; recipients do not stand there. */
void evidence_put_dns(struct emit *out, const struct results *results);

#endif
