/*
 * redis_url - where a Redis listens, and who we are there
 *
 *	[[USER:]PASSWORD@]HOST[:PORT][/DB]		also [IPv6]
 *	[[USER:]PASSWORD@]PATH[?DB]
 *
 * In user and password %XX stands for an octet (RFC 3986 section 2.1).
 */
#ifndef ASSAY_STORE_REDIS_URL_H
#define ASSAY_STORE_REDIS_URL_H

#include "base/str.h"

struct redis_url {
	char	host[300];		/* or the path */
	int	port;			/* 0: a path */
	char	database[8];		/* "0" */
	char	user[128], password[256];
	char	shown[320];		/* without user and password */
};

/* NULL, or what is wrong. */
const char *redis_url_read(struct str text, bool is_path,
    struct redis_url *url_out);

#endif
