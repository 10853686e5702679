/*
 * charset - text in the character sets that mail is written in, as UTF-8
 *
 * Through ICU's converters, which are tables of data in one library: a name
 * that a stranger wrote makes nothing load a module or open a file.  A set is
 * taken for the larger one that mail means by its name (WHATWG Encoding):
 * windows-1252 for iso-8859-1, gb18030 for gb2312.
 *
 * Threads:	any.
 */
#ifndef ASSAY_MAIL_CHARSET_H
#define ASSAY_MAIL_CHARSET_H

#include "base/buf.h"

/*
 * Append these octets as valid UTF-8.  What means nothing in the set, and each
 * control character, becomes U+FFFD; TAB, CR and LF become a blank.  False:
 * the set is not known (nor registered with IANA); its ASCII is kept, and each
 * other octet becomes U+FFFD.  An empty name means UTF-8.
 */
bool charset_add(struct buf *out, struct str charset, struct str octets);

#endif
