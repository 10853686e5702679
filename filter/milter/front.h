/*
 * front - the milter protocol, spoken by libmilter
 *
 * libmilter reads the MTA's events and calls the callbacks in this room, each
 * connection on one thread at a time; they tell the session, wait for its
 * answer where the MTA waits for ours, and turn it into milter replies.
 *
 * The engine can be replaced at any time: a connection keeps the one that it
 * began with, also what it negotiated by that engine's policy.
 *
 * Signals:	libmilter would take SIGTERM, SIGINT and SIGHUP and stop at
 *		once, also in the middle of messages.  In a program with this
 *		room it gets none (see signals.c): block them in all threads
 *		and take them with sigwaitinfo().
 * Threads:	front_use() and front_load() from any.
 */
#ifndef ASSAY_MILTER_FRONT_H
#define ASSAY_MILTER_FRONT_H

#include "session/session.h"

struct front_engine {
	struct engine	*engine;
	bool		 tempfail_on_trouble;
	/* What the engine stands on; each connection holds a reference. */
	void		*owner;
	void		(*ref)(void *owner);
	void		(*unref)(void *owner);
};

/* The engine for new connections; the owner of the one before is let go. */
void front_use(const struct front_engine *engine);

/*
 * Take a listening socket over.  False: libmilter will not, it was told to
 * the system log.  Once a process.
 */
bool front_open(int listen_fd);

/* Serve.  Returns only when libmilter cannot go on. */
void front_run(void);

struct front_load {
	unsigned	connections;	/* open */
	unsigned	messages;	/* begun and not ended */
	uint64_t	idle_ms;	/* since a callback last returned; 0
					 * while one runs */
	uint64_t	busy_ms;	/* for so long callbacks run and none
					 * has returned; 0 while none runs */
};

void front_load(struct front_load *load_out);

#endif
