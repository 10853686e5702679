/*
 * health - how assayd is: /metrics, /healthz and /readyz
 *
 * Ready means: it listens for the MTA and does not stop, a policy is loaded,
 * and the resolver answers (probe.h).  Healthy means: libmilter serves, its
 * callbacks return, and the thread by which checks go on comes to what it is to
 * do.
 *
 * Threads:	one caller, that of main(), but health_front_ended(); the server
 *		has a thread of its own.
 */
#ifndef ASSAY_HEALTH_H
#define ASSAY_HEALTH_H

#include "daemon.h"
#include "generation.h"

/*
 * Listen where the setting http says, if it does.  What is listened on already
 * stays open.  user: who will own a unix socket; NULL: it stays as it is made.
 * False, and why was told by log_error(): it is as it was.
 */
bool health_listen(const struct settings *settings,
    const struct daemon_user *user);

/* It is in use from now on; a reference is taken. */
void health_use(struct generation *generation);
/* The first is in use, and the MTA can connect; serve from now on. */
void health_start(void);
/* A reload went wrong. */
void health_not_reloaded(void);
/* No more connections are taken: not ready any more. */
void health_stop(void);
/* libmilter does not go on.  From any thread. */
void health_front_ended(void);
/*
 * Tell systemd that we live (WATCHDOG=1), as far as can be told without asking:
 * libmilter serves, and callbacks return in the time that the settings give
 * them.  Otherwise nothing is said, and systemd starts us anew.  From any
 * thread, after health_use().
 */
void health_feed_watchdog(void);

/* No more answers; the generation is given up. */
void health_end(void);

#endif
