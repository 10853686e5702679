/*
 * Date: what is read lies within the years that can be written, also with a
 * comment at its end, and does not change where it is written again in blanks.
 */
#include "base/buf.h"
#include "base/ensure.h"
#include "mail/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str value = str_make(data, size);
	int64_t time, again = 0;
	struct buf buf;

	if (date_read(value, &time)) {
		/* 1900 and 9999, and a zone of 100 hours. */
		ensure(time > -2208988800 - 360000 - 60);
		ensure(time < 253402300800 + 360000 + 60);
		buf_init(&buf, arena, SIZE_MAX);
		buf_addz(&buf, "\r\n (x) ");
		buf_add(&buf, value);
		buf_addz(&buf, " (y)\t");
		ensure(date_read(buf_str(&buf), &again) && again == time);
	}
	arena_free(arena);
	return 0;
}
