#include "tests/support/fuzz_mail.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

bool
fuzz_mail_field(struct str *message, struct header_field *field_out)
{
	struct str text = *message, line;
	size_t end = 0, colon;

	if (text.len == 0)
		return false;
	while (end < text.len && !(text.ptr[end] == '\n' &&
	    (end + 1 == text.len || (text.ptr[end + 1] != ' ' &&
	    text.ptr[end + 1] != '\t'))))
		end++;
	line = str_slice(text, 0, end);
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	*message = str_skip(text, end + 1);
	if (line.len == 0)
		return false;
	colon = str_chr(line, ':');
	*field_out = (struct header_field){ str_slice(line, 0, colon),
	    str_skip(line, colon + 1) };
	return true;
}

void
fuzz_mail_pieces(struct str text, size_t size, fuzz_mail_fn *give, void *ctx)
{
	while (text.len > 0) {
		size_t len = text.len < size ? text.len : size;
		char *copy = malloc(len);

		ensure(copy != NULL);
		memcpy(copy, text.ptr, len);
		give(ctx, str_make(copy, len));
		free(copy);
		text = str_skip(text, len);
	}
}
