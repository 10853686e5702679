/*
 * servers - the servers that are asked, from settings or resolv.conf(5)
 */
#ifndef ASSAY_DNS_SERVERS_H
#define ASSAY_DNS_SERVERS_H

#include "dns/resolver.h"

enum { SERVERS_MAX = 8 };	/* resolv.conf(5) has three */

struct server {
	struct ip	ip;
	unsigned	port;
};

struct servers {
	struct server	at[SERVERS_MAX];
	size_t		count;
	bool		system;		/* some are those of resolv.conf(5) */
	bool		complete;	/* none was left out or unreadable */
};

/* "server:ADDRESS[#PORT]".  False: it is not that. */
bool server_parse(struct str spec, struct server *server_out);

/* The nameserver lines of a resolv.conf(5), added. */
void servers_add_resolv_conf(struct servers *servers, struct str text);

/* Of specs as of resolver_new(); "system" reads /etc/resolv.conf. */
struct servers servers_of(const struct resolver_options *options);

/* There are some, and every one is on this machine: 127.0.0.0/8 or ::1. */
bool servers_are_here(const struct servers *servers);

#endif
