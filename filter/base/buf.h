/*
 * buf - text that grows in an arena, up to a maximum
 *
 * What does not fit below max is left out and buf_full() says so; the text
 * stays a valid prefix.  buf_str() is valid until the next write.
 */
#ifndef ASSAY_BASE_BUF_H
#define ASSAY_BASE_BUF_H

#include "base/arena.h"

struct buf {
	struct arena	*arena;
	char		*ptr;
	size_t		 len, size, max;
	bool		 full;
};

void buf_init(struct buf *buf, struct arena *arena, size_t max);
void buf_add(struct buf *buf, struct str s);
void buf_addz(struct buf *buf, const char *z);
void buf_addc(struct buf *buf, char c);
/* s with "%41" as the octet that it says, where mark is '%'; a mark that no
 * two hexadecimal digits follow is itself. */
void buf_add_unescaped(struct buf *buf, struct str s, char mark);
/* The octet as "%2F", where mark is '%'. */
void buf_add_escaped(struct buf *buf, char mark, char octet);
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct str buf_str(const struct buf *buf);
bool buf_full(const struct buf *buf);

#endif
