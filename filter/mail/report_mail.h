/*
 * report_mail - is a message itself a report on mail?
 *
 * A DMARC aggregate report (by its subject, RFC 9990 section 3.5.2), a failure
 * report or another in ARF (RFC 5965, RFC 9991), a TLS report (RFC 8460).
 * Nothing is reported of these, so that two hosts cannot keep each other busy.
 */
#ifndef ASSAY_MAIL_REPORT_MAIL_H
#define ASSAY_MAIL_REPORT_MAIL_H

#include "mail/header.h"

bool report_mail_is(const struct header *header);

#endif
