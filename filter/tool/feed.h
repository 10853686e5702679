/*
 * feed - a message file through a session of the daemon's, as an MTA would
 */
#ifndef ASSAY_TOOL_FEED_H
#define ASSAY_TOOL_FEED_H

#include "session/session.h"
#include "tool/message.h"

/* What the MTA would say of the client and the envelope. */
struct feed {
	struct session_client	 client;
	struct str		 helo;
	struct session_mail	 mail;
	bool			 from_given;	/* else Return-Path says it */
	const char *const	*rcpts;
	size_t			 rcpt_count;
};

/* One session; what it comes to, the engine's watch sees. */
void feed_message(struct engine *engine, const struct feed *feed,
    struct arena *arena, const struct message_file *message);

/*
 * An option that speaks of the client or the sender: --ip I, --name N, --helo
 * H, --from F, --auth A, --listener L, by these letters.  False: another one,
 * or no such value.
 */
bool feed_option(struct feed *feed, int letter, const char *argument);

#endif
