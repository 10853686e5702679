#include "mail/near.h"

static bool
begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* Octets that both begin with, in whole characters. */
static size_t
common_start(struct str a, struct str b)
{
	size_t len = 0;

	while (len < a.len && len < b.len && a.ptr[len] == b.ptr[len])
		len++;
	while (len > 0 && ((len < a.len && !begins_character(a.ptr[len])) ||
	    (len < b.len && !begins_character(b.ptr[len]))))
		len--;
	return len;
}

static size_t
common_end(struct str a, struct str b)
{
	size_t len = 0;

	while (len < a.len && len < b.len &&
	    a.ptr[a.len - 1 - len] == b.ptr[b.len - 1 - len])
		len++;
	while (len > 0 && !begins_character(a.ptr[a.len - len]))
		len--;
	return len;
}

static size_t
characters(struct str text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += begins_character(text.ptr[i]);
	return count;
}

/* Two characters, and the other text has them the other way round. */
static bool
is_swapped(struct str a, struct str b)
{
	size_t first = 1;

	while (first < a.len && !begins_character(a.ptr[first]))
		first++;
	return a.len == b.len && first < a.len &&
	    str_eq(str_slice(a, 0, first), str_skip(b, b.len - first)) &&
	    str_eq(str_skip(a, first), str_slice(b, 0, b.len - first));
}

bool
near_is(struct str a, struct str b)
{
	size_t start = common_start(a, b), end;
	size_t more_a, more_b;

	a = str_skip(a, start);
	b = str_skip(b, start);
	end = common_end(a, b);
	a = str_slice(a, 0, a.len - end);
	b = str_slice(b, 0, b.len - end);
	more_a = characters(a);
	more_b = characters(b);
	if (more_a <= 1 && more_b <= 1)
		return more_a + more_b > 0;
	return more_a == 2 && more_b == 2 && is_swapped(a, b);
}
