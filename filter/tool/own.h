/*
 * own - domains of ours, as options and settings name them
 *
 * Ownership:	names lie in the arena.
 */
#ifndef ASSAY_TOOL_OWN_H
#define ASSAY_TOOL_OWN_H

#include "base/vec.h"
#include "conf/settings.h"

struct tool_own {
	struct str	*at;
	size_t		 count, size;
};

/* A domain, or that of an address; false: it is none. */
bool tool_own_add(struct tool_own *own, struct arena *arena,
    struct str text);

/* Those of local_domains, bounce_domains and arc_domain; what is no domain
 * there is left out. */
void tool_own_settings(struct tool_own *own, struct arena *arena,
    const struct settings *settings);

#endif
