/*
 * ensure - abort on a bug, never on bad input
 *
 * Kept in release builds: going on after a broken invariant is worse for mail
 * than a restart.  Nothing that a client or DNS can send may make one fail.
 */
#ifndef ASSAY_BASE_ENSURE_H
#define ASSAY_BASE_ENSURE_H

#include <stddef.h>

#define ensure(cond) \
	((cond) ? (void)0 : ensure_failed(#cond, __FILE__, __LINE__))

_Noreturn void ensure_failed(const char *cond, const char *file, int line);

/* malloc, zeroed, that aborts when memory is out; caps keep that away. */
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);

#endif
