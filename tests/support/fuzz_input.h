/*
 * fuzz_input - the bytes of a fuzzer, taken apart in order
 *
 * Past the end all is zero and empty, so that every input is a whole one.
 */
#ifndef ASSAY_TESTS_FUZZ_INPUT_H
#define ASSAY_TESTS_FUZZ_INPUT_H

#include "base/str.h"

static inline unsigned
fuzz_byte(struct str *input)
{
	unsigned value;

	if (input->len == 0)
		return 0;
	value = (unsigned char)input->ptr[0];
	*input = str_skip(*input, 1);
	return value;
}

/* A text behind its length: one octet, or 255 and two. */
static inline struct str
fuzz_text(struct str *input)
{
	size_t len = fuzz_byte(input);
	struct str text;

	if (len == 255) {
		len = fuzz_byte(input) << 8;
		len += fuzz_byte(input);
	}
	text = str_slice(*input, 0, len);
	*input = str_skip(*input, text.len);
	return text;
}

#endif
