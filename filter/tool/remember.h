/*
 * remember - the daemon's store, for commands that look into it
 */
#ifndef ASSAY_TOOL_REMEMBER_H
#define ASSAY_TOOL_REMEMBER_H

#include "reputation/reputation.h"
#include "tool/tool.h"

struct remember {
	struct settings	*settings;	/* not owned */
	const char	*command;
	struct store	*store;
	struct strand	*strand;
	const char	*told;		/* why it did not answer; or NULL */
};

/* The store that the settings name; false: what is wrong was said. */
bool remember_open(struct settings *settings, const char *command,
    struct remember *out);
/* Waits; false: the store did not answer, which was said, once as long as it
 * is so. */
bool remember_ask(struct remember *store, const struct store_op *op,
    struct store_answer *answer_out);
/* The same for STORE_TAKE; its texts are the arena's. */
bool remember_take(struct remember *store, const struct store_op *op,
    struct arena *arena, struct store_answer *answer_out);
/* False: not all was written, which was said. */
bool remember_close(struct remember *store);

/*
 * One identity as a line, or with json as an object of its keys: "dkim
 * example.com: reputation 0.52, confidence 0.40 (spam 1.2, ham 3.8)".
 */
void tool_print_identity(const struct identity *who, double spam, double ham,
    bool json);

#endif
