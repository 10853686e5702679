/*
 * encoded_word - the text of a header field as its reader is shown it
 *
 * RFC 2047, as mail programs read it rather than as it asks: encoded words are
 * decoded wherever they stand (also within words and quoted strings), however
 * long they are and whatever is wrong with their base64; those of one set that
 * follow each other are decoded as one text, for a character may be cut in two.
 * The language of RFC 2231 section 5 is dropped.
 *
 * Bytes are hostile.  At most LIMIT_DECODED_OCTETS of the text are looked at.
 */
#ifndef ASSAY_MAIL_ENCODED_WORD_H
#define ASSAY_MAIL_ENCODED_WORD_H

#include "base/arena.h"

/*
 * Valid UTF-8 on one line, without white space at its ends and without control
 * characters.  U+FFFD stands for each octet that means nothing, and for those
 * outside ASCII where a word's character set is not known (mail/charset.h).
 */
struct str encoded_word_decode(struct arena *arena, struct str value);

#endif
