/*
 * guard - no report about a mail that is itself a report or an answer
 *
 * Two hosts that report each other's reports would never end: RFC 9991 section
 * 4.1, RFC 6591 section 5, RFC 3834 section 2.
 *
 * Hostile:	all that is looked at.
 */
#ifndef ASSAY_REPORTING_GUARD_H
#define ASSAY_REPORTING_GUARD_H

#include "mail/header.h"

/*
 * Why nothing is reported of this mail, a few words; NULL: nothing speaks
 * against it.  sender and author: addresses, in any form; report_from may be
 * empty.
 */
const char *guard_against(const struct header *header, struct str sender,
    struct str author, struct str report_from);

#endif
