/*
 * wire - from settings to a running engine
 *
 * The one place that knows how the rooms are plugged together; assayd and
 * assay share it.
 */
#ifndef ASSAY_WIRE_WIRE_H
#define ASSAY_WIRE_WIRE_H

#include "conf/settings.h"
#include "mail/protect.h"
#include "session/session.h"

/*
 * An engine and what it stands on.  Immutable and counted: whoever has a
 * connection of the engine open holds a reference.
 */
struct wiring {
	struct settings		*settings;
	struct resolver		*dns;
	struct policy		*policy;
	struct policy		*shadow;	/* NULL: none */
	struct bounce		*bounce;	/* NULL: no tags */
	struct signing		*signing;	/* NULL: nothing is signed */
	struct rights		*rights;
	struct protect		*protect;	/* NULL: nothing is protected */
	struct engine		*engine;
	struct seal_options	 seal;		/* ... and what it points to: */
	struct dkim_private	*seal_key;
	struct ipnet		*seal_networks;
	struct arena		*arena;		/* texts of this wiring */
	struct wire_dns		*shared_dns;	/* parts.h */
	struct store		*store;		/* or NULL */
	struct lists		*lists;		/* or NULL: not tested */
	struct privacy		 privacy;
	struct failure_options	 failures;
};

struct wire_options {
	struct event_writer	*events;	/* or NULL; not owned */
	void			(*watch)(void *ctx,
				    const struct event *event);	/* or NULL */
	void			*watch_ctx;
	int64_t			 now;		/* 0: the clock's */
	bool			 remembers;	/* opens the store, and tests
						 * the DNS lists */
	const char		*policy_text;	/* instead of the settings'
						 * policy; or NULL */
	bool			 all_checks, explain; /* struct
						 * engine_options */
	/* Its resolver, with all it knows, is kept where the settings for DNS
	 * have not changed (zone files are read anew all the same); or NULL. */
	const struct wiring	*running;
};

/*
 * Build everything that the settings ask for.  Takes the settings over.  On a
 * mistake returns NULL, frees the settings and says why in diag; nothing that
 * runs is touched.
 */
struct wiring *wiring_new(struct settings *settings,
    const struct wire_options *options, struct diag *diag);
/* What the settings say of signing; false, and why in diag.  *signing_out is
 * NULL where they say nothing.  signer: see signing.h. */
bool wire_signing(const struct settings *settings, uid_t signer,
    struct diag *diag, struct signing **signing_out);
/* The resolver that the settings ask for, or NULL and why in diag. */
struct resolver *wire_resolver(const struct settings *settings,
    struct diag *diag);

/* NULL is allowed.  Not on the resolver's thread. */
void wiring_free(struct wiring *wiring);

/*
 * The policy file that a setting names: as it is if it holds a slash and
 * exists; else beside the settings file, among the installed ones, or in
 * policies/ beside a program that is not installed.  ".policy" may be left out.
 */
bool wire_find_policy(const char *name, const char *settings_file,
    char *path_out, size_t size);

#endif
