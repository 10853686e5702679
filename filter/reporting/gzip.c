#include "reporting/gzip.h"

#include "base/ensure.h"

enum { WITH_HEAD = 15 + 16, CHUNK = 64 * 1024 };

static bool
deflate_piece(struct gzip *gzip, struct str piece, int flush)
{
	unsigned char out[CHUNK];
	z_stream *z = &gzip->z;

	z->next_in = (unsigned char *)(uintptr_t)piece.ptr;
	z->avail_in = (unsigned)piece.len;
	do {
		z->next_out = out;
		z->avail_out = sizeof(out);
		ensure(deflate(z, flush) != Z_STREAM_ERROR);
		if (!gzip->take(gzip->ctx, str_make((char *)out,
		    sizeof(out) - z->avail_out)))
			return false;
	} while (z->avail_out == 0);
	return true;
}

void
gzip_begin(struct gzip *gzip, gzip_take_fn *take, void *ctx)
{
	*gzip = (struct gzip){ .take = take, .ctx = ctx };
	ensure(deflateInit2(&gzip->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
	    WITH_HEAD, 8, Z_DEFAULT_STRATEGY) == Z_OK);
}

bool
gzip_add(struct gzip *gzip, struct str text)
{
	return deflate_piece(gzip, text, Z_NO_FLUSH);
}

bool
gzip_end(struct gzip *gzip, bool whole)
{
	bool ok = !whole || deflate_piece(gzip, STR_NONE, Z_FINISH);

	deflateEnd(&gzip->z);
	return ok;
}

static int
inflate_all(z_stream *z, gzip_take_fn *take, void *ctx)
{
	unsigned char out[CHUNK];
	int status;

	do {
		z->next_out = out;
		z->avail_out = sizeof(out);
		status = inflate(z, Z_NO_FLUSH);
		if (!take(ctx, str_make((char *)out,
		    sizeof(out) - z->avail_out)))
			return Z_BUF_ERROR;
	} while (status == Z_OK);
	return status;
}

bool
gzip_unpack(struct str packed, gzip_take_fn *take, void *ctx)
{
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)packed.ptr,
	    .avail_in = (unsigned)packed.len };
	int status;

	ensure(inflateInit2(&z, WITH_HEAD) == Z_OK);
	status = inflate_all(&z, take, ctx);
	inflateEnd(&z);
	return status == Z_STREAM_END;
}
