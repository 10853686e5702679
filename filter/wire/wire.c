#include "wire/parts.h"
#include "wire/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "dkim/private.h"
#include "wire/privacy.h"

enum { STORE_CLOSE_MS = 3000 };	/* what is still to be written */

static bool
has_shadow(const struct settings *settings)
{
	return settings->shadow_policy[0] != '\0';
}

static bool
bounces_are_tagged(const struct settings *settings)
{
	return strcmp(settings->bounce_tags, "yes") == 0;
}

static struct protect *
protect_for(const struct settings *settings)
{
	struct protect_options options = {
		.names = settings->protected_names.at,
		.name_count = settings->protected_names.count,
		.domains = settings->protected_domains.at,
		.domain_count = settings->protected_domains.count,
	};

	return options.name_count + options.domain_count == 0 ? NULL :
	    protect_new(&options);
}

/* To be freed.  Each was checked when the settings were read. */
struct ipnet *
wire_networks(const struct setting_list *list)
{
	struct ipnet *networks = xcalloc(list->count + 1, sizeof(*networks));

	for (size_t i = 0; i < list->count; i++)
		ensure(ipnet_parse(str_from(list->at[i]), &networks[i]));
	return networks;
}

/* The words were checked when the settings were read. */
static struct check_options
check_options(const struct settings *settings)
{
	struct check_options options = {
		.receiver = str_from(settings->authserv_id),
		.dns_timeout_ms = settings->dns_timeout,
		.spf_timeout_ms = settings->spf_timeout,
		.trusted_sealers = settings->trusted_sealers.at,
		.trusted_sealer_count = settings->trusted_sealers.count,
		.replay = {
			.window_ms = settings->dkim_replay_window,
			.networks = (double)settings->dkim_replay_networks,
			.recipients =
			    (double)settings->dkim_replay_recipients },
		.local_domains = settings->local_domains.at,
		.local_domain_count = settings->local_domains.count,
		.dkim = {
			.max_signatures = (unsigned)settings->max_signatures,
			.clock_skew =
			    (uint32_t)(settings->dkim_clock_skew / 1000),
			.deadline_ms = settings->dns_timeout,
			.end_ms = settings->dkim_timeout,
		},
	};

	ensure(spf_engine_from(settings->spf_engine, &options.spf_engine));
	options.dkim_l_counts = str_eqz(str_from(settings->dkim_l), "accept");
	ensure(dkim_engine_from(settings->dkim_engine, &options.dkim.engine));
	return options;
}

static struct reputation_options
reputation_options(const struct settings *settings)
{
	const char *learn = settings->reputation_learn;

	return (struct reputation_options){
		.learn = strcmp(learn, "yes") == 0 ? REPUTATION_ALWAYS :
		    strcmp(learn, "no") == 0 ? REPUTATION_NEVER :
		    REPUTATION_AUTO,
		.half_life_ms = settings->reputation_half_life,
		.spam_score = (double)settings->reputation_spam_score,
		.ham_score = (double)settings->reputation_ham_score,
	};
}

