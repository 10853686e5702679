/*
 * assay reputation: what is remembered of a sender, and to forget it.
 */
#include <string.h>

#include "base/clock.h"
#include "base/domain.h"
#include "tool/remember.h"

enum { NOTHING_KNOWN = 1 };

static const char command[] = "reputation";

struct options {
	struct tool_common	 common;
	bool			 reset;
};

static const struct option table[] = {
	TOOL_COMMON_OPTIONS,
	{ "reset", no_argument, NULL, 'R' },
	{ NULL, 0, NULL, 0 },
};

/* An address, or a network, is its client.net; a name is a domain. */
static bool
read_id(struct arena *arena, struct str text, struct identities *who)
{
	char site[IP_SITE_MAX];
	struct ipnet net;
	struct str domain;

	*who = (struct identities){ .count = 0 };
	if (ipnet_parse(text, &net)) {
		identities_add(arena, who, IDENTITY_NET,
		    ip_format_site(&net.ip, site));
		return true;
	}
	if (!domain_is_valid(text) || !domain_to_ascii(arena, text, &domain))
		return false;
	identities_add(arena, who, IDENTITY_DKIM, domain);
	identities_add(arena, who, IDENTITY_SPF, domain);
	return true;
}

static bool
one(const struct options *options, struct remember *store,
    struct arena *arena, const struct identity *who, bool *known)
{
	uint64_t half_life = store->settings->reputation_half_life;
	int64_t now_ms = clock_unix() * 1000;
	struct store_op op = identity_op(arena, who, half_life, now_ms, 0, 0);
	struct store_answer is;

	if (!remember_ask(store, &op, &is))
		return false;
	*known |= is.spam != 0 || is.ham != 0;
	if (options->reset && (is.spam != 0 || is.ham != 0)) {
		op = identity_op(arena, who, half_life, now_ms, -is.spam,
		    -is.ham);
		if (!remember_ask(store, &op, &is))
			return false;
	}
	tool_print_identity(who, is.spam, is.ham, options->common.json);
	return true;
}

static int
run(const struct options *options, struct remember *store,
    struct arena *arena, char **ids)
{
	bool known = false;
	struct identities who;

	for (; *ids != NULL; ids++) {
		if (!read_id(arena, str_from(*ids), &who))
			return tool_usage(command, "\"%s\" is no domain, "
			    "address or network", *ids);
		for (size_t i = 0; i < who.count; i++)
			if (!one(options, store, arena, &who.at[i], &known))
				return TOOL_BAD_USE;
	}
	return known ? TOOL_DONE : NOTHING_KNOWN;
}

int
tool_reputation(int argc, char **argv)
{
	struct options options = { .reset = false };
	struct settings *settings;
	struct remember store;
	struct arena *arena;
	int letter, status = TOOL_BAD_USE;

	while ((letter = tool_option(command, argc, argv,
	    TOOL_COMMON_LETTERS, table, NULL)) != -1) {
		if (letter == 'R')
			options.reset = true;
		else if (!tool_common_option(&options.common, letter, optarg))
			return TOOL_BAD_USE;
	}
	if (optind == argc)
		return tool_usage(command, "of whom?");
	settings = tool_settings(&options.common);
	if (settings == NULL)
		return TOOL_BAD_USE;
	arena = arena_new();
	if (remember_open(settings, command, &store)) {
		status = run(&options, &store, arena, argv + optind);
		remember_close(&store);
	}
	arena_free(arena);
	settings_free(settings);
	return status;
}
