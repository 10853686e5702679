/*
 * What reports come in: any file is documents or troubles, each document ends
 * once, and none holds more than the limit.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "feedback/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct count {
	unsigned	begun, ended, troubles;
	size_t		octets;
};

static void
on_begin(void *ctx, struct str name)
{
	struct count *count = ctx;

	ensure(count->begun == count->ended && name.len > 0);
	count->begun++;
	count->octets = 0;
}

static bool
on_piece(void *ctx, struct str piece)
{
	struct count *count = ctx;

	ensure(piece.len > 0 && count->begun == count->ended + 1);
	count->octets += piece.len;
	ensure(count->octets <= LIMIT_AGGREGATE_OCTETS);
	return count->octets < 1024 * 1024;
}

static void
on_end(void *ctx, const char *why)
{
	struct count *count = ctx;

	(void)why;
	count->ended++;
	ensure(count->begun == count->ended);
}

static void
on_trouble(void *ctx, struct str name, const char *why)
{
	struct count *count = ctx;

	ensure(name.len > 0 && why != NULL);
	count->troubles++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct unpack_handler handler = {
		on_begin, on_piece, on_end, on_trouble
	};
	struct count count = { .begun = 0 };

	ensure(unpack(str_make(data, size), STR("file"), &handler, &count) ==
	    count.begun);
	ensure(count.begun == count.ended);
	ensure(count.begun + count.troubles > 0);
	return 0;
}
