#include "mail/mime_decode.h"

#include <string.h>

#include "base/base64.h"

enum { OUT_OCTETS = 3 * 1024 };

/* What is decoded, on its way. */
struct out {
	mime_decode_fn	*give;
	void		*ctx;
	size_t		 len;
	unsigned char	 at[OUT_OCTETS];
};

/* After '=': what has been seen of the escape. */
enum quoted { PLAIN, ESCAPE, DIGIT, BLANK, RETURN };

static void
out_flush(struct out *out)
{
	if (out->len > 0)
		out->give(out->ctx, str_make(out->at, out->len));
	out->len = 0;
}

static void
out_add(struct out *out, char c)
{
	if (out->len == OUT_OCTETS)
		out_flush(out);
	out->at[out->len++] = (unsigned char)c;
}

static void
out_span(struct out *out, struct str span)
{
	if (span.len > OUT_OCTETS - out->len)
		out_flush(out);
	if (span.len > OUT_OCTETS) {
		out->give(out->ctx, span);
	} else if (span.len > 0) {
		memcpy(out->at + out->len, span.ptr, span.len);
		out->len += span.len;
	}
}

/* Groups of four with nothing between them, as many as there is room for. */
static size_t
read_groups(struct str text, struct out *out)
{
	const unsigned char *p = (const unsigned char *)text.ptr;
	unsigned char *to = out->at + out->len;
	size_t i = 0, room = (OUT_OCTETS - out->len) / 3;

	for (; text.len - i >= 4 && room > 0; room--, i += 4, to += 3) {
		unsigned a = base64_digits[p[i]] - 1u;
		unsigned b = base64_digits[p[i + 1]] - 1u;
		unsigned c = base64_digits[p[i + 2]] - 1u;
		unsigned d = base64_digits[p[i + 3]] - 1u;
		uint32_t bits = a << 18 | b << 12 | c << 6 | d;

		if ((a | b | c | d) > 63)
			break;
		to[0] = (unsigned char)(bits >> 16);
		to[1] = (unsigned char)(bits >> 8);
		to[2] = (unsigned char)bits;
	}
	out->len = (size_t)(to - out->at);
	return i;
}

/* The octets that an unfinished group makes; one digit makes none. */
static void
end_group(struct mime_decoder *decoder, struct out *out)
{
	if (decoder->digits == 1)
		decoder->bad = true;
	if (decoder->digits == 2) {
		out_add(out, (char)(decoder->bits >> 4));
	} else if (decoder->digits == 3) {
		out_add(out, (char)(decoder->bits >> 10));
		out_add(out, (char)(decoder->bits >> 2));
	}
	decoder->digits = 0;
	decoder->bits = 0;
}

static void
base64_octet(struct mime_decoder *decoder, char c, struct out *out)
{
	unsigned value = base64_digits[(unsigned char)c];

	if (value == BASE64_PAD)
		end_group(decoder, out);
	else if (value == 0)
		decoder->bad = true;
	if (value == 0 || value >= BASE64_SPACE)
		return;
	decoder->bits = decoder->bits << 6 | (value - 1);
	if (++decoder->digits < 4)
		return;
	out_add(out, (char)(decoder->bits >> 16));
	out_add(out, (char)(decoder->bits >> 8));
	out_add(out, (char)decoder->bits);
	decoder->digits = 0;
	decoder->bits = 0;
}

static void
read_base64(struct mime_decoder *decoder, struct str piece, struct out *out)
{
	for (size_t i = 0; i < piece.len; i++) {
		if (decoder->digits == 0) {
			if (OUT_OCTETS - out->len < 3)
				out_flush(out);
			i += read_groups(str_skip(piece, i), out);
		}
		if (i < piece.len)
			base64_octet(decoder, piece.ptr[i], out);
	}
}

/* False: c is no part of the escape, and still to be read. */
static bool
quoted_octet(struct mime_decoder *decoder, char c, struct out *out)
{
	enum quoted state = (enum quoted)decoder->state;

	decoder->state = PLAIN;
	if (state == DIGIT) {
		if (ascii_hex(c) >= 0) {
			out_add(out, (char)(ascii_hex(decoder->digit) << 4 |
			    ascii_hex(c)));
			return true;
		}
		out_add(out, '=');
		out_add(out, decoder->digit);
		return false;
	}
	if (c == '\n')
		return true;		/* a soft line break */
	if (state == RETURN)
		return false;
	if (c == '\r') {
		decoder->state = RETURN;
	} else if (c == ' ' || c == '\t') {
		decoder->state = BLANK;
	} else if (state == ESCAPE && ascii_hex(c) >= 0) {
		decoder->digit = c;
		decoder->state = DIGIT;
	} else {
		out_span(out, state == BLANK ? STR("= ") : STR("="));
		return false;
	}
	return true;
}

static void
read_quoted(struct mime_decoder *decoder, struct str piece, struct out *out)
{
	while (piece.len > 0) {
		size_t plain;

		if (decoder->state != PLAIN) {
			if (quoted_octet(decoder, piece.ptr[0], out))
				piece = str_skip(piece, 1);
			continue;
		}
		plain = str_chr(piece, '=');
		out_span(out, str_slice(piece, 0, plain));
		if (plain < piece.len)
			decoder->state = ESCAPE;
		piece = str_skip(piece, plain + 1);
	}
}

void
mime_decode_init(struct mime_decoder *decoder, enum mime_encoding encoding)
{
	*decoder = (struct mime_decoder){ .encoding = encoding,
					  .state = PLAIN };
}

void
mime_decode(struct mime_decoder *decoder, struct str piece,
    mime_decode_fn *give, void *ctx)
{
	struct out out;

	out.give = give;
	out.ctx = ctx;
	out.len = 0;
	switch (decoder->encoding) {
	case MIME_IDENTITY:
		if (piece.len > 0)
			give(ctx, piece);
		return;
	case MIME_BASE64:
		read_base64(decoder, piece, &out);
		break;
	case MIME_QUOTED_PRINTABLE:
		read_quoted(decoder, piece, &out);
		break;
	}
	out_flush(&out);
}

void
mime_decode_end(struct mime_decoder *decoder, mime_decode_fn *give, void *ctx)
{
	struct out out;

	out.give = give;
	out.ctx = ctx;
	out.len = 0;
	if (decoder->digits > 0)
		decoder->bad = true;
	end_group(decoder, &out);
	/* A soft line break whose line end belongs to the boundary is one. */
	if (decoder->state == DIGIT) {
		out_add(&out, '=');
		out_add(&out, decoder->digit);
	}
	decoder->state = PLAIN;
	out_flush(&out);
}
