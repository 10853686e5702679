/*
 * connection - the state of one SMTP session, for the files of this room
 *
 * connection.c takes what session.h is told of connection and envelope,
 * content.c of header and body.
 *
 * Three scopes, each inside the one before: what belongs to a scope (arena,
 * facts, results, checks, what the policy came to) is dropped with it in one
 * place, connection_reset().
 */
#ifndef ASSAY_SESSION_CONNECTION_H
#define ASSAY_SESSION_CONNECTION_H

#include "base/buf.h"
#include "policy/answers.h"
#include "session/asks.h"
#include "session/listed.h"
#include "session/session.h"

enum scope { SCOPE_CONNECTION, SCOPE_HELO, SCOPE_MESSAGE, SCOPE_COUNT };

#define STAGE_BIT(stage)	(1u << (stage))

struct engine {
	struct engine_options	 options;	/* texts are copies */
	struct arena		*arena;
	unsigned		 refs;		/* __atomic builtins */
	/* CHECK_BITs: */
	unsigned		 wanted;	/* what is run */
	unsigned		 held;		/* of it, not of mail of ours */
	unsigned		 asked;		/* of that, what rules can ask
						 * for after all */
	unsigned		 of_fields;	/* that look at each field */
	unsigned		 starting[STAGE_COUNT];	/* at MAIL with those
							 * that start before */
	bool			 learns;	/* see reputation_learn() */
	uint64_t		 wait_ms[STAGE_COUNT];
	unsigned		 list_stages;	/* STAGE_BITs: where DNS lists
						 * can first be asked */
	bool			 reads_list_texts;
	/* failure.c: __atomic builtins */
	uint64_t		 failure_minute;
	unsigned		 failures_noted;	/* within it */
	struct series		**rules;	/* count.c: of its policy */
};

/* What the policy has come to; kept for each scope, to go back to. */
struct progress {
	struct policy_run	 run;
	unsigned		 evaluated;	/* STAGE_BITs: rules were run */
	bool			 decided;	/* no more rules */
	const struct policy_rule *rule;		/* NULL: none has spoken; one
						 * that holds may be
						 * overruled */
	bool			 told;		/* its event was written */
};

struct recipient {
	struct str		 address;
	bool			 evaluated;	/* its rules were run */
	bool			 put_off;	/* to the message's end */
	enum action		 action;	/* CONTINUE: goes on */
	bool			 exempt;	/* an accept rule named it */
	enum word		 tag;		/* of TAG_WORDS, or none */
	struct str		 bare;		/* without its tag, or empty */
	const struct policy_rule *rule;		/* NULL: the MTA's own doing */
};

/* Behind the CHECK_BITs: in waited_for, and so in waited_us. */
#define WAIT_BIT(wait)	CHECK_BIT(CHECK_COUNT + (wait))

/* The event that the front waits for. */
struct pending {
	bool			 active;
	enum stage		 stage;
	session_done_fn		*done;
	void			*ctx;
	uint64_t		 begun_us, since_us;
	unsigned		 waited_for;	/* CHECK_BITs, and WAIT_BITs of
						 * what is no check */
	bool			 put_off;	/* until the client is known */
	enum stage		 rules;		/* whose are run */
};

/* What becomes of mail of ours that is to be signed (sign.c). */
struct message_signing {
	struct strand_task	 task;		/* first: see run_signing() */
	struct connection	*conn;
	bool			 posted, due;	/* waits for a thread; is made
						 * with the answer */
	struct signing_job	*job;		/* or NULL */
	struct signing_result	 result;
};

struct message {
	uint64_t		 start_us;
	struct header		 header;
	size_t			 header_octets, body_octets;
	unsigned		 authres_over;	/* such fields past the cap */
	unsigned		 from_over;
	bool			 header_begun, header_ended, ended;
	bool			 body_skipped;
	VEC(struct recipient)	 rcpts;
	size_t			 rcpt_count;
	bool			 rcpts_put_off;	/* some, see recipient */
	char			*last_rcpt;	/* past the cap */
	struct str		 queue_id;
	bool			 expired, greylist_counted;
	VEC(const char *)	 troubles;
	struct str		 tagged_from;	/* that the mail leaves with */
	const char		*untagged;	/* why it is not, or NULL */
	struct str		 field;		/* our field's value */
	struct str		 stamp;		/* the same, unfolded */
	struct edit_list	 edits;
	struct sealing		*sealing;	/* NULL: sealing is off */
	struct message_signing	*signing;	/* NULL: the mail is not ours,
						 * or there are no tables */
	struct buf		*body;		/* its beginning, for failure
						 * reports alone; or NULL */
	struct event		*event;
};

