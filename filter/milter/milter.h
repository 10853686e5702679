/*
 * milter - what the files of this room share: one SMTP connection
 *
 * Lifetime:	made by xxfi_negotiate, freed by xxfi_close, which libmilter
 *		calls for every connection, however it ends.
 * Threads:	callbacks of a connection come one at a time, but not always
 *		on the same thread; each holds the connection's strand.
 */
#ifndef ASSAY_MILTER_MILTER_H
#define ASSAY_MILTER_MILTER_H

/* Before mfapi.h, which makes a bool of its own where there is none. */
#include "milter/front.h"

#include <libmilter/mfapi.h>

struct client {
	struct front_engine	 engine;
	struct connection	*conn;
	struct strand		*strand;
	unsigned long		 steps;		/* SMFIP_*, as agreed */
	unsigned long		 actions;	/* SMFIF_* */
	bool			 negotiated;
	bool			 in_message, has_queue_id;
	bool			 answered;	/* by the session */
	struct session_reply	 reply;
};

/* front.c: the connection of ctx, made if there is none yet. */
struct client *client_of(SMFICTX *ctx);
void client_close(SMFICTX *ctx);
/* Around each callback; enter returns holding the strand. */
struct client *client_enter(SMFICTX *ctx);
sfsistat client_leave(struct client *client, sfsistat status);
/* A message began or ended; the same twice does nothing. */
void client_message(struct client *client, bool begins);

/* negotiate.c */
sfsistat on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1,
    unsigned long f2, unsigned long f3, unsigned long *pf0,
    unsigned long *pf1, unsigned long *pf2, unsigned long *pf3);
/* The SMFIP_NR_ flag of a stage; 0 for the message's end. */
unsigned long no_reply_flag(enum stage stage);

/* callbacks.c */
extern const struct smfiDesc front_callbacks;

/* reply.c: carry out client->reply; the status for libmilter. */
sfsistat reply_send(SMFICTX *ctx, struct client *client, enum stage stage);
/* There is no answer: by on_failure. */
sfsistat reply_trouble(const struct client *client);

#endif
