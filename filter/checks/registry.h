/*
 * registry - the hooks of every check, and what the checks share
 */
#ifndef ASSAY_CHECKS_REGISTRY_H
#define ASSAY_CHECKS_REGISTRY_H

#include "checks/check.h"

extern const struct check_ops iprev_ops, reverse_ops, spf_helo_ops, helo_ops,
    spf_ops, mail_from_dns_ops, header_ops, dkim_ops, arc_ops, dmarc_ops,
    from_dns_ops, mime_ops, form_ops, body_form_ops, from_name_ops,
    lookalike_ops, reply_to_ops, list_ops, one_click_ops, replay_ops,
    uri_ops;

/* Add to the results; the stage is filled in.  Bytes are not copied. */
void check_result(struct check_run *run, const struct result *result);

/*
 * Listen to the parts of the message (mail/mime.h), from start() on; ctx is
 * the run.  To be ended by cancel(), which may come twice.
 */
void check_mime(struct check_run *run, const struct mime_listener *listener);
void check_mime_end(struct check_run *run);

/* When a check that starts now must have its DNS answers (clock_ms). */
uint64_t check_deadline(const struct check_run *run);

#endif
