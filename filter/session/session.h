/*
 * session - one SMTP session as its filter sees it
 *
 * The front (milter, tool, test) tells what happens; the session starts the
 * checks, keeps the facts, has the policy decide, and answers.  It knows no
 * protocol of the front and never blocks: an answer comes through done(),
 * once, on the connection's strand, perhaps before the call returns.
 *
 *	connect [helo]* { mail rcpt* [header* eoh body* eom] | abort }* close
 *
 * Threads:	all calls are made holding the connection's strand
 *		(connection_strand).  Between a call with done() and done()
 *		only session_expire(), session_abort() and connection_free()
 *		may be called.
 * Hostile:	every argument.  Caps are in base/limits.h; what is over a cap
 *		is not kept, and the event says so.
 */
#ifndef ASSAY_SESSION_SESSION_H
#define ASSAY_SESSION_SESSION_H

#include "action/edit.h"
#include "bounce/bounce.h"
#include "checks/check.h"
#include "dnslist/lists.h"
#include "event/event.h"
#include "mail/relay.h"
#include "policy/policy.h"
#include "store/store.h"
#include "rights/rights.h"
#include "session/seal.h"
#include "signing/signing.h"

/*
 * All that a running filter consists of.  Immutable and shared; a reload
 * makes a new one, and connections keep theirs until they close.
 */
struct engine;

/* What messages add to the reputation of those who sent them. */
struct reputation_options {
	enum { REPUTATION_AUTO,		/* where a policy asks for it */
	       REPUTATION_ALWAYS, REPUTATION_NEVER } learn;
	uint64_t		 half_life_ms;
	double			 spam_score;	/* from there on it is spam */
	double			 ham_score;	/* below it is ham */
};

/* What is noted for domain owners that ask for failure reports (RFC 9991). */
struct failure_options {
	bool			 on;
	size_t			 body_octets;	/* of texts, from their
						 * beginning; 0: none */
	struct str		 key;		/* local parts are hidden by */
	struct str		 report_from;
};

struct engine_options {
	struct resolver		*dns;		/* not owned */
	struct policy		*policy;	/* a reference is taken */
	struct policy		*shadow;	/* the same; or NULL: another
						 * policy that is evaluated,
						 * never acted on */
	struct str		 shadow_file;	/* as the settings name it */
	struct event_writer	*events;	/* or NULL; not owned */
	/* Sees every event while it is whole; or NULL. */
	void			(*watch)(void *ctx,
				    const struct event *event);
	void			*watch_ctx;
	const struct rights	*rights;	/* or NULL; not owned */
	bool			 stamp_login;	/* smtp.auth is shown */
	struct check_options	 checks;	/* texts must outlive it */
	struct str		 authserv_id;	/* RFC 8601 section 2.5 */
	struct str		 host;		/* our name in events */
	const struct str	*trusted_ids;	/* whose fields are kept; ours
						 * never is */
	size_t			 trusted_count;
	const struct ipnet	*own_networks;	/* copied: whose mail is ours */
	size_t			 own_network_count;
	/* What is remembered between messages; NULL: nothing; not owned. */
	struct store		*store;
	uint64_t		 store_timeout_ms;
	uint64_t		 history_ms;	/* events are kept there so
						 * long; 0: they are not */
	uint64_t		 greylist_window_ms, greylist_lifetime_ms;
	uint64_t		 greylist_auto_pass;	/* messages; 0: never */
	/* Which DNS lists are to be believed; NULL: all are; not owned. */
	struct lists		*lists;
	struct reputation_options reputation;
	struct failure_options	 failures;	/* texts are copied */
	const struct bounce	*bounce;	/* NULL: no tags; not owned */
	struct seal_options	 seal;		/* what it points to must
						 * outlive it */
	const struct signing	*signing;	/* or NULL; not owned */
	const struct privacy	*privacy;	/* or NULL; not owned */
	bool			 tempfail_on_trouble;	/* on_failure */
	uint64_t		 message_wait_ms;	/* at most, at eom */
	size_t			 max_header_octets;
	struct relay_list	 relays;	/* trusted: copied */
	int64_t			 now;		/* 0: the clock says */
	bool			 all_checks;	/* also those of strangers, for
						 * mail that is ours */
	bool			 explain;	/* events tell what each rule
						 * saw; for one message a
						 * connection */
};

