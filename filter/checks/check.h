/*
 * check - one thing that is found out about a message, and when
 *
 * A check is a row in registry.c and a file beside it: an adapter from the
 * stages of a session to a protocol room, and from that room's result to
 * facts and results.  Checks start as soon as their inputs are known and go on
 * as continuations on the resolver while the client is still talking.
 *
 * Threads:	the connection's strand.
 */
#ifndef ASSAY_CHECKS_CHECK_H
#define ASSAY_CHECKS_CHECK_H

#include "base/arena.h"
#include "dkim/dkim.h"
#include "dns/resolver.h"
#include "facts/facts.h"
#include "facts/results.h"
#include "mail/header.h"
#include "mail/mime.h"
#include "spf/spf.h"
#include "store/store.h"

/* When a signature has come too often to be its signer's doing. */
struct dkim_replay_options {
	struct store	*store;		/* or NULL; not owned */
	uint64_t	 timeout_ms;	/* of one question to it */
	uint64_t	 window_ms;
	double		 networks, recipients;	/* more are too many */
};

/* What the admin set, as far as checks need it. */
struct check_options {
	struct str		receiver;	/* our name: %{r} of SPF */
	enum spf_engine		spf_engine;
	struct dkim_options	dkim;
	bool			dkim_l_counts;	/* for DMARC: signatures that
						 * leave out some of the body */
	uint64_t		dns_timeout_ms;	/* of a whole check */
	uint64_t		spf_timeout_ms;	/* of one SPF evaluation, where
						 * it is shorter; 0: no other */
	const char *const	*trusted_sealers;	/* domains */
	size_t			trusted_sealer_count;
	struct dkim_replay_options	replay;
	const char *const	*local_domains;	/* ours */
	size_t			local_domain_count;
	const struct ipnet	*own_networks;	/* whose mail is ours; filled
						 * in by the engine */
	size_t			own_network_count;
	const struct protect	*protect;	/* not owned; NULL: none */
};

/* A client of the SMTP session. */
struct check_client {
	struct ip	ip;		/* IP_NONE: not SMTP, or not known */
	struct str	name;		/* the MTA's, verified; or empty */
};

enum check_id {
	CHECK_IPREV, CHECK_REVERSE, CHECK_SPF_HELO, CHECK_HELO, CHECK_SPF,
	CHECK_MAIL_FROM_DNS, CHECK_HEADER, CHECK_DKIM, CHECK_DMARC, CHECK_ARC,
	CHECK_FROM_DNS, CHECK_MIME, CHECK_FORM, CHECK_BODY_FORM,
	CHECK_FROM_NAME, CHECK_LOOKALIKE, CHECK_REPLY_TO, CHECK_LIST,
	CHECK_ONE_CLICK, CHECK_REPLAY, CHECK_URI,
	CHECK_COUNT
};

struct dmarc_policy;
struct arc_results;
struct protect;

struct check_run;

/* What all checks of one connection see; the session fills it in. */
struct subject {
	const struct check_options	*options;
	struct resolver			*dns;
	struct strand			*strand;
	struct fact_set			*facts;
	struct results			*results;
	int64_t				 now;	 /* Unix time */
	/* From their stage on: */
	struct check_client		 client; /* connect */
	struct str			 helo;	 /* helo */
	struct str			 mail_from; /* mail; without <> */
	struct header			*header; /* each field before it is fed;
						  * the whole at eoh */
	/* What one check leaves for others, until its scope ends; NULL where
	 * there is nothing, or not yet: */
	const struct dmarc_policy	*author_policy;	/* by dmarc */
	const struct arc_results	*chain;		/* by arc */
	const struct dkim_results	*signatures;	/* by dkim */
	/* From the first field on: the hashes of the body, to be asked for at
	 * eoh and had at eom; the session feeds them.  NULL in tests: each
	 * check hashes for itself. */
	struct dkim_bodies		*bodies;
	/* The reader of the message's parts, where a check listens to them
	 * (check_mime); the session feeds it, before the checks. */
	struct mime			*mime;
	/* Told by a check that has finished; and its own. */
	void	(*on_finish)(struct check_run *run);
	void	*owner;
};

struct check_run {
	const struct check	*check;
	struct subject		*subject;
	struct arena		*arena;		/* of the check's scope */
	struct arena		*scratch;	/* check_scratch(), or NULL */
	void			*state;		/* its own; zeroed at start */
	uint64_t		 start_us;	/* clock_us */
	uint32_t		 took_us;	/* once finished; that much or
						 * more: UINT32_MAX */
	enum stage		 stage : 8;	/* when it was started */
	bool			 started, finished;
	bool			 told_ready;	/* ready() was called */
};

/* Only the hooks that a check wants; NULL elsewhere. */
struct check_ops {
	size_t	state_size;
	/* Its starting stage's inputs are there (see the table). */
	void	(*start)(struct check_run *run);
	void	(*header)(struct check_run *run,
		    const struct header_field *field);
	void	(*eoh)(struct check_run *run);
	/* False: enough of the body. */
	bool	(*body)(struct check_run *run, struct str piece);
	/* The message has ended. */
	void	(*eom)(struct check_run *run);
	/* The message has ended and all checks it needs are finished. */
	void	(*ready)(struct check_run *run);
	/* The scope ends; no callback may come after this.  The session
	 * calls check_cancel(). */
	void	(*cancel)(struct check_run *run);
};

struct check {
	const char		*name;
	enum stage		 starts;	/* and so the scope it lives in;
						 * STAGE_MESSAGE: with the first
						 * header field */
	bool			 on_demand;	/* not run where no policy reads
						 * a fact of it, and no check
						 * that runs needs it */
	bool			 of_strangers;	/* of mail of ours not run
						 * before a rule waits for it:
						 * it may start late, and has
						 * no hook but start, eoh,
						 * ready and cancel */
	bool			 of_client;	/* reads subject's client or
						 * helo: behind a relay started
						 * when these are known */
	unsigned		 needs;		/* CHECK_BIT of those that must
						 * finish before ready() */
	enum fact_id		 first, last;	/* the facts that it sets: a run
						 * of rows in facts.def */
	enum method		 method;	/* METHOD_COUNT: no results */
	const struct check_ops	*ops;
};

#define CHECK_BIT(id)	(1u << (id))

extern const struct check check_table[CHECK_COUNT];

/*
 * Memory to work in, until the check has finished or is cancelled: what facts
 * and results point to must not be in it.  A connection may wait for minutes
 * for the rest of a body, and many do at a time.
 */
struct arena *check_scratch(struct check_run *run);

/* text if it has bytes, as long as the check's scope lives. */
struct str check_keep(struct check_run *run, struct str text);

/* How long it ran, or runs so far. */
uint32_t check_took_us(const struct check_run *run);

/* A check calls this once, after its facts are set; its last call. */
void check_finish(struct check_run *run);

/* The scope ends: also of a check that has finished. */
void check_cancel(struct check_run *run);

/*
 * Give up: cancel it; facts it has not set become temperror or unknown, with
 * this reason.  on_finish() is not called.
 */
void check_abandon(struct check_run *run, struct str reason);

/* Finish: its facts that are not set are unknown, with this reason. */
void check_unknown(struct check_run *run, struct str reason);

/* Note a DNS answer that took part in what the check found; name and data are
 * copied.  And the same of those that live as long as the check's scope. */
void check_evidence_kept(struct check_run *run, struct str name,
    const char *type, const char *status, struct str data, bool secure);
void check_evidence(struct check_run *run, struct str name, const char *type,
    const char *status, struct str data, bool secure);

#endif