static struct engine *
engine_for(const struct wiring *wiring, const struct wire_options *wire)
{
	const struct settings *settings = wiring->settings;
	size_t count = settings->trusted_authserv_ids.count;
	struct str *trusted = xcalloc(count + 1, sizeof(*trusted));
	struct engine_options options = {
		.dns = wiring->dns, .policy = wiring->policy,
		.shadow = wiring->shadow,
		.shadow_file = str_from(settings->shadow_policy),
		.bounce = wiring->bounce,
		.lists = wiring->lists,
		.store = wiring->store,
		.store_timeout_ms = settings->store_timeout,
		.history_ms = settings->history,
		.privacy = &wiring->privacy,
		.greylist_window_ms = settings->greylist_window,
		.greylist_lifetime_ms = settings->greylist_lifetime,
		.greylist_auto_pass = settings->greylist_auto_pass,
		.reputation = reputation_options(settings),
		.failures = wiring->failures,
		.events = wire->events, .watch = wire->watch,
		.watch_ctx = wire->watch_ctx,
		.checks = check_options(settings), .rights = wiring->rights,
		.stamp_login = strcmp(settings->stamp_login, "yes") == 0,
		.authserv_id = str_from(settings->authserv_id),
		.host = str_from(settings->host_name),
		.seal = wiring->seal,
		.trusted_ids = trusted, .trusted_count = count,
		.signing = wiring->signing,
		.tempfail_on_trouble =
		    strcmp(settings->on_failure, "tempfail") == 0,
		.message_wait_ms = settings->message_wait,
		.max_header_octets = settings->max_header_size,
		.now = wire->now, .all_checks = wire->all_checks,
		.explain = wire->explain,
	};
	struct ipnet *relays = wire_networks(&settings->trusted_relays);
	struct engine *engine;
	struct ipnet *networks = wire_networks(&settings->sign_networks);

	options.relays = (struct relay_list){ relays,
	    settings->trusted_relays.count };
	for (size_t i = 0; i < count; i++)
		trusted[i] = str_from(settings->trusted_authserv_ids.at[i]);
	options.own_networks = networks;
	options.own_network_count = settings->sign_networks.count;
	options.checks.protect = wiring->protect;
	engine = engine_new(&options);
	free(networks);
	free(relays);
	free(trusted);
	return engine;
}

struct wiring *
wiring_new(struct settings *settings, const struct wire_options *options,
    struct diag *diag)
{
	struct wiring *wiring = xcalloc(1, sizeof(*wiring));
	bool can_seal, can_sign, can_store;

	wiring->settings = settings;
	wiring->arena = arena_new();
	/* All are tried, so that the mistakes of all are told. */
	wiring->policy = wire_policy(settings, options, diag);
	if (has_shadow(settings))
		wiring->shadow = wire_policy_named(settings->shadow_policy,
		    settings, diag);
	wiring->rights = wire_rights(settings, wiring->policy, diag);
	wiring->shared_dns = wire_dns_for(settings, options->running, diag);
	if (bounces_are_tagged(settings))
		wiring->bounce = wire_bounce(settings, diag);
	wiring->protect = protect_for(settings);
	wire_http_warn(settings, diag);
	wire_store_warn(settings, wiring->policy, diag);
	wire_protected_warn(settings, wiring->policy, diag);
	can_store = !wire_history_ok(settings, diag) ? false :
	    !options->remembers || settings->store[0] == '\0' ||
	    (wiring->store = wire_store(settings, options->running,
	    wiring->arena, diag)) != NULL;
	can_store = wire_privacy(settings, wiring->arena, diag,
	    &wiring->privacy) && can_store;
	can_store = wire_failures(settings, wiring->arena, diag,
	    &wiring->failures) && can_store;
	can_seal = wire_sealing(wiring, diag);
	can_sign = wire_signing(settings, (uid_t)-1, diag,
	    &wiring->signing);
	if (wiring->policy == NULL || wiring->rights == NULL ||
	    (has_shadow(settings) && wiring->shadow == NULL) ||
	    wiring->shared_dns == NULL ||
	    (bounces_are_tagged(settings) && wiring->bounce == NULL) ||
	    !can_seal || !can_sign || !can_store) {
		wiring_free(wiring);
		return NULL;
	}
	wiring->dns = wiring->shared_dns->dns;
	if (options->remembers) {
		wiring->lists = wiring->shared_dns->lists;
		wire_watch_lists(wiring->lists, wiring->policy, settings);
		wire_watch_lists(wiring->lists, wiring->shadow, settings);
	}
	wiring->engine = engine_for(wiring, options);
	return wiring;
}

void
wiring_free(struct wiring *wiring)
{
	if (wiring == NULL)
		return;
	engine_unref(wiring->engine);
	signing_free(wiring->signing);
	policy_unref(wiring->policy);
	policy_unref(wiring->shadow);
	bounce_free(wiring->bounce);
	rights_free(wiring->rights);
	protect_free(wiring->protect);
	wire_dns_unref(wiring->shared_dns);
	store_close(wiring->store, STORE_CLOSE_MS);
	dkim_private_unref(wiring->seal_key);
	free(wiring->seal_networks);
	arena_free(wiring->arena);
	settings_free(wiring->settings);
	free(wiring);
}
