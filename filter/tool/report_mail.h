/*
 * report_mail - assay report --mail: a summary as a mail, text and HTML
 *
 * One message of two forms (multipart/alternative, RFC 2046 section 5.1.4)
 * from the settings' report_from, handed to the MTA by report_mailer.
 */
#ifndef ASSAY_TOOL_REPORT_MAIL_H
#define ASSAY_TOOL_REPORT_MAIL_H

#include "tool/report.h"

enum { REPORT_NOT_SENT = 3 };		/* exit status */

/* One more who gets it.  False: mail cannot be sent to that. */
bool report_mail_to(struct tool_report *report, const char *address,
    struct arena *arena);

/* The exit status.  What could not be sent was said, with the reason. */
int report_mail(const struct tool_report *report,
    const struct summary *summary, struct arena *arena);

#endif
