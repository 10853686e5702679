#include "base/clock.h"

#include <time.h>

static uint64_t
read_us(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t
clock_ms(void)
{
	return read_us(CLOCK_MONOTONIC) / 1000;
}

uint64_t
clock_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

int64_t
clock_unix(void)
{
	return (int64_t)(read_us(CLOCK_REALTIME) / 1000000);
}

int64_t
clock_unix_us(void)
{
	return (int64_t)read_us(CLOCK_REALTIME);
}
