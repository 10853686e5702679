/*
 * uri - where a policy record wants its reports (RFC 9989 sections 4.6, 4.8)
 */
#ifndef ASSAY_DMARC_URI_H
#define ASSAY_DMARC_URI_H

#include "base/str.h"

/*
 * One URI of a list, blanks at its ends and an obsolete "!10m" behind it
 * dropped.  False: no URI of RFC 3986, or a mailto: without an address.
 */
bool dmarc_uri_read(struct str text, struct str *uri_out);

/* The octets that "!10m" allows a report to have (RFC 7489 section 6.4); 0:
 * it says none.  The record of RFC 9989 does not mind it any more; who wrote
 * it did. */
uint64_t dmarc_uri_size(struct str text);

#endif
