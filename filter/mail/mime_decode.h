/*
 * mime_decode - undo a transfer encoding, piece by piece
 *
 * RFC 2045 section 6.7 and 6.8, forgiving: what does not belong into base64 is
 * passed over and noted, what follows the padding is decoded too, and what is
 * no escape in quoted-printable stands for itself.  Blanks at the end of a
 * line of quoted-printable are kept.
 */
#ifndef ASSAY_MAIL_MIME_DECODE_H
#define ASSAY_MAIL_MIME_DECODE_H

#include "mail/mime.h"

struct mime_decoder {
	enum mime_encoding	encoding;
	uint32_t		bits;
	unsigned		digits;	/* base64: of a group, in bits */
	unsigned		state;	/* quoted-printable */
	char			digit;
	bool			bad;	/* base64: junk was passed over, or it
					 * ends within an octet */
};

/* Never called with nothing; the octets are valid until it returns. */
typedef void mime_decode_fn(void *ctx, struct str octets);

void mime_decode_init(struct mime_decoder *decoder,
    enum mime_encoding encoding);
void mime_decode(struct mime_decoder *decoder, struct str piece,
    mime_decode_fn *give, void *ctx);
void mime_decode_end(struct mime_decoder *decoder, mime_decode_fn *give,
    void *ctx);

#endif
