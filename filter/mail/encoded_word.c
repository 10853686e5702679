#include "mail/encoded_word.h"

#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/limits.h"
#include "mail/charset.h"
#include "mail/header.h"

struct word {
	struct str	charset;
	char		encoding;	/* 'b' or 'q' */
	struct str	text;
};

struct decoder {
	struct arena	*arena;
	struct buf	 out;
	struct str	 charset;	/* of the octets not yet converted */
	struct buf	 octets;
	bool		 after_word;
	bool		 no_end;	/* "?=" does not come any more */
};

/* Behind "=?": the set, "?Q?" or "?B?", the text and "?=". */
static bool
take_word(struct decoder *decoder, struct str *rest, struct word *word_out)
{
	struct str all = *rest, text;
	size_t mark = str_chr(str_slice(all, 0, LIMIT_CHARSET_OCTETS), '?');
	const char *end;

	if (decoder->no_end || mark == 0 || all.len < mark + 3 ||
	    all.ptr[mark] != '?' || all.ptr[mark + 2] != '?')
		return false;
	text = str_skip(all, mark + 3);
	end = text.len == 0 ? NULL : memmem(text.ptr, text.len, "?=", 2);
	if (end == NULL) {
		decoder->no_end = true;
		return false;
	}
	word_out->charset = str_slice(all, 0, mark);
	word_out->charset.len = str_chr(word_out->charset, '*');
	word_out->encoding = ascii_lower(all.ptr[mark + 1]);
	word_out->text = str_slice(text, 0, (size_t)(end - text.ptr));
	if (word_out->encoding != 'b' && word_out->encoding != 'q')
		return false;
	*rest = str_skip(text, word_out->text.len + 2);
	return true;
}

/* "Q" (RFC 2047 section 4.2): an underscore is a blank. */
static void
add_quoted(struct buf *out, struct str text)
{
	for (;;) {
		size_t blank = str_chr(text, '_');

		buf_add_unescaped(out, str_slice(text, 0, blank), '=');
		if (blank == text.len)
			return;
		buf_addc(out, ' ');
		text = str_skip(text, blank + 1);
	}
}

/* Digits alone, in whole groups: one digit too many is no octet. */
static struct str
only_digits(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++)
		if (ascii_alnum(text.ptr[i]) || text.ptr[i] == '+' ||
		    text.ptr[i] == '/')
			out[len++] = text.ptr[i];
	return str_make(out, len - (len % 4 == 1));
}

static void
add_base64(struct arena *arena, struct buf *out, struct str text)
{
	struct str octets;

	if (base64_read(arena, text, &octets) ||
	    base64_read(arena, only_digits(arena, text), &octets))
		buf_add(out, octets);
}

static void
flush(struct decoder *decoder)
{
	charset_add(&decoder->out, decoder->charset,
	    buf_str(&decoder->octets));
	decoder->octets.len = 0;
}

static void
add_plain(struct decoder *decoder, struct str text)
{
	/* White space between two encoded words is none (section 6.2). */
	if (decoder->after_word && str_trim(text).len == 0)
		return;
	flush(decoder);
	charset_add(&decoder->out, STR_NONE, text);
}

static void
add_word(struct decoder *decoder, const struct word *word)
{
	if (!str_eq_nocase(word->charset, decoder->charset))
		flush(decoder);
	decoder->charset = word->charset;
	if (word->encoding == 'q')
		add_quoted(&decoder->octets, word->text);
	else
		add_base64(decoder->arena, &decoder->octets, word->text);
	decoder->after_word = true;
}

static size_t
find_opening(struct str text, size_t from)
{
	const char *at = from >= text.len ? NULL :
	    memmem(text.ptr + from, text.len - from, "=?", 2);

	return at == NULL ? text.len : (size_t)(at - text.ptr);
}

static void
decode(struct decoder *decoder, struct str text)
{
	size_t at = 0;

	while ((at = find_opening(text, at)) < text.len) {
		struct str rest = str_skip(text, at + 2);
		struct word word;

		if (take_word(decoder, &rest, &word)) {
			add_plain(decoder, str_slice(text, 0, at));
			add_word(decoder, &word);
			text = rest;
			at = 0;
		} else {
			at++;
		}
	}
	decoder->after_word = false;
	add_plain(decoder, text);
}

struct str
encoded_word_decode(struct arena *arena, struct str value)
{
	struct str text = header_unfold(arena, str_slice(value, 0,
	    LIMIT_DECODED_OCTETS));
	struct decoder decoder = { .arena = arena };

	buf_init(&decoder.out, arena, SIZE_MAX);
	buf_init(&decoder.octets, arena, LIMIT_DECODED_OCTETS);
	decode(&decoder, text);
	return str_trim(buf_str(&decoder.out));
}
