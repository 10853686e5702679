#include "base/packed.h"

char *
packed_put(char *out, uint64_t number, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*out++ = (char)(number >> (8 * i) & 0xff);
	return out;
}

uint64_t
packed_take(struct str *from, size_t count)
{
	uint64_t number = 0;

	for (size_t i = 0; i < count; i++)
		number |= (uint64_t)(unsigned char)from->ptr[i] << (8 * i);
	*from = str_skip(*from, count);
	return number;
}
