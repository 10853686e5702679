/*
 * Any packed text, in steps that the first two octets say: no engine writes
 * past its room or reads past what it is given, each comes to an end, and what
 * both take for whole is one text.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "event/gzip.h"

enum { TEXT_MAX = 1 << 20, IN_MAX = 64 * 1024, OUT_MAX = 64 * 1024,
       PAGE = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct unpacked {
	char	text[TEXT_MAX];
	size_t	len;
	bool	whole;
};

/* The end of so much room: behind it is nothing that can be touched. */
static char *
room_before_nothing(size_t size)
{
	char *at = mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED || mprotect(at + size, PAGE, PROT_NONE) != 0)
		abort();
	return at + size;
}

static void
unpack(const struct gzip_engine *engine, struct str packed, size_t in,
    size_t out, struct unpacked *to)
{
	static char *in_end, *out_end;
	void *state = engine->open();
	ssize_t got;

	if (in_end == NULL) {
		in_end = room_before_nothing(IN_MAX);
		out_end = room_before_nothing(OUT_MAX);
	}
	to->len = 0;
	do {
		struct str piece = str_slice(packed, 0, in);
		struct str from = str_make(in_end - piece.len, piece.len);

		memcpy(in_end - piece.len, piece.ptr, piece.len);
		got = engine->read(state, &from, out_end - out, out);
		if (got > (ssize_t)out || from.len > piece.len ||
		    (got == 0 && from.len == piece.len && piece.len > 0))
			abort();
		packed = str_skip(packed, piece.len - from.len);
		if (got > 0 && to->len + (size_t)got <= TEXT_MAX) {
			memcpy(to->text + to->len, out_end - out,
			    (size_t)got);
			to->len += (size_t)got;
		}
	} while ((got > 0 || (got == 0 && packed.len > 0)) &&
	    to->len + out <= TEXT_MAX);
	to->whole = got == 0 && !engine->midway(state);
	engine->close(state);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t ins[] = { IN_MAX, 1, 3, 9, 100, 4096 };
	static const size_t outs[] = { OUT_MAX, 1, 7, 300, 4096, 40000 };
	static struct unpacked by_zlib, by_isal;
	struct str packed;

	if (size < 2)
		return 0;
	packed = str_make((const char *)data + 2, size - 2);
	unpack(&gzip_zlib, packed, ins[data[0] % 6], outs[data[1] % 6],
	    &by_zlib);
	unpack(gzip_fastest, packed, ins[data[0] / 6 % 6],
	    outs[data[1] / 6 % 6], &by_isal);
	if (by_zlib.whole && by_isal.whole && (by_zlib.len != by_isal.len ||
	    memcmp(by_zlib.text, by_isal.text, by_zlib.len) != 0))
		abort();
	return 0;
}
