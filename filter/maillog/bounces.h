/*
 * bounces - those that come from elsewhere, and what they answer
 *
 * What the figures of outcomes.h say of them.  Whether a recipient ever wrote
 * is known when all has been seen.
 */
#ifndef ASSAY_MAILLOG_BOUNCES_H
#define ASSAY_MAILLOG_BOUNCES_H

#include "maillog/outcomes.h"

bool bounces_is_one(const struct maillog_message *message);
/* mail: its event, or NULL.  What it is, with what it is known to be. */
unsigned bounces_count(struct outcomes *outcomes,
    const struct maillog_message *message, const struct accepted_mail *mail,
    unsigned is);
void bounces_end(struct outcomes *outcomes);

#endif
