/*
 * dns_server - tests/support/dns_server.py as a child process
 */
#ifndef ASSAY_TESTS_DNS_SERVER_H
#define ASSAY_TESTS_DNS_SERVER_H

#include <sys/types.h>

struct dns_server {
	pid_t		 pid;
	unsigned	 port;
	char		 dir[64];	/* with "zone" and "log" */
	char		 spec[64];	/* "server:127.0.0.1#PORT" */
};

/* Any trouble ends the test. */
void dns_server_start(struct dns_server *server, const char *zone_text);
void dns_server_stop(struct dns_server *server);

/* Questions for "TYPE name" that it has seen, by UDP or TCP ("udp", "tcp"). */
unsigned dns_server_seen(const struct dns_server *server,
    const char *transport, const char *type_and_name);

#endif
