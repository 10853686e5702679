#include "base/ensure.h"

#include <stdio.h>
#include <stdlib.h>

void
ensure_failed(const char *cond, const char *file, int line)
{
	fprintf(stderr, "assay: bug: %s:%d: %s\n", file, line, cond);
	abort();
}

void *
xcalloc(size_t count, size_t size)
{
	void *p = calloc(count, size);

	ensure(p != NULL);
	return p;
}

void *
xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size);

	ensure(p != NULL);
	return p;
}
