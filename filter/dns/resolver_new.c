#include "dns/resolver.h"

#include <stdio.h>
#include <string.h>

#include "dns/resolver_back.h"
#include "dns/stub.h"
#include "dns/unbound.h"
#include "dns/zonefile.h"

static const char zone_prefix[] = "zone:";

static bool
is_zone(const char *spec)
{
	return strncmp(spec, zone_prefix, strlen(zone_prefix)) == 0;
}

bool
dns_client_from(const char *word, enum dns_client *client_out)
{
	static const char *const words[] = {
		[DNS_CLIENT_AUTO] = "auto", [DNS_CLIENT_UNBOUND] = "unbound",
		[DNS_CLIENT_STUB] = "stub"
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0) {
			*client_out = (enum dns_client)i;
			return true;
		}
	return false;
}

static bool
has_anchor(const struct resolver_options *options)
{
	return options->trust_anchor != NULL && *options->trust_anchor != '\0';
}

/* libunbound, with the stub in front of it where that is asked for and safe. */
static struct backend *
network_backend(const struct resolver_options *options, char *why_out,
    size_t why_size)
{
	struct servers servers = servers_of(options);
	bool fits = !has_anchor(options) && servers_are_here(&servers);
	struct backend *unbound = unbound_backend(options, why_out, why_size);

	if (unbound == NULL || options->client == DNS_CLIENT_UNBOUND ||
	    (options->client == DNS_CLIENT_AUTO && !fits))
		return unbound;
	if (fits)
		return stub_backend(&servers, servers.system ?
		    unbound_answers_itself : NULL, unbound);
	unbound->ops->free(unbound);
	snprintf(why_out, why_size, "the stub client needs servers that are "
	    "all on a loopback address, and no trust anchor");
	return NULL;
}

static struct resolver *
over_network(const struct resolver_options *options, char *why_out,
    size_t why_size)
{
	struct backend *backend = network_backend(options, why_out, why_size);
	const struct cache_limits limits = {
		.entries = options->cache_entries,
		.octets = options->cache_octets,
		.ttl_min = options->ttl_min, .ttl_max = options->ttl_max,
		.ttl_negative_max = options->ttl_negative_max
	};

	return backend == NULL ? NULL :
	    resolver_over(backend, cache_new(&limits));
}

struct resolver *
resolver_new(const struct resolver_options *options, char *why_out,
    size_t why_size)
{
	for (size_t i = 0; i < options->spec_count; i++) {
		const char *spec = options->specs[i];

		if (!is_zone(spec))
			continue;
		if (options->spec_count == 1)
			return resolver_new_zonefile(
			    spec + strlen(zone_prefix), why_out, why_size);
		snprintf(why_out, why_size, "%s: a zone file must stand alone",
		    spec);
		return NULL;
	}
	return over_network(options, why_out, why_size);
}

const char *
dns_type_name(enum dns_type type)
{
	switch (type) {
	case DNS_A:
		return "A";
	case DNS_CNAME:
		return "CNAME";
	case DNS_PTR:
		return "PTR";
	case DNS_MX:
		return "MX";
	case DNS_TXT:
		return "TXT";
	case DNS_AAAA:
		return "AAAA";
	case DNS_SPF:
		return "SPF";
	}
	return "?";
}

const char *
dns_status_name(enum dns_status status)
{
	static const char *const names[] = {
		[DNS_DATA] = "DATA", [DNS_NODATA] = "NODATA",
		[DNS_NXDOMAIN] = "NXDOMAIN", [DNS_SERVFAIL] = "SERVFAIL",
		[DNS_BOGUS] = "BOGUS", [DNS_TIMEOUT] = "TIMEOUT"
	};

	return names[status];
}