struct engine *engine_new(const struct engine_options *options);
struct engine *engine_ref(struct engine *engine);
void engine_unref(struct engine *engine);
const struct policy *engine_policy(const struct engine *engine);
/* Its policy or its shadow policy does. */
bool engine_reads(const struct engine *engine, enum fact_id id);
/* DNS lists are asked as soon as this stage is told of. */
bool engine_asks_lists(const struct engine *engine, enum stage stage);
/* Its replies may change sender and recipients. */
bool engine_edits_envelope(const struct engine *engine);
/* How long the front waits for done() before it calls session_expire(). */
uint64_t engine_wait_ms(const struct engine *engine, enum stage stage);

struct connection;

struct session_client {
	struct ip	ip;		/* IP_NONE: not SMTP, or not known */
	struct str	name;		/* verified by the MTA, or empty */
	struct str	listener;	/* {daemon_name}, or empty */
	struct ip	listener_ip;	/* {daemon_addr}, or IP_NONE */
	unsigned	listener_port;	/* {daemon_port}; 0: not known */
	unsigned	connections;	/* {client_connections}; the same */
};

struct session_mail {
	struct str	from;		/* without <>; empty for a bounce */
	struct str	auth_user, auth_method;		/* empty: none */
	struct str	tls_version, tls_cipher;
	/* Of a certificate that the MTA has verified. */
	struct str	tls_cert_subject, tls_cert_issuer;
	uint64_t	size;		/* SIZE=; 0: not said */
	bool		smtputf8;	/* SMTPUTF8 (RFC 6531) */
	struct str	queue_id;	/* empty: session_queue_id() comes */
};

/* What the MTA is to answer. */
struct rcpt_change {
	struct str	from, to;
};

struct session_reply {
	enum action	action;		/* CONTINUE ACCEPT REJECT TEMPFAIL
					 * DISCARD QUARANTINE; BYPASS comes
					 * as ACCEPT */
	unsigned	code;		/* REJECT, TEMPFAIL */
	struct str	enhanced, text;	/* text also for QUARANTINE */
	/* At eom: what to change in the header, in this order. */
	const struct edit *edits;
	size_t		edit_count;
	/* At eom: what becomes of the envelope. */
	struct str	new_from;	/* empty: it stays */
	const struct rcpt_change *rcpt_changes;
	size_t		rcpt_change_count;
};

typedef void session_done_fn(void *ctx, const struct session_reply *reply);

struct connection *connection_new(struct engine *engine);
void connection_free(struct connection *conn);	/* a close; enters nothing:
						 * hold the strand, which lives
						 * on by your own reference */
struct strand *connection_strand(struct connection *conn);

void session_connect(struct connection *conn,
    const struct session_client *client, session_done_fn *done, void *ctx);
void session_helo(struct connection *conn, struct str name,
    session_done_fn *done, void *ctx);
void session_mail(struct connection *conn, const struct session_mail *mail,
    session_done_fn *done, void *ctx);
void session_rcpt(struct connection *conn, struct str address,
    session_done_fn *done, void *ctx);
/* The MTA has refused this recipient: no rule is asked, the event tells. */
void session_rcpt_refused(struct connection *conn, struct str address);
/* The queue id, as soon as the front knows it; later calls are ignored. */
void session_queue_id(struct connection *conn, struct str id);
void session_header(struct connection *conn, struct str name,
    struct str value);
void session_eoh(struct connection *conn);
/* False: the rest of the body is not needed.  A front that has to read it all
 * the same hands it over, so that its size is known. */
bool session_body(struct connection *conn, struct str piece);
/* The rest was left out. */
void session_body_skipped(struct connection *conn);
void session_eom(struct connection *conn, session_done_fn *done, void *ctx);
/*
 * Waited too long for done(): what is not known becomes temperror or unknown,
 * the policy decides without it, and done() runs before this returns.
 */
void session_expire(struct connection *conn);
/* The message is over (also in the middle of one); done() will not run. */
void session_abort(struct connection *conn);

#endif
