#include "wire.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "base/log.h"
#include "dkim/private.h"
#include "wire_privacy.h"

enum { STORE_CLOSE_MS = 3000 };	/* what is still to be written */

/* What two wirings may share across a reload: a resolver, and what is known
 * of the lists that are asked through it. */
struct wire_dns {
	struct resolver	*dns;
	struct lists	*lists;
	unsigned	 refs;
};

/* ---- DNS ---- */

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

static struct wire_dns *
dns_for(const struct settings *settings, const struct wiring *running,
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

static void
dns_unref(struct wire_dns *shared)
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
static void
watch_lists(struct lists *lists, const struct policy *policy,
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

/* ---- the policy ---- */

static bool
is_there(const char *path, int len, size_t size)
{
	return len > 0 && (size_t)len < size && access(path, F_OK) == 0;
}

/* The directory of a file, "." where it names none. */
static void
directory_of(const char *file, char *out, size_t size)
{
	const char *slash = strrchr(file, '/');

	if (slash == NULL)
		snprintf(out, size, ".");
	else
		snprintf(out, size, "%.*s", (int)(slash - file), file);
}

static void
program_directory(char *out, size_t size)
{
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program,
	    sizeof(program) - 1);

	program[len > 0 ? len : 0] = '\0';
	directory_of(program, out, size);
}

/* In a directory, with or without ".policy" at the end. */
static bool
is_in(const char *directory, const char *below, const char *name,
    char *path_out, size_t size)
{
	static const char *const suffixes[] = { "", ".policy" };

	for (int i = 0; i < 2; i++) {
		int len = snprintf(path_out, size, "%s%s/%s%s", directory,
		    below, name, suffixes[i]);

		if (is_there(path_out, len, size))
			return true;
	}
	return false;
}

bool
wire_find_policy(const char *name, const char *settings_file, char *path_out,
    size_t size)
{
	char settings[PATH_MAX], program[PATH_MAX];
	int len = snprintf(path_out, size, "%s", name);

	if (strchr(name, '/') != NULL && is_there(path_out, len, size))
		return true;
	if (name[0] == '/')
		return false;
	directory_of(settings_file == NULL ? ASSAY_SYSCONFDIR "/" :
	    settings_file, settings, sizeof(settings));
	program_directory(program, sizeof(program));
	/* The last two: moved after it was installed; not installed yet. */
	return is_in(settings, "", name, path_out, size) ||
	    is_in(ASSAY_POLICYDIR, "", name, path_out, size) ||
	    is_in(program, "/../share/assay/policies", name, path_out, size) ||
	    is_in(program, "/policies", name, path_out, size);
}

static struct policy *
policy_named(const char *name, const struct settings *settings,
    struct diag *diag)
{
	char path[4096];

	if (wire_find_policy(name, settings->file, path, sizeof(path)))
		return policy_load(path, diag);
	diag_add(diag, DIAG_ERROR, name, 0, 0, STR_NONE,
	    "there is no such policy; it was looked for beside the settings "
	    "file and in %s", ASSAY_POLICYDIR);
	return NULL;
}

static struct policy *
policy_for(const struct settings *settings,
    const struct wire_options *options, struct diag *diag)
{
	if (options->policy_text != NULL)
		return policy_load_text("", str_from(options->policy_text),
		    diag);
	return policy_named(settings->policy, settings, diag);
}

static bool
has_shadow(const struct settings *settings)
{
	return settings->shadow_policy[0] != '\0';
}

/* ---- bounces ---- */

static bool
bounces_are_tagged(const struct settings *settings)
{
	return strcmp(settings->bounce_tags, "yes") == 0;
}

/* A missing setting, which "bounce_tags = yes" needs. */
static void
ask_for(const struct settings *settings, bool missing, const char *what,
    struct diag *diag)
{
	if (missing)
		diag_add(diag, DIAG_ERROR, settings->file == NULL ?
		    "settings" : settings->file, 0, 0, STR_NONE,
		    "bounce_tags = yes needs %s", what);
}

static struct bounce *
bounce_for(const struct settings *settings, struct diag *diag)
{
	struct bounce_options options = {
		.keys_file = settings->bounce_keys,
		.domains = settings->bounce_domains.at,
		.domain_count = settings->bounce_domains.count,
		.except_to = settings->bounce_except_to.at,
		.except_to_count = settings->bounce_except_to.count,
		.except_from = settings->bounce_except_from.at,
		.except_from_count = settings->bounce_except_from.count,
		.days = (unsigned)settings->bounce_tag_days,
	};
	bool no_keys = settings->bounce_keys[0] == '\0';
	bool no_domains = options.domain_count == 0;

	ask_for(settings, no_keys, "bounce_keys, a file such as "
	    "\"/etc/assay/bounce.keys\"", diag);
	ask_for(settings, no_domains, "bounce_domains, such as "
	    "{ example.com }", diag);
	return no_keys || no_domains ? NULL : bounce_new(&options, diag);
}

/* ---- signing ---- */

static const char *
or_null(const char *path)
{
	return path[0] == '\0' ? NULL : path;
}

bool
wire_signing(const struct settings *settings, uid_t signer,
    struct diag *diag, struct signing **signing_out)
{
	struct signing_options options = {
		.table = or_null(settings->signing),
		.key_table = or_null(settings->signing_key_table),
		.signing_table = or_null(settings->signing_table),
		.multiple = strcmp(settings->signing_matches, "all") == 0,
		.allow_readable =
		    strcmp(settings->allow_readable_keys, "yes") == 0,
		.signer = signer,
	};

	*signing_out = NULL;
	if (options.table == NULL && options.signing_table == NULL)
		return true;
	*signing_out = signing_new(&options, diag);
	return *signing_out != NULL;
}

/* ---- who may send as whom ---- */

static bool
asks(const struct policy *policy, const char *function)
{
	const char *name;

	for (size_t i = 0; (name = policy_call_name(policy, i)) != NULL; i++)
		if (strcmp(name, function) == 0)
			return true;
	return false;
}

/* A policy that asks what nobody says; its answers will be unknown. */
static void
warn_of_no_rights(const struct settings *settings,
    const struct policy *policy, struct diag *diag)
{
	if (policy != NULL && settings->sender_logins.count == 0 &&
	    strcmp(settings->login_is_address, "yes") != 0 &&
	    asks(policy, "owns"))
		diag_add(diag, DIAG_WARNING, settings->policy, 0, 0,
		    STR_NONE, "it asks owns(), but sender_logins is empty "
		    "and login_is_address = no: who owns what is unknown");
}

static struct rights *
rights_for(const struct settings *settings, const struct policy *policy,
    struct diag *diag)
{
	warn_of_no_rights(settings, policy, diag);
	return rights_new(&(struct rights_options){
	    .tables = settings->sender_logins.at,
	    .table_count = settings->sender_logins.count,
	    .local_domains = settings->local_domains.at,
	    .local_domain_count = settings->local_domains.count,
	    .delimiters = settings->recipient_delimiter,
	    .login_is_address =
		strcmp(settings->login_is_address, "yes") == 0 }, diag);
}

/* ---- names and domains that are protected ---- */

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

/* ---- the store ---- */

/* The path, or "" where there is none. */
static const char *
spool_path(const struct settings *settings, struct arena *arena)
{
	struct str store = str_from(settings->store);

	if (strcmp(settings->store_spool, "none") == 0)
		return "";
	if (strcmp(settings->store_spool, "auto") != 0)
		return settings->store_spool;
	if (!str_starts_nocase(store, STR("sqlite:")))
		return "/var/lib/assay/store.spool";
	return arena_printf(arena, "%.*s.spool",
	    STR_ARG(str_skip(store, strlen("sqlite:")))).ptr;
}

static bool
same_store(const struct settings *a, const struct settings *b)
{
	return strcmp(a->store, b->store) == 0 &&
	    strcmp(a->store_spool, b->store_spool) == 0 &&
	    a->store_spool_size == b->store_spool_size;
}

/* The running one, with all it knows, where it is the same. */
static struct store *
store_for(const struct settings *settings, const struct wiring *running,
    struct arena *arena, struct diag *diag)
{
	const char *spool = spool_path(settings, arena);
	char why[500] = "";
	struct store *store;

	if (running != NULL && running->store != NULL &&
	    same_store(settings, running->settings))
		return store_ref(running->store);
	store = store_open(str_from(settings->store), why, sizeof(why));
	if (store == NULL) {
		settings_mistake(settings, "store", diag, why);
	} else if (spool[0] != '\0' && !store_spool(store, spool,
	    settings->store_spool_size, why, sizeof(why))) {
		settings_mistake(settings, "store_spool", diag, why);
		store_close(store, 0);
		store = NULL;
	}
	return store;
}

static void
warn_of_no_store(const struct settings *settings,
    const struct policy *policy, struct diag *diag)
{
	static const char *const asking[] = { "rate", "rate.rcpts",
	    "rate.crossed", "greylist", "reputation",
	    "reputation.confidence" };
	size_t count = sizeof(asking) / sizeof(asking[0]);

	for (size_t i = 0; i < count && policy != NULL; i++)
		if (settings->store[0] == '\0' && asks(policy, asking[i]))
			diag_add(diag, DIAG_WARNING, settings->policy, 0, 0,
			    STR_NONE, "it asks %s(), but store is not set: "
			    "what it answers is unknown", asking[i]);
	if (settings->store[0] == '\0' && policy != NULL &&
	    policy_reads(policy, FACT_ID_DKIM_REPLAYED))
		diag_add(diag, DIAG_WARNING, settings->policy, 0, 0, STR_NONE,
		    "it reads dkim.replayed, but store is not set: it is "
		    "unknown");
}

/* A history that nobody could read is a mistake. */
static bool
check_history(const struct settings *settings, struct diag *diag)
{
	bool memory = str_starts_nocase(str_from(settings->store),
	    STR("memory:"));

	if (settings->history == 0 || (settings->store[0] != '\0' && !memory))
		return true;
	settings_mistake(settings, "history", diag, memory ?
	    "history needs a store that others can read, not memory:" :
	    "history needs a store");
	return false;
}

/* ---- all together ---- */

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

/* To be freed.  Each was checked when the settings were read. */
static struct ipnet *
networks_of(const struct setting_list *list)
{
	struct ipnet *networks = xcalloc(list->count + 1, sizeof(*networks));

	for (size_t i = 0; i < list->count; i++)
		ensure(ipnet_parse(str_from(list->at[i]), &networks[i]));
	return networks;
}

/* False: the key cannot be had, and why is in diag. */
static bool
open_sealing(struct wiring *wiring, struct diag *diag)
{
	const struct settings *settings = wiring->settings;
	struct seal_options *seal = &wiring->seal;
	struct arena *arena = wiring->arena;
	struct str note = STR_NONE;

	if (strcmp(settings->arc_seal, "yes") != 0)
		return true;
	wiring->seal_key = dkim_private_load(arena, settings->arc_key, false,
	    &note);
	if (wiring->seal_key == NULL) {
		settings_mistake(settings, "arc_key", diag,
		    arena_z(arena, note));
		return false;
	}
	if (note.len > 0)
		log_warn("%.*s", STR_ARG(note));
	ensure(domain_to_ascii(arena, str_from(settings->arc_domain),
	    &seal->domain));
	ensure(domain_to_ascii(arena, str_from(settings->arc_selector),
	    &seal->selector));
	seal->key = wiring->seal_key;
	seal->recipients = settings->arc_seal_recipients.at;
	seal->recipient_count = settings->arc_seal_recipients.count;
	wiring->seal_networks = networks_of(&settings->arc_seal_networks);
	seal->networks = wiring->seal_networks;
	seal->network_count = settings->arc_seal_networks.count;
	return true;
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
		.now = wire->now, .explain = wire->explain,
	};
	struct ipnet *relays = networks_of(&settings->trusted_relays);
	struct engine *engine;
	struct ipnet *networks = networks_of(&settings->sign_networks);

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

	wiring->refs = 1;
	wiring->settings = settings;
	wiring->arena = arena_new();
	/* All are tried, so that the mistakes of all are told. */
	wiring->policy = policy_for(settings, options, diag);
	if (has_shadow(settings))
		wiring->shadow = policy_named(settings->shadow_policy,
		    settings, diag);
	wiring->rights = rights_for(settings, wiring->policy, diag);
	wiring->shared_dns = dns_for(settings, options->running, diag);
	if (bounces_are_tagged(settings))
		wiring->bounce = bounce_for(settings, diag);
	wiring->protect = protect_for(settings);
	warn_of_no_store(settings, wiring->policy, diag);
	can_store = !check_history(settings, diag) ? false :
	    !options->remembers || settings->store[0] == '\0' ||
	    (wiring->store = store_for(settings, options->running,
	    wiring->arena, diag)) != NULL;
	can_store = wire_privacy(settings, wiring->arena, diag,
	    &wiring->privacy) && can_store;
	can_seal = open_sealing(wiring, diag);
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
		watch_lists(wiring->lists, wiring->policy, settings);
		watch_lists(wiring->lists, wiring->shadow, settings);
	}
	wiring->engine = engine_for(wiring, options);
	return wiring;
}

struct wiring *
wiring_ref(struct wiring *wiring)
{
	__atomic_add_fetch(&wiring->refs, 1, __ATOMIC_RELAXED);
	return wiring;
}

void
wiring_free(struct wiring *wiring)
{
	if (wiring == NULL ||
	    __atomic_sub_fetch(&wiring->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	engine_unref(wiring->engine);
	signing_free(wiring->signing);
	policy_unref(wiring->policy);
	policy_unref(wiring->shadow);
	bounce_free(wiring->bounce);
	rights_free(wiring->rights);
	protect_free(wiring->protect);
	dns_unref(wiring->shared_dns);
	store_close(wiring->store, STORE_CLOSE_MS);
	dkim_private_unref(wiring->seal_key);
	free(wiring->seal_networks);
	arena_free(wiring->arena);
	settings_free(wiring->settings);
	free(wiring);
}
