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

#endif
