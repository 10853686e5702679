#include "config.h"
#include "event/gzip.h"

#ifdef HAVE_ISAL

#include <isa-l/igzip_lib.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/ensure.h"

/* What comes one behind the other in a member; RFC 1952 section 2.3. */
enum part { FIXED, EXTRA_LEN, EXTRA, NAME, COMMENT, HEADER_CRC, BODY };

/* The header's flags; those of the first parts are in each. */
enum { FLAG_HEADER_CRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16,
       FLAGS_RESERVED = 0xe0 };

struct state {
	struct inflate_state	z;
	bool			midway;
	enum part		part;
	size_t			at;		/* octet of the part */
	unsigned char		flags;
	size_t			number;		/* of the part, so far */
	size_t			extra_len;
	unsigned long		crc;		/* of the header */
};

static void *
state_open(void)
{
	struct state *state = xcalloc(1, sizeof(*state));

	isal_inflate_init(&state->z);
	state->z.crc_flag = ISAL_GZIP_NO_HDR_VER;
	return state;
}

static void
state_close(void *ctx)
{
	free(ctx);
}

/* ---- the header ---- */

/* ISA-L's own reader of it takes checksums of headers that come in pieces for
 * wrong. */
static void
end_part(struct state *state)
{
	static const unsigned char flags[] = {
		[EXTRA_LEN] = FLAG_EXTRA, [EXTRA] = FLAG_EXTRA,
		[NAME] = FLAG_NAME, [COMMENT] = FLAG_COMMENT,
		[HEADER_CRC] = FLAG_HEADER_CRC
	};

	do
		state->part++;
	while (state->part < BODY && ((state->flags & flags[state->part]) ==
	    0 || (state->part == EXTRA && state->extra_len == 0)));
	state->at = state->number = 0;
}

static bool
take_fixed(struct state *state, unsigned char c)
{
	static const unsigned char start[] = { 0x1f, 0x8b, Z_DEFLATED };
	enum { FLAGS = sizeof(start), LAST = 9 };

	if (state->at < FLAGS && c != start[state->at])
		return false;
	if (state->at == FLAGS)
		state->flags = c;
	if (state->at == LAST)
		end_part(state);
	else
		state->at++;
	return (state->flags & FLAGS_RESERVED) == 0;
}

static bool
take_counted(struct state *state, size_t count)
{
	if (++state->at == count)
		end_part(state);
	return true;
}

/* False: it is no header. */
static bool
take_octet(struct state *state, unsigned char c)
{
	if (state->part != HEADER_CRC)
		state->crc = crc32(state->crc, &c, 1);
	state->number |= (size_t)c << (8 * (state->at & 1));
	switch (state->part) {
	case FIXED:
		return take_fixed(state, c);
	case EXTRA_LEN:
		state->extra_len = state->number;
		return take_counted(state, 2);
	case EXTRA:
		return take_counted(state, state->extra_len);
	case NAME:
	case COMMENT:
		if (c == '\0')
			end_part(state);
		return true;
	case HEADER_CRC:
		return (state->at == 0 || state->number ==
		    (state->crc & 0xffff)) && take_counted(state, 2);
	case BODY:
		break;
	}
	return false;
}

/* False: it is no header; else the body comes next, or there is no more. */
static bool
take_header(struct state *state, struct str *from)
{
	while (state->part != BODY && from->len > 0) {
		if (!take_octet(state, (unsigned char)from->ptr[0]))
			return false;
		*from = str_skip(*from, 1);
		state->midway = true;
	}
	return true;
}

/* ---- the body ---- */

static uint32_t
part_of(size_t size)
{
	return size < INT32_MAX ? (uint32_t)size : INT32_MAX;
}

static void
end_member(struct state *state)
{
	isal_inflate_reset(&state->z);
	state->midway = false;
	state->part = FIXED;
	state->at = state->number = state->crc = 0;
	state->flags = 0;
}

static ssize_t
state_read(void *ctx, struct str *from, char *into, size_t size)
{
	struct state *state = ctx;
	struct inflate_state *z = &state->z;
	uint32_t in, out = part_of(size);
	size_t got;

	if (!take_header(state, from))
		return -1;
	if (state->part != BODY)
		return 0;
	in = part_of(from->len);
	z->next_in = (uint8_t *)(uintptr_t)from->ptr;
	z->avail_in = in;
	z->next_out = (uint8_t *)into;
	z->avail_out = out;
	if (isal_inflate(z) < 0)
		return -1;
	*from = str_skip(*from, in - z->avail_in);
	got = out - z->avail_out;
	if (z->block_state == ISAL_BLOCK_FINISH)
		end_member(state);
	else if (in > 0 && z->avail_in == in && got == 0)
		return -1;
	return (ssize_t)got;
}

static bool
state_midway(const void *ctx)
{
	return ((const struct state *)ctx)->midway;
}

static const struct gzip_engine isal = {
	"ISA-L", state_open, state_close, state_read, state_midway
};

const struct gzip_engine *const gzip_fastest = &isal;

#else

const struct gzip_engine *const gzip_fastest = &gzip_zlib;

#endif
