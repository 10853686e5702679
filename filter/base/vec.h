/*
 * vec - an array that grows in an arena
 *
 *	VEC(struct thing) things;		(zeroed is empty)
 *	VEC_ROOM(arena, &things, 16);		(where most have as many)
 *	VEC_PUSH(arena, &things, (struct thing){ ... });
 *	for (size_t i = 0; i < things.count; i++)
 *		use(&things.at[i]);
 *
 * Pointers into it are valid until the next push.  The old copies stay in the
 * arena until it is reset: at most as much again.  Every connection has many
 * of them, mostly empty: so counts are 32 bits wide, and more aborts.
 */
#ifndef ASSAY_BASE_VEC_H
#define ASSAY_BASE_VEC_H

#include <string.h>

#include "base/arena.h"
#include "base/ensure.h"

/* Where it is, or a copy of it with more room. */
static inline void *
vec_grow(struct arena *arena, void *at, size_t old, size_t size)
{
	void *copy;

	if (old > 0 && arena_extend(arena, at, old, size))
		return at;
	copy = arena_alloc(arena, size);
	if (old > 0)
		memcpy(copy, at, old);
	return copy;
}

static inline uint32_t
vec_size_of(size_t size)
{
	ensure(size <= UINT32_MAX);
	return (uint32_t)size;
}

#define VEC(type)	struct { type *at; uint32_t count, size; }

#define VEC_ROOM(arena, vec, room) do {					\
	if ((vec)->size < (room)) {					\
		size_t vec_size = (room);				\
		(vec)->at = vec_grow((arena), (vec)->at,		\
		    (vec)->count * sizeof(*(vec)->at),			\
		    vec_size * sizeof(*(vec)->at));			\
		(vec)->size = vec_size_of(vec_size);			\
	}								\
} while (0)

#define VEC_PUSH(arena, vec, ...) do {					\
	if ((vec)->count == (vec)->size)				\
		VEC_ROOM(arena, vec,					\
		    (vec)->size == 0 ? 4 : (vec)->size * (size_t)2);	\
	(vec)->at[(vec)->count++] = (__VA_ARGS__);			\
} while (0)

#endif
