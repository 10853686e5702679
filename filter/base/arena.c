#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/ensure.h"

enum { BLOCK_FIRST = 264, BLOCK_WORK = 2048, BLOCK_MAX = 64 * 1024,
       ALIGN = 8, LOOK_BACK = 4, SHORT_TEXT = 256,	/* most are shorter */
       BLOCK_LARGE = 4 * 1024 * 1024, PAGE_LARGE = 2 * 1024 * 1024 };

/* Texts need no alignment: they are taken from the end, all else from the
 * beginning.  A connection that waits has some twenty blocks: their heads are
 * small. */
struct block {
	struct block	*next;
	uint32_t	 used, end;	/* what is free is between them */
	_Alignas(ALIGN) char bytes[];
};

struct at_end {
	struct at_end	*next;
	void		(*run)(void *ctx);
	void		*ctx;
};

/* blocks begins with the one in use; reset keeps the last. */
struct arena {
	struct block	*blocks;
	struct at_end	*at_end;
	size_t		 used;
	size_t		 least;		/* octets of a block */
	size_t		 last_size;	/* of the last of the blocks */
};

/* Large tables are read here and there: large pages spare half of the time. */
static void *
large_alloc(size_t size)
{
	void *at;

	size = (size + PAGE_LARGE - 1) & ~(size_t)(PAGE_LARGE - 1);
	at = aligned_alloc(PAGE_LARGE, size);
	if (at != NULL)
		madvise(at, size, MADV_HUGEPAGE);	/* or none, as it is */
	return at;
}

static struct block *
block_new(size_t size, struct block *next)
{
	size_t whole = sizeof(struct block) + size;
	struct block *block = whole < BLOCK_LARGE ? malloc(whole) :
	    large_alloc(whole);

	ensure(block != NULL && size <= UINT32_MAX);
	block->next = next;
	block->used = 0;
	block->end = (uint32_t)size;
	return block;
}

struct arena *
arena_new_sized(size_t size)
{
	struct arena *arena = xcalloc(1, sizeof(*arena));

	arena->least = size;
	return arena;
}

struct arena *
arena_new(void)
{
	return arena_new_sized(BLOCK_FIRST);
}

struct arena *
arena_new_work(void)
{
	return arena_new_sized(BLOCK_WORK);
}

void
arena_at_end(struct arena *arena, void (*run)(void *ctx), void *ctx)
{
	struct at_end *at_end = arena_alloc(arena, sizeof(*at_end));

	*at_end = (struct at_end){ arena->at_end, run, ctx };
	arena->at_end = at_end;
}

static void
free_all_but_first(struct arena *arena)
{
	while (arena->at_end != NULL) {
		struct at_end *at_end = arena->at_end;

		arena->at_end = at_end->next;
		at_end->run(at_end->ctx);
	}
	while (arena->blocks != NULL && arena->blocks->next != NULL) {
		struct block *old = arena->blocks;

		arena->blocks = old->next;
		free(old);
	}
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	free_all_but_first(arena);
	free(arena->blocks);
	free(arena);
}

void
arena_reset(struct arena *arena)
{
	free_all_but_first(arena);
	if (arena->blocks != NULL && arena->last_size > arena->least) {
		free(arena->blocks);
		arena->blocks = NULL;
	}
	if (arena->blocks != NULL) {
		arena->blocks->used = 0;
		arena->blocks->end = (uint32_t)arena->last_size;
	}
	arena->used = 0;
}

/*
 * An eighth of what is in use: few mallocs for what is large, and little room
 * that stands empty in each of the many connections that wait.
 */
static size_t
next_block_size(const struct arena *arena)
{
	size_t size = arena->used / 8;

	if (size < arena->least)
		size = arena->least;
	return size > BLOCK_MAX ? BLOCK_MAX : size;
}

/* Small pieces fill what older blocks have left. */
static struct block *
find_room(const struct arena *arena, size_t need)
{
	struct block *block = arena->blocks;

	for (int i = 0; block != NULL && i < LOOK_BACK; i++) {
		if (block->end - block->used >= need)
			return block;
		block = block->next;
	}
	return NULL;
}

/* A block with room for so much; what is large for its arena gets a block of
 * its own behind the one in use, which has room for more small pieces. */
static struct block *
add_block(struct arena *arena, size_t need)
{
	size_t size = next_block_size(arena);
	struct block *older = find_room(arena, need);

	if (older != NULL)
		return older;
	if (arena->blocks == NULL) {
		arena->last_size = size < need ? need : size;
		return arena->blocks = block_new(arena->last_size, NULL);
	}
	if (need <= size / 2)
		return arena->blocks = block_new(size, arena->blocks);
	if (arena->blocks->next == NULL)
		arena->last_size = need;
	return arena->blocks->next = block_new(need, arena->blocks->next);
}

static size_t
rounded(size_t size)
{
	ensure(size < SIZE_MAX / 2);
	return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->blocks;
	void *p;

	size = rounded(size);
	if (block == NULL || block->end - block->used < size)
		block = add_block(arena, size);
	p = block->bytes + block->used;
	block->used += (uint32_t)size;
	arena->used += size;
	return size == 0 ? p : memset(p, 0, size);
}

/* For a text: neither aligned nor zeroed. */
static char *
text_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->blocks;

	ensure(size < SIZE_MAX / 2);
	if (block == NULL || block->end - block->used < size)
		block = add_block(arena, rounded(size));
	block->end -= (uint32_t)size;
	arena->used += size;
	return block->bytes + block->end;
}

bool
arena_extend(struct arena *arena, const void *p, size_t old, size_t size)
{
	struct block *block = arena->blocks;
	size_t more = rounded(size) - rounded(old);
	char *end;

	ensure(size >= old);
	if (block == NULL || block->used < rounded(old))
		return false;
	end = block->bytes + block->used;
	if (end - rounded(old) != (const char *)p ||
	    block->end - block->used < more)
		return false;
	if (more > 0)
		memset(end, 0, more);
	block->used += (uint32_t)more;
	arena->used += more;
	return true;
}

size_t
arena_used(const struct arena *arena)
{
	return arena->used;
}

char *
arena_z(struct arena *arena, struct str s)
{
	char *p = text_alloc(arena, s.len + 1);

	if (s.len > 0)
		memcpy(p, s.ptr, s.len);
	p[s.len] = '\0';
	return p;
}

struct str
arena_copy(struct arena *arena, struct str s)
{
	return str_make(arena_z(arena, s), s.len);
}

struct str
arena_lower(struct arena *arena, struct str s)
{
	char *p = arena_z(arena, s);

	for (size_t i = 0; i < s.len; i++)
		p[i] = ascii_lower(p[i]);
	return str_make(p, s.len);
}

struct str
arena_vprintf(struct arena *arena, const char *format, va_list ap)
{
	char text[SHORT_TEXT], *p;
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(text, sizeof(text), format, ap);
	ensure(len >= 0);
	p = text_alloc(arena, (size_t)len + 1);
	if ((size_t)len < sizeof(text))
		memcpy(p, text, (size_t)len + 1);
	else
		vsnprintf(p, (size_t)len + 1, format, again);
	va_end(again);
	return str_make(p, (size_t)len);
}

struct str
arena_printf(struct arena *arena, const char *format, ...)
{
	struct str s;
	va_list ap;

	va_start(ap, format);
	s = arena_vprintf(arena, format, ap);
	va_end(ap);
	return s;
}
