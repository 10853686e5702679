#include "dns/servers.h"

#include <stdio.h>
#include <string.h>

enum { PORT_MAX = 65535, PORT_DNS = 53, FILE_MAX = 16 * 1024 };

static const struct str server_prefix = STR_INIT("server:");
static const struct str nameserver = STR_INIT("nameserver");
static const char resolv_conf[] = "/etc/resolv.conf";

bool
server_parse(struct str spec, struct server *server_out)
{
	struct str rest, address;
	uint64_t port = PORT_DNS;

	if (!str_eq(str_slice(spec, 0, server_prefix.len), server_prefix))
		return false;
	rest = str_skip(spec, server_prefix.len);
	str_next(&rest, '#', &address);
	if (!ip_parse(address, &server_out->ip) || (rest.ptr != NULL &&
	    (!str_to_uint(rest, PORT_MAX, &port) || port == 0)))
		return false;
	server_out->port = (unsigned)port;
	return true;
}

static void
add(struct servers *servers, const struct server *server)
{
	if (servers->count == SERVERS_MAX)
		servers->complete = false;
	else
		servers->at[servers->count++] = *server;
}

void
servers_add_resolv_conf(struct servers *servers, struct str text)
{
	struct str line;

	servers->system = true;
	while (str_next(&text, '\n', &line)) {
		struct server server = { .port = PORT_DNS };
		struct str address;

		if (!str_eq(str_slice(line, 0, nameserver.len), nameserver))
			continue;
		address = str_trim(str_skip(line, nameserver.len));
		if (ip_parse(address, &server.ip))
			add(servers, &server);
		else
			servers->complete = false;
	}
}

static void
add_system(struct servers *servers)
{
	char text[FILE_MAX];
	FILE *in = fopen(resolv_conf, "re");
	size_t len;

	servers->system = true;
	if (in == NULL) {
		servers->complete = false;
		return;
	}
	len = fread(text, 1, sizeof(text), in);
	if (len == sizeof(text) || ferror(in))
		servers->complete = false;
	fclose(in);
	servers_add_resolv_conf(servers, str_make(text, len));
}

struct servers
servers_of(const struct resolver_options *options)
{
	struct servers servers = { .complete = true };

	for (size_t i = 0; i < options->spec_count; i++) {
		struct server server;

		if (strcmp(options->specs[i], "system") == 0)
			add_system(&servers);
		else if (server_parse(str_from(options->specs[i]), &server))
			add(&servers, &server);
		else
			servers.complete = false;
	}
	return servers;
}

static bool
is_here(const struct ip *ip)
{
	static const char *const nets[] = { "127.0.0.0/8", "::1" };

	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++) {
		struct ipnet net;

		if (ipnet_parse(str_from(nets[i]), &net) &&
		    ipnet_contains(&net, ip))
			return true;
	}
	return false;
}

bool
servers_are_here(const struct servers *servers)
{
	if (!servers->complete || servers->count == 0)
		return false;
	for (size_t i = 0; i < servers->count; i++)
		if (!is_here(&servers->at[i].ip))
			return false;
	return true;
}
