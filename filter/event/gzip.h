/*
 * gzip - unpack gzip (RFC 1952)
 *
 * Two engines: zlib, and ISA-L, which takes half of the time but is not to be
 * had for every processor.  Members behind
 * each other are one text; lengths and checksums are checked.
 *
 * Hostile:	what is packed.
 * Threads:	one at a time.
 */
#ifndef ASSAY_EVENT_GZIP_H
#define ASSAY_EVENT_GZIP_H

#include <sys/types.h>

#include "base/str.h"

struct gzip_engine {
	const char	*name;
	void		*(*open)(void);
	void		(*close)(void *state);
	/*
	 * Up to size octets of the text; what was taken of *from is cut off.
	 * 0: more is needed.  Negative: the data are broken.
	 */
	ssize_t		(*read)(void *state, struct str *from, char *into,
			    size_t size);
	/* The last read() ended in a member, not behind one. */
	bool		(*midway)(const void *state);
};

extern const struct gzip_engine gzip_zlib;

/* ISA-L where assay is built with it, else zlib. */
extern const struct gzip_engine *const gzip_fastest;

#endif
