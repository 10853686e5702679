#include "measure.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "config.h"
#include "dkim/keycache.h"
#include "dns/resolver.h"
#include "event/event.h"
#include "metrics/process.h"
#include "metrics/series.h"
#include "milter/front.h"
#include "store/store.h"

static void
measure_store(struct store *store)
{
	static const enum metric ids[] = { METRIC_ID_STORE_UP,
	    METRIC_ID_STORE_WAITING, METRIC_ID_STORE_SPOOLED,
	    METRIC_ID_SPOOL_OCTETS, METRIC_ID_SPOOL_MAX };
	struct store_counts counts;

	if (store == NULL) {
		for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
			metric_unset(ids[i]);
		return;
	}
	store_counts(store, &counts);
	metric_set(METRIC_ID_STORE_UP, !counts.down);
	metric_set(METRIC_ID_STORE_WAITING, counts.waiting);
	metric_set(METRIC_ID_STORE_SPOOLED, counts.spooled);
	metric_set(METRIC_ID_SPOOL_OCTETS, counts.spool_octets);
	metric_set(METRIC_ID_SPOOL_MAX, counts.spool_max);
}

static void
measure_events(const struct generation *generation)
{
	struct event_counts counts;

	if (!generation_event_counts(generation, &counts)) {
		metric_unset(METRIC_ID_EVENTS_WAITING);
		return;
	}
	metric_set(METRIC_ID_EVENTS_WAITING, counts.waiting);
}

void
measure(const struct generation *generation)
{
	struct resolver_counts dns;
	struct front_load load;

	measure_store(generation->wiring->store);
	measure_events(generation);
	resolver_counts(generation->wiring->dns, &dns);
	metric_set(METRIC_ID_DNS_ENTRIES, dns.cache_entries);
	metric_set(METRIC_ID_DNS_OCTETS, dns.cache_octets);
	metric_set(METRIC_ID_KEY_ENTRIES, dkim_keycache_count());
	front_load(&load);
	metric_set(METRIC_ID_CONNECTIONS, load.connections);
	metric_set(METRIC_ID_IN_FLIGHT, load.messages);
	process_measure();
}

static void
show_build(void)
{
	static struct series *build;
	const struct series_label label = { "version",
	    STR(PACKAGE_VERSION) };

	if (build != NULL)
		return;
	build = series_get(METRIC_ID_BUILD, &label, 1);
	series_set(build, 1);
}

void
measure_config(const struct generation *generation)
{
	static struct series *config;
	const struct wiring *wiring = generation->wiring;
	struct series *old = config;
	char settings[24], policy[24];
	const struct series_label labels[] = {
		{ "settings_checksum", { settings, 16 } },
		{ "policy", str_from(policy_name(wiring->policy)) },
		{ "policy_checksum", { policy, 16 } },
	};

	snprintf(settings, sizeof(settings), "%016" PRIx64,
	    settings_checksum(wiring->settings));
	snprintf(policy, sizeof(policy), "%016" PRIx64,
	    policy_checksum(wiring->policy));
	config = series_get(METRIC_ID_CONFIG, labels,
	    sizeof(labels) / sizeof(labels[0]));
	series_set(config, 1);
	series_put(old);
	show_build();
	metric_set(METRIC_ID_RELOAD_OK, 1);
	metric_set(METRIC_ID_RELOAD_TIME, (uint64_t)clock_unix_us());
}
