/*
 * report - what the settings say of mail of our own; for assayd and assay
 *
 * Errors:	false, and why in diag.
 * Ownership:	texts are the settings' and the arena's.
 */
#ifndef ASSAY_WIRE_REPORT_H
#define ASSAY_WIRE_REPORT_H

#include "conf/settings.h"
#include "outmail/sender.h"
#include "reporting/suppression.h"
#include "session/session.h"

/* A mistake, too, where report_from is empty. */
bool wire_outmail(const struct settings *settings, struct arena *arena,
    struct diag *diag, struct outmail_sender *sender_out);

/* Without report_key or recipient_delimiter there are no tags. */
bool wire_suppression(const struct settings *settings, struct arena *arena,
    struct diag *diag, struct suppression *suppression_out);

/* A mistake where what failure_reports needs is not there. */
bool wire_failures(const struct settings *settings, struct arena *arena,
    struct diag *diag, struct failure_options *failures_out);

#endif
