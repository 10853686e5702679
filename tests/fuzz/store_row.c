/*
 * Octets that a store or a spool held for an event: what is taken for a row,
 * written once more, is the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "store/history_backend.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const char *octets, size_t size, const struct history_row *row)
{
	struct history_row head;
	size_t len, head_len;
	char *again = history_encode(row, &len);

	/* The line's length may be left out where there is none. */
	if (again == NULL || len < size || len > size + 4 ||
	    memcmp(again, octets, size) != 0)
		abort();
	head_len = history_head(str_make(again, len), row);
	if (!history_decode(str_make(again, head_len), &head) ||
	    head.line.len > 0 || !str_eq(head.rcpts, row->rcpts))
		abort();
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of its own size, so that a read past its end is seen. */
	char *octets = malloc(size == 0 ? 1 : size);
	struct history_row row;

	if (octets == NULL)
		abort();
	if (size > 0)
		memcpy(octets, data, size);
	if (history_decode(str_make(octets, size), &row))
		check(octets, size, &row);
	free(octets);
	return 0;
}
