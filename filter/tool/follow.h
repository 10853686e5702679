/*
 * follow - what comes to an event log or a store, as it comes
 *
 * Until the process is stopped, or look() says that it is enough.  A file is
 * read on when it is rotated or cut; a store that is away may come back.
 */
#ifndef ASSAY_TOOL_FOLLOW_H
#define ASSAY_TOOL_FOLLOW_H

#include "store/history.h"
#include "tool/tool.h"

struct tool_follow {
	const struct tool_common *common;
	const char	*command;
	const char	*path;
	/* Of a store; what else comes is left out. */
	struct str	 queue_id;
	bool		 lines;		/* rows come with them */
	void		(*row)(void *ctx, const struct history_row *row);
	/* Of a file: a line, without its end. */
	void		(*line)(void *ctx, struct str line);
	/* Four times a second.  False: it is enough. */
	bool		(*look)(void *ctx);
	void		*ctx;
};

/* The exit status. */
int tool_follow(const struct tool_follow *follow);

#endif
