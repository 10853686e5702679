/*
 * gzip - text to gzip'ed octets (RFC 1952) and back, a piece at a time
 *
 * The same text gives the same octets, wherever its pieces end.
 *
 * Ownership:	zlib's memory, between gzip_begin() and gzip_end().
 */
#ifndef ASSAY_REPORTING_GZIP_H
#define ASSAY_REPORTING_GZIP_H

#include <zlib.h>

#include "base/str.h"

/* False: no more. */
typedef bool gzip_take_fn(void *ctx, struct str octets);

struct gzip {
	z_stream	 z;
	gzip_take_fn	*take;
	void		*ctx;
};

void gzip_begin(struct gzip *gzip, gzip_take_fn *take, void *ctx);
/* False: take() said so. */
bool gzip_add(struct gzip *gzip, struct str text);
/* whole: the end of the text; else it is given up, and true. */
bool gzip_end(struct gzip *gzip, bool whole);

/* What was packed; false: take() said so, or it is none. */
bool gzip_unpack(struct str packed, gzip_take_fn *take, void *ctx);

#endif
