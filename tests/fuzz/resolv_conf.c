/*
 * A resolv.conf(5).
 */
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"
#include "dns/servers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct servers servers = { .complete = true };

	servers_add_resolv_conf(&servers, str_make(data, size));
	ensure(servers.count <= SERVERS_MAX);
	for (size_t i = 0; i < servers.count; i++)
		ensure(servers.at[i].ip.family != IP_NONE);
	ensure(!servers_are_here(&servers) || servers.count > 0);
	return 0;
}