struct connection {
	struct engine		*engine;
	struct strand		*strand;
	struct arena		*arena[SCOPE_COUNT];
	struct subject		 subject;
	/* The SMTP client as the MTA told; the same as in subject, unless it
	 * is a trusted relay and the client behind it was found. */
	struct check_client	 peer;
	struct str		 peer_helo;
	bool			 relayed;	/* the peer is such a relay */
	bool			 client_found;	/* or found not to be known */
	struct fact_set		 facts;
	struct results		 results;
	struct check_run	*checks[CHECK_COUNT];	/* NULL: not started */
	uint32_t		 waited_us[CHECK_COUNT + EVENT_WAIT_COUNT];
	struct progress		 progress;
	const struct progress	*saved[SCOPE_MESSAGE];	/* at the scope's end;
							 * NULL: to nothing */
	bool			 saw_connect, saw_helo, in_message;
	struct pending		 pending;
	struct asks		 asks;
	struct answers		 answers[SCOPE_COUNT];	/* for the event */
	struct listed		 listed;
	/* Where the engine explains; how many were added in each scope. */
	VEC(struct rehearsed_stage) stages;
	size_t			 stages_of[SCOPE_COUNT];
	struct message		 message;
};

enum scope stage_scope(enum stage stage);

/* connection.c: drop everything from this scope on. */
void connection_reset(struct connection *conn, enum scope from);

/* Remember what the policy came to in this scope, to go back to. */
void connection_keep_progress(struct connection *conn, enum scope scope);

/* A message begins: the last one is over, its sender's checks start. */
void connection_begin_mail(struct connection *conn,
    const struct session_mail *mail);

/* recipients.c: the one that is being decided; NULL past the cap. */
struct recipient *recipients_current(struct connection *conn);
/*
 * The fact that lists the accepted ones, of the first upto.  It
 * takes memory of the message's: not for each recipient unless it is read.
 */
void recipients_tell(const struct connection *conn, struct fact_set *facts,
    size_t upto);

/*
 * client.c: who the client is, and the facts that say so.  Behind a relay they
 * are owed from the connect stage until client_find(), at the header's end.
 */
void client_connect(struct connection *conn,
    const struct session_client *client);
void client_helo(struct connection *conn, struct str name);
void client_mail(struct connection *conn);	/* a login is known */
void client_find(struct connection *conn);
/* We answer for this mail, as far as is known now: it is a login's, a host of
 * ours sends it, or it did not come by SMTP. */
bool client_is_ours(const struct connection *conn);
bool client_is_owed(const struct connection *conn, enum fact_id fact);
void client_forget(struct connection *conn);	/* the message is over */

/* identity.c: who the client has proved to be, and the envelope sender. */
void identity_take(struct connection *conn, const struct session_mail *mail);
/* What the stamp tells of; of a login's mail nothing about its machine. */
const struct results *identity_results(struct connection *conn);

/*
 * functions.c: what a policy's functions ask the session (function.h); and of
 * another policy, where asking twice changes nothing.
 */
void functions_answer_again(void *ctx, const struct policy_call *call,
    struct fact *result);
void functions_answer(void *ctx, const struct policy_call *call,
    struct fact *result);
/* What those that have no answer yet are waited for: bits of waited_for. */
unsigned functions_wait_for(const struct connection *conn);
/* What header() read is kept for the event. */
void functions_keep_header(struct connection *conn, struct str name,
    const struct str *value);

/* checks.c: run and end the checks of a connection, which is the subject's
 * owner. */
void run_on_finish(struct check_run *run);
void run_start(struct connection *conn, enum stage stage);
bool run_is_running(const struct connection *conn, int id);
/* The check that owes a fact, as CHECK_BIT; 0: none. */
unsigned run_of_fact(enum fact_id fact);
/* Rules wait for these checks: what was held of mail of ours is run. */
void run_held(struct connection *conn, unsigned waited_for);
/* Those that had to wait for the client; trouble: it will not be known. */
void run_start_of_client(struct connection *conn, struct str trouble);
void run_header(struct connection *conn, const struct header_field *field);
void run_eoh(struct connection *conn);
bool run_body(struct connection *conn, struct str piece);
void run_eom(struct connection *conn);
void run_cancel(struct connection *conn, enum stage from);
void run_abandon(struct connection *conn, struct str reason);
bool run_all_finished(const struct connection *conn);

