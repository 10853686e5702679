/* The resolver, and the DNS lists that are asked through it. */
#include "wire/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/domain.h"
#include "base/ensure.h"

struct resolver *
wire_resolver(const struct settings *settings, struct diag *diag)
{
	struct resolver_options options = {
		.specs = settings->dns.at, .spec_count = settings->dns.count,
		.trust_anchor = settings->dns_trust_anchor[0] == '\0' ?
		    NULL : settings->dns_trust_anchor,
		.cache_entries = settings->dns_cache_entries,
		.cache_octets = settings->dns_cache_size,
		.ttl_min = (uint32_t)(settings->dns_ttl_min / 1000),
		.ttl_max = (uint32_t)(settings->dns_ttl_max / 1000),
		.ttl_negative_max =
		    (uint32_t)(settings->dns_ttl_negative_max / 1000),
	};
	char why[1024] = "";
	struct resolver *dns;

	ensure(dns_client_from(settings->dns_client, &options.client));
	dns = resolver_new(&options, why, sizeof(why));
	if (dns == NULL)
		diag_add(diag, DIAG_ERROR, "dns", 0, 0, STR_NONE, "%s", why);
	return dns;
}

static bool
reads_a_file(const struct settings *settings)
{
	return strncmp(settings->dns.at[0], "zone:", 5) == 0;
}

struct wire_dns *
wire_dns_for(const struct settings *settings, const struct wiring *running,
    struct diag *diag)
{
	struct wire_dns *shared;
	struct resolver *dns;

	if (running != NULL && !reads_a_file(settings) &&
	    settings_same(settings, running->settings, "dns")) {
		__atomic_add_fetch(&running->shared_dns->refs, 1,
		    __ATOMIC_RELAXED);
		return running->shared_dns;
	}
	dns = wire_resolver(settings, diag);
	if (dns == NULL)
		return NULL;
	shared = xcalloc(1, sizeof(*shared));
	shared->dns = dns;
	shared->lists = lists_new(&(struct lists_options){ .dns = dns,
	    .timeout_ms = settings->dns_timeout });
	shared->refs = 1;
	return shared;
}

void
wire_dns_unref(struct wire_dns *shared)
{
	if (shared == NULL ||
	    __atomic_sub_fetch(&shared->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	lists_free(shared->lists);
	resolver_free(shared->dns);
	free(shared);
}

static bool
is_untested(const struct settings *settings, struct str zone)
{
	for (size_t i = 0; i < settings->dns_lists_untested.count; i++)
		if (domain_equal(zone,
		    str_from(settings->dns_lists_untested.at[i])))
			return true;
	return false;
}

/* The lists that a policy asks are tested in the background. */
void
wire_watch_lists(struct lists *lists, const struct policy *policy,
    const struct settings *settings)
{
	struct policy_list list;

	for (size_t i = 0; policy != NULL &&
	    policy_call_name(policy, i) != NULL; i++)
		if (policy_list_at(policy, i, &list))
			lists_add(lists, list.zone,
			    (list.addresses ? LISTS_OF_ADDRESSES : 0) |
			    (list.domains ? LISTS_OF_DOMAINS : 0),
			    is_untested(settings, list.zone));
}
