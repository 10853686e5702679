/*
 * transfer - contents of parts as octets that any MTA passes on (RFC 2045
 * section 6)
 *
 * Lines of the content end in LF or CRLF, those that are written in CRLF; the
 * last line gets its end where it had none.
 */
#ifndef ASSAY_OUTMAIL_TRANSFER_H
#define ASSAY_OUTMAIL_TRANSFER_H

#include "base/buf.h"

/* ASCII without controls, in short lines, none of which an MTA changes. */
bool transfer_is_plain(struct str content);

/* As it is; what cannot stand in a line (NUL, CR alone) becomes "?", and what
 * is past LIMIT_LINE_OCTETS of one is left out. */
void transfer_lines(struct buf *out, struct str content);
/* Section 6.7. */
void transfer_quoted_printable(struct buf *out, struct str content);
/* Section 6.8. */
void transfer_base64(struct buf *out, struct str content);

#endif
