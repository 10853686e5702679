#include "event/event.h"

#include <pthread.h>
#include <sys/random.h>

#include "base/ensure.h"

static uint64_t next_id;
static pthread_once_t drawn = PTHREAD_ONCE_INIT;

static void
draw(void)
{
	ensure(getrandom(&next_id, sizeof(next_id), 0) ==
	    (ssize_t)sizeof(next_id));
}

uint64_t
event_new_id(void)
{
	pthread_once(&drawn, draw);
	return __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
}
