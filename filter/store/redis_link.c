#include "store/redis_link.h"

#include <stdio.h>
#include <sys/time.h>

enum { WAIT_MS = 1000 };

void
redis_link_down(struct redis_link *link)
{
	if (link->context != NULL)
		redisFree(link->context);
	link->context = NULL;
}

bool
redis_link_fail(struct redis_link *link, const redisReply *reply, char *why,
    size_t size)
{
	const char *text = "no memory";

	if (reply != NULL && reply->type == REDIS_REPLY_ERROR)
		text = reply->str;
	else if (reply != NULL)
		text = "it answers what no Redis does";
	else if (link->context != NULL)
		text = link->context->errstr;
	snprintf(why, size, "%s: %s", link->url.shown, text);
	redis_link_down(link);
	return false;
}

redisReply *
redis_link_ask(struct redis_link *link, int count, const char **words,
    char *why, size_t size)
{
	redisReply *reply = redisCommandArgv(link->context, count, words,
	    NULL);

	if (reply != NULL && reply->type != REDIS_REPLY_ERROR)
		return reply;
	redis_link_fail(link, reply, why, size);
	if (reply != NULL)
		freeReplyObject(reply);
	return NULL;
}

bool
redis_link_tell(struct redis_link *link, int count, const char **words,
    char *why, size_t size)
{
	redisReply *reply = redis_link_ask(link, count, words, why, size);

	if (reply != NULL)
		freeReplyObject(reply);
	return reply != NULL;
}

static bool
log_in(struct redis_link *link, char *why, size_t size)
{
	const char *words[3] = { "AUTH" };
	int count = 1;

	if (link->url.password[0] == '\0')
		return true;
	if (link->url.user[0] != '\0')
		words[count++] = link->url.user;
	words[count++] = link->url.password;
	return redis_link_tell(link, count, words, why, size);
}

bool
redis_link_up(struct redis_link *link, char *why, size_t size)
{
	const struct timeval wait = { WAIT_MS / 1000, 0 };
	const char *select[] = { "SELECT", link->url.database };

	if (link->context != NULL)
		return true;
	link->context = link->url.port == 0 ?
	    redisConnectUnixWithTimeout(link->url.host, wait) :
	    redisConnectWithTimeout(link->url.host, link->url.port, wait);
	if (link->context == NULL || link->context->err != 0 ||
	    redisSetTimeout(link->context, wait) != REDIS_OK)
		return redis_link_fail(link, NULL, why, size);
	return log_in(link, why, size) &&
	    redis_link_tell(link, 2, select, why, size);
}
