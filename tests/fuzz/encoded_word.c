/*
 * Encoded words: whatever is decoded is valid UTF-8 on one line, without
 * controls, and what is decoded twice of plain text is the same.
 */
#include "base/ensure.h"
#include "base/limits.h"
#include "mail/encoded_word.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct str text)
{
	ensure(str_is_utf8(text));
	ensure(text.len <= 4 * LIMIT_DECODED_OCTETS);
	ensure(str_trim(text).len == text.len);
	for (size_t i = 0; i < text.len; i++)
		ensure((unsigned char)text.ptr[i] >= ' ' &&
		    text.ptr[i] != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str text = encoded_word_decode(arena, str_make(data, size));

	check_text(text);
	/* A text may hold more words, by what was decoded. */
	if (text.len <= LIMIT_DECODED_OCTETS && str_chr(text, '?') == text.len)
		ensure(str_eq(text, encoded_word_decode(arena, text)));
	arena_free(arena);
	return 0;
}