/*
 * greylist.c: why a recipient has to wait (a word of REASON_WORDS, or none: it
 * was not asked, or nobody knows), and how long.
 */
enum word greylist_reason(const struct connection *conn, struct str rcpt,
    double *wait_s_out);

/*
 * reputation.c: what was decided of the message at its end is added to the
 * standing of those who sent it, mail of ours apart; and whether that is so.
 */
bool reputation_is_learnt(const struct engine_options *options);
enum event_learnt reputation_learn(struct connection *conn);

/* decide.c: answer the pending event if it can be answered now. */
void decide_begin(struct connection *conn, enum stage stage,
    session_done_fn *done, void *ctx);
void decide_step(struct connection *conn);

/* What its rules see at the stage at hand. */
struct policy_env decide_env(struct connection *conn,
    const struct fact_set *facts);

/* explain.c: what the rules of a stage see, before they are run, and
 * the rule that ended it; nothing is kept unless the engine explains. */
void explain_stage(struct connection *conn, enum stage stage,
    const struct policy_env *env);
void explain_end(struct connection *conn, const struct policy_rule *rule);
/* The last stage has to wait, and is run again. */
void explain_forget(struct connection *conn);
void explain_reset(struct connection *conn, enum scope from);

/* What the policy decided so far, whether it enforces or not. */
enum action decide_action(const struct connection *conn);

/* answer.c: what the MTA is told now for what was decided. */
struct session_reply answer_make(struct connection *conn);
/* The mail goes on and carries our stamp, which tells of every check. */
bool answer_is_stamped(const struct connection *conn,
    const struct session_reply *reply);
/* The pending event ends with it: edits, record and figures, then done(). */
void answer_give(struct connection *conn, struct session_reply *reply);

/* envelope.c: the tags of bounce addresses. */
void envelope_rcpt(struct connection *conn, struct recipient *rcpt);
/* The facts of the recipient that is decided now. */
void envelope_rcpt_facts(struct fact_set *facts, const struct recipient *rcpt,
    size_t number);
/* And what greylisting has to say of it, as far as it was asked. */
void envelope_greylist_facts(const struct connection *conn,
    struct fact_set *facts);
void envelope_changes(struct connection *conn, struct session_reply *reply);

/*
 * sign.c: plan at the end of the header; at the end of the message the answer
 * is put off to a thread that may take its time (the task answers), made, or
 * hurried.  sign_message() is false where mail that should be signed is not.
 */
void sign_eoh(struct connection *conn);
bool sign_puts_off(struct connection *conn);
void sign_hurry(struct connection *conn);
bool sign_message(struct connection *conn);
void sign_passed_over(struct connection *conn);
void sign_reset(struct connection *conn);

/*
 * leave.c: the changes to the header of a message that goes on; and for the
 * event what the stamp says, or would say of mail that was refused.
 */
void leave_edits(struct connection *conn, struct session_reply *reply);
void leave_keep_stamp(struct connection *conn);
/* The field's value for these results alone, on one line. */
struct str leave_stamp(const struct connection *conn,
    const struct results *results);

/*
 * shadow.c: what the shadow policy would have made of what has ended; NULL
 * where there is none.  And the line in the log, where it differs.
 */
const struct event_shadow *shadow_find(struct connection *conn,
    const struct event *event);
void shadow_log(const struct connection *conn, const struct event *event);

/*
 * failure.c: what the author's domain may be told of a message that has ended
 * (RFC 9991); action: what was done.  And the beginning of its body, for that.
 */
void failure_body(struct connection *conn, struct str piece);
void failure_note(struct connection *conn, enum action action);

/* record.c: write the event of what has ended; action: what was done. */
void record_write(struct connection *conn, const char *kind,
    enum action action);
void record_trouble(struct connection *conn, const char *text);
/* Of what is not to be told, also in the log; NULL: all is told. */
struct mask *record_mask(struct connection *conn);

/* count.c: what is added to the metrics.  Of an engine's rules, when it is
 * made and when it ends. */
void count_begin(struct engine *engine);
void count_end(struct engine *engine);
void count_fired(const struct connection *conn, size_t from);
void count_answer(const struct connection *conn, enum action action);
void count_check(const struct check_run *run);
void count_unfinished(const struct check_run *run);
/* For these CHECK_BITs and WAIT_BITs. */
void count_waited(unsigned bits, uint64_t us);
void count_event(const struct connection *conn, const struct event *event);

#endif
