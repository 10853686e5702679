/* The store, and what is not known without one. */
#include "wire/parts.h"

#include <string.h>

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
struct store *
wire_store(const struct settings *settings, const struct wiring *running,
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

void
wire_store_warn(const struct settings *settings,
    const struct policy *policy, struct diag *diag)
{
	static const char *const asking[] = { "rate", "rate.rcpts",
	    "rate.crossed", "greylist", "reputation",
	    "reputation.confidence" };
	size_t count = sizeof(asking) / sizeof(asking[0]);

	for (size_t i = 0; i < count && policy != NULL; i++)
		if (settings->store[0] == '\0' && wire_asks(policy, asking[i]))
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
bool
wire_history_ok(const struct settings *settings, struct diag *diag)
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
