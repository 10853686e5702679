/*
 * html - a summary as a page
 *
 * Prints whatever sections there are, by the shape of their tables, and knows
 * of none what it counts: the numbers are those of summary_print_json().  A
 * section that has nothing to tell is named in the last line alone.
 */
#ifndef ASSAY_SUMMARY_HTML_H
#define ASSAY_SUMMARY_HTML_H

#include "summary/summary.h"

/* A file for a browser. */
void summary_print_html(FILE *out, const struct summary *summary,
    const struct summary_print *how);
/* What a mail carries: see PAGE_MAIL of page.h.  There a series of more than
 * LIMIT_MAIL_ROWS hours is told by day; what is brief has the commands of its
 * figures alone. */
void summary_print_mail(FILE *out, const struct summary *summary,
    const struct summary_print *how);

#endif
