/*
 * redis_url - where a Redis listens, and who we are there
 *
 *	[[USER:]PASSWORD@]HOST[:PORT][/DB][?prefix=PREFIX]	also [IPv6]
 *	[[USER:]PASSWORD@]PATH[?DB][&prefix=PREFIX]	or PATH?prefix=PREFIX
 *
 * In user, password and prefix %XX stands for an octet (RFC 3986 section 2.1).
 */
#ifndef ASSAY_STORE_REDIS_URL_H
#define ASSAY_STORE_REDIS_URL_H

#include "base/limits.h"
#include "base/str.h"

struct redis_url {
	char	host[300];		/* or the path */
	int	port;			/* 0: a path */
	char	database[8];		/* "0" */
	char	user[128], password[256];
	char	prefix[LIMIT_STORE_PREFIX + 1];	/* of all keys */
	char	shown[320];		/* without user, password and prefix */
};

/* NULL, or what is wrong. */
const char *redis_url_read(struct str text, bool is_path,
    struct redis_url *url_out);

#endif
