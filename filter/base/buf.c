#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"

void
buf_init(struct buf *buf, struct arena *arena, size_t max)
{
	*buf = (struct buf){ .arena = arena, .max = max };
}

static void
reserve(struct buf *buf, size_t need)
{
	size_t size = buf->size < 64 ? 64 : buf->size;
	char *p;

	if (need <= buf->size)
		return;
	while (size < need)
		size *= 2;
	if (size > buf->max)
		size = buf->max;
	if (buf->size > 0 &&
	    arena_extend(buf->arena, buf->ptr, buf->size, size)) {
		buf->size = size;
		return;
	}
	p = arena_alloc(buf->arena, size);
	if (buf->len > 0)
		memcpy(p, buf->ptr, buf->len);
	buf->ptr = p;
	buf->size = size;
}

void
buf_add(struct buf *buf, struct str s)
{
	size_t room = buf->max - buf->len;

	if (s.len <= buf->size - buf->len && s.len > 0) {
		memcpy(buf->ptr + buf->len, s.ptr, s.len);
		buf->len += s.len;
		return;
	}
	if (s.len > room) {
		buf->full = true;
		s.len = room;
	}
	if (s.len == 0)
		return;
	reserve(buf, buf->len + s.len);
	memcpy(buf->ptr + buf->len, s.ptr, s.len);
	buf->len += s.len;
}

void
buf_addz(struct buf *buf, const char *z)
{
	buf_add(buf, str_from(z));
}

void
buf_addc(struct buf *buf, char c)
{
	if (buf->len < buf->size)
		buf->ptr[buf->len++] = c;
	else
		buf_add(buf, str_make(&c, 1));
}

void
buf_add_unescaped(struct buf *buf, struct str s, char mark)
{
	for (size_t i = 0; i < s.len; i++) {
		int octet = s.ptr[i] == mark ? ascii_octet(s, i + 1) : -1;

		if (octet >= 0) {
			buf_addc(buf, (char)octet);
			i += 2;
		} else {
			buf_addc(buf, s.ptr[i]);
		}
	}
}

void
buf_add_escaped(struct buf *buf, char mark, char octet)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char value = (unsigned char)octet;
	const char code[3] = { mark, digits[value >> 4], digits[value & 15] };

	buf_add(buf, str_make(code, sizeof(code)));
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	buf_add(buf, arena_vprintf(buf->arena, format, ap));
	va_end(ap);
}

struct str
buf_str(const struct buf *buf)
{
	return str_make(buf->ptr, buf->len);
}

bool
buf_full(const struct buf *buf)
{
	return buf->full;
}
