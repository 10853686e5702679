/*
 * reporter - what commands that send reports share
 *
 * Errors:	what is wrong was said on standard error.
 * Threads:	everything waits here.
 */
#ifndef ASSAY_TOOL_REPORTER_H
#define ASSAY_TOOL_REPORTER_H

#include "outmail/sender.h"
#include "reporting/destination.h"
#include "reporting/suppression.h"
#include "tool/remember.h"

struct reporter {
	const char	*command;
	struct tool_dns	 dns;		/* with the settings */
	struct remember	 store;
	struct arena	*arena;		/* of the whole run */
	struct outmail_sender sender;
	struct suppression suppression;
};

bool reporter_open(const struct tool_common *common, const char *command,
    struct reporter *out);
/* False: not all was written to the store, which was said. */
bool reporter_close(struct reporter *reporter);

/* Where the reports of a record may go; false: DNS does not end. */
bool reporter_destinations(struct reporter *reporter, struct arena *arena,
    const struct destination_query *query, const struct destination **list_out,
    size_t *count_out);

/* False: the store does not say. */
bool reporter_is_suppressed(struct reporter *reporter, struct arena *arena,
    struct str address, int64_t now_ms, bool *suppressed_out);

/* Hand a mail to one recipient over.  A refusal counts like a bounce. */
void reporter_send(struct reporter *reporter, struct arena *arena,
    struct str to, struct str message, int64_t now_ms,
    const struct handover_steps *steps, struct handover_result *result_out);

#endif
