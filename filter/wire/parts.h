/*
 * parts - what wire.c puts together, a file each
 *
 * Errors:	NULL or false, and why in diag.
 */
#ifndef ASSAY_WIRE_PARTS_H
#define ASSAY_WIRE_PARTS_H

#include "wire/wire.h"

/* What two wirings may share across a reload: a resolver, and what is known
 * of the lists that are asked through it. */
struct wire_dns {
	struct resolver	*dns;
	struct lists	*lists;
	unsigned	 refs;
};

struct wire_dns *wire_dns_for(const struct settings *settings,
    const struct wiring *running, struct diag *diag);
void wire_dns_unref(struct wire_dns *shared);		/* NULL is allowed */
void wire_watch_lists(struct lists *lists, const struct policy *policy,
    const struct settings *settings);

struct policy *wire_policy(const struct settings *settings,
    const struct wire_options *options, struct diag *diag);
/* The name is that of a setting. */
struct policy *wire_policy_named(const char *name,
    const struct settings *settings, struct diag *diag);
/* It calls this function. */
bool wire_asks(const struct policy *policy, const char *function);

struct bounce *wire_bounce(const struct settings *settings,
    struct diag *diag);
struct rights *wire_rights(const struct settings *settings,
    const struct policy *policy, struct diag *diag);
/* Fills in seal and what it points to; true also where nothing is sealed. */
bool wire_sealing(struct wiring *wiring, struct diag *diag);

/* The running one, with all it knows, where it is the same. */
struct store *wire_store(const struct settings *settings,
    const struct wiring *running, struct arena *arena, struct diag *diag);
void wire_http_warn(const struct settings *settings, struct diag *diag);
void wire_store_warn(const struct settings *settings,
    const struct policy *policy, struct diag *diag);
void wire_protected_warn(const struct settings *settings,
    const struct policy *policy, struct diag *diag);
bool wire_history_ok(const struct settings *settings, struct diag *diag);

/* To be freed. */
struct ipnet *wire_networks(const struct setting_list *list);

#endif
