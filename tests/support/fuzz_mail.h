/*
 * fuzz_mail - the bytes of a fuzzer as a message
 *
 * Lines of the header end with LF or CRLF; one that begins with white space
 * belongs to the field before.  The first empty line ends the header.
 */
#ifndef ASSAY_TESTS_FUZZ_MAIL_H
#define ASSAY_TESTS_FUZZ_MAIL_H

#include "mail/header.h"

/* The first field of what is left of a message, which is taken off.  False:
 * the header is over, and what is left is the body. */
bool fuzz_mail_field(struct str *message, struct header_field *field_out);

typedef void fuzz_mail_fn(void *ctx, struct str piece);

/* The text in pieces of so many octets, each in memory of its own, whose ends
 * a sanitizer sees. */
void fuzz_mail_pieces(struct str text, size_t size, fuzz_mail_fn *give,
    void *ctx);

#endif
