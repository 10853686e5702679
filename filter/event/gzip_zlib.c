#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/ensure.h"
#include "event/gzip.h"

struct state {
	z_stream	z;
	bool		midway;
};

static void *
state_open(void)
{
	struct state *state = xcalloc(1, sizeof(*state));

	ensure(inflateInit2(&state->z, 15 + 16) == Z_OK);
	return state;
}

static void
state_close(void *ctx)
{
	struct state *state = ctx;

	inflateEnd(&state->z);
	free(state);
}

static uInt
part_of(size_t size)
{
	return size < UINT_MAX ? (uInt)size : UINT_MAX;
}

static ssize_t
state_read(void *ctx, struct str *from, char *into, size_t size)
{
	struct state *state = ctx;
	z_stream *z = &state->z;
	uInt in = part_of(from->len), out = part_of(size);
	int status;

	if (in == 0 && !state->midway)
		return 0;
	z->next_in = (Bytef *)(uintptr_t)from->ptr;
	z->avail_in = in;
	z->next_out = (Bytef *)into;
	z->avail_out = out;
	status = inflate(z, Z_NO_FLUSH);
	*from = str_skip(*from, in - z->avail_in);
	if (status == Z_STREAM_END)
		inflateReset(z);
	else if (status != Z_OK && status != Z_BUF_ERROR)
		return -1;
	state->midway = status != Z_STREAM_END;
	return (ssize_t)(out - z->avail_out);
}

static bool
state_midway(const void *ctx)
{
	return ((const struct state *)ctx)->midway;
}

const struct gzip_engine gzip_zlib = {
	"zlib", state_open, state_close, state_read, state_midway
};
