/* What leaves: tags of bounces, signatures, who may send as whom, ARC seals. */
#include "wire/parts.h"

#include <string.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "base/log.h"
#include "dkim/private.h"

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

struct bounce *
wire_bounce(const struct settings *settings, struct diag *diag)
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

/* A policy that asks what nobody says; its answers will be unknown. */
static void
warn_of_no_rights(const struct settings *settings,
    const struct policy *policy, struct diag *diag)
{
	if (policy != NULL && settings->sender_logins.count == 0 &&
	    strcmp(settings->login_is_address, "yes") != 0 &&
	    wire_asks(policy, "owns"))
		diag_add(diag, DIAG_WARNING, settings->policy, 0, 0,
		    STR_NONE, "it asks owns(), but sender_logins is empty "
		    "and login_is_address = no: who owns what is unknown");
}

struct rights *
wire_rights(const struct settings *settings, const struct policy *policy,
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

/* ---- sealing ---- */

/* False: the key cannot be had, and why is in diag. */
bool
wire_sealing(struct wiring *wiring, struct diag *diag)
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
	wiring->seal_networks = wire_networks(&settings->arc_seal_networks);
	seal->networks = wiring->seal_networks;
	seal->network_count = settings->arc_seal_networks.count;
	return true;
}
