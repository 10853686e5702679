#include "tool/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ensure.h"

enum { READ_SIZE = 64 * 1024 };

/* The whole stream, on the heap: a message may be large. */
static bool
read_all(FILE *in, struct str *text_out)
{
	size_t len = 0, size = READ_SIZE, got;
	char *text = xrealloc(NULL, size);

	while ((got = fread(text + len, 1, size - len, in)) > 0) {
		len += got;
		if (len == size)
			text = xrealloc(text, size *= 2);
	}
	*text_out = str_make(text, len);
	return ferror(in) == 0;
}

bool
message_read_raw(struct arena *arena, const char *path,
    struct message_file *message_out, struct str *raw_out)
{
	bool is_stdin = str_eqz(str_from(path), "-");
	FILE *in = is_stdin ? stdin : fopen(path, "rb");
	bool ok;
	int saved;

	*message_out = (struct message_file){ .body = STR_NONE };
	*raw_out = STR_NONE;
	if (in == NULL)
		return false;
	ok = read_all(in, raw_out);
	saved = errno;
	if (!is_stdin)
		fclose(in);
	if (ok)
		message_split(arena, message_with_crlf(arena, *raw_out),
		    message_out);
	errno = saved;
	return ok;
}

bool
message_read(struct arena *arena, const char *path,
    struct message_file *message_out)
{
	struct str raw;
	bool ok = message_read_raw(arena, path, message_out, &raw);
	int saved = errno;

	free((void *)(uintptr_t)raw.ptr);
	errno = saved;
	return ok;
}
