/*
 * redis_link - a connection to Redis
 *
 * Threads:	one at a time.
 */
#ifndef ASSAY_STORE_REDIS_LINK_H
#define ASSAY_STORE_REDIS_LINK_H

#include <stdbool.h>

#include <hiredis/hiredis.h>

#include "store/redis_url.h"

struct redis_link {
	struct redis_url	 url;
	redisContext		*context;	/* NULL: not connected */
};

/* Connect, log in and choose the database, if that is not done. */
bool redis_link_up(struct redis_link *link, char *why, size_t size);
void redis_link_down(struct redis_link *link);

/*
 * False, and why: an error of the connection, or what Redis said (reply, or
 * NULL).  The connection is given up.
 */
bool redis_link_fail(struct redis_link *link, const redisReply *reply,
    char *why, size_t size);

/* One command; its reply, to be freed, or NULL and why. */
redisReply *redis_link_ask(struct redis_link *link, int count,
    const char **words, char *why, size_t size);
/* The same, of which the reply does not matter. */
bool redis_link_tell(struct redis_link *link, int count, const char **words,
    char *why, size_t size);

#endif
