/*
 * arena - memory that lives and dies together
 *
 * One arena per scope of a connection (connection, HELO, message).  Nothing is
 * freed alone; arena_reset() frees all at once and keeps the first block, so
 * that a connection that waits costs little and a new message no malloc.
 *
 * Errors:	none; memory out aborts.  What goes in is capped by limits.h.
 * Threads:	one at a time.
 */
#ifndef ASSAY_BASE_ARENA_H
#define ASSAY_BASE_ARENA_H

#include <stdarg.h>

#include "base/str.h"

struct arena;

struct arena *arena_new(void);
/* For work that is over soon: fewer blocks, and more room that stays empty. */
struct arena *arena_new_work(void);
/* For work that is done over and over: a reset keeps size octets, and what
 * takes no more than that needs no malloc. */
struct arena *arena_new_sized(size_t size);
void arena_free(struct arena *arena);		/* NULL is allowed */
void arena_reset(struct arena *arena);

/* Zeroed, aligned to 8 octets; size 0 gives a valid pointer.  Texts (all the
 * functions below that give one) are not aligned. */
void *arena_alloc(struct arena *arena, size_t size);

/*
 * Where p, of old octets, is the newest piece and there is room behind it: make
 * it size octets long, the new ones zeroed.  False: nothing was done.
 */
bool arena_extend(struct arena *arena, const void *p, size_t old, size_t size);

/* When the arena is reset or freed, run(ctx); what was added last comes first.
 * It must not use the arena. */
void arena_at_end(struct arena *arena, void (*run)(void *ctx), void *ctx);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *arena);

struct str arena_copy(struct arena *arena, struct str s);
struct str arena_lower(struct arena *arena, struct str s);
char *arena_z(struct arena *arena, struct str s);	/* NUL-terminated */
struct str arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *arena, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

#endif
