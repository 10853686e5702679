/*
 * Archives, by their own octets: the same is told however they are cut, names
 * are as long as they may be, and what stands before a ZIP hides none of it.
 * The first octet: the format, and the size of the pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "mail/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The last octets of what was read when a buffer of its is full. */
enum { BEFORE_END = ARCHIVE_BUFFER_OCTETS - 60 };

struct told {
	struct arena	*arena;
	struct buf	 names;
};

static void
tell(void *ctx, struct str name)
{
	struct told *told = ctx;

	ensure(name.len > 0 && name.len <= LIMIT_ARCHIVE_NAME_OCTETS);
	buf_add(&told->names, name);
	buf_addc(&told->names, '\n');
	ensure(str_is_utf8(archive_name_text(told->arena, name)));
}

/* What is told, and whether it says that it is encrypted. */
static struct str
read_all(struct arena *arena, enum archive_format format, struct str octets,
    size_t piece)
{
	struct archive *archive = malloc(sizeof(*archive));
	struct told told = { .arena = arena };

	buf_init(&told.names, arena, SIZE_MAX);
	archive_begin(archive, format, tell, &told);
	while (octets.len > 0 && archive_read(archive,
	    str_slice(octets, 0, piece)))
		octets = str_skip(octets, piece);
	archive_end(archive);
	buf_addc(&told.names, archive->encrypted ? '+' : '-');
	free(archive);
	return buf_str(&told.names);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char shifted[ARCHIVE_BUFFER_OCTETS + 8192];
	unsigned first = size > 0 ? data[0] : 0;
	enum archive_format format = (enum archive_format)(first % 8);
	struct str octets = str_skip(str_make(data, size), 1), whole;
	struct arena *arena = arena_new();

	whole = read_all(arena, format, octets, SIZE_MAX);
	ensure(str_eq(read_all(arena, format, octets, 1 + first / 8), whole));
	if ((format == ARCHIVE_ZIP || format == ARCHIVE_OLE) &&
	    octets.len <= sizeof(shifted) - BEFORE_END) {
		memset(shifted, 'x', BEFORE_END);
		if (octets.len > 0)
			memcpy(shifted + BEFORE_END, octets.ptr, octets.len);
		ensure(str_eq(read_all(arena, format, str_make(shifted,
		    BEFORE_END + octets.len), SIZE_MAX), whole));
	}
	arena_free(arena);
	return 0;
}
