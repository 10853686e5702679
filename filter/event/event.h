/*
 * event - the one record of a message, and its writer
 *
 * An event is a view over the facts, results and rules of a message at its
 * end; event_json() makes it text.  The writer appends lines to a file on a
 * thread of its own: a slow or full disk never holds mail, it is counted and
 * logged.
 */
#ifndef ASSAY_EVENT_EVENT_H
#define ASSAY_EVENT_EVENT_H

#include "event/mask.h"
#include "event/override.h"
#include "facts/results.h"
#include "policy/answers.h"
#include "policy/rehearse.h"

struct event_rcpt {
	struct str	address;
	enum action	action;		/* CONTINUE: accepted */
	const struct policy_rule *rule;	/* that refused it, or NULL */
	enum word	tag;		/* bounce.tag of this one */
};

struct event_made {
	struct str	 domain, selector;
	const char	*algorithm;
};

struct event_check {
	const char	*name;
	bool		 finished;
	uint64_t	 took_us;	/* start to finish */
	uint64_t	 waited_us;	/* the MTA was kept waiting for it */
};

/* What the MTA was kept waiting for beside checks. */
enum event_wait {
	EVENT_WAIT_STORE, EVENT_WAIT_LISTS, EVENT_WAIT_SIGNING,
	EVENT_WAIT_COUNT
};

const char *event_wait_name(enum event_wait wait);	/* "store" */

/* What became of the wish to seal it (ARC). */
struct event_seal {
	unsigned	 instance;	/* 0: it was not sealed, and */
	struct str	 why_not;
	const char	*cv;		/* "pass"; NULL where not sealed */
};

/* What the reputation of the senders learnt from it. */
enum event_learnt {
	EVENT_LEARNT_NOTHING, EVENT_LEARNT_SPAM, EVENT_LEARNT_HAM
};

/* What differs where another policy would have decided. */
enum event_shadow_bit {
	EVENT_SHADOW_VERDICT = 1,	/* of the message */
	EVENT_SHADOW_RCPTS = 2,
	EVENT_SHADOW_SCORE = 4,
	EVENT_SHADOW_TAGS = 8
};

const char *event_shadow_name(enum event_shadow_bit bit);  /* "verdict" */

/* The policy that is evaluated, but not acted on (shadow_policy). */
struct event_shadow {
	const struct policy	*policy;
	struct str		 file;
	enum action		 decided;	/* CONTINUE: it went on past
						 * the stage that was reached */
	const struct policy_rule *rule;		/* that decided, or NULL */
	double			 score;
	unsigned		 differences;	/* of enum event_shadow_bit */
	const struct event_rcpt	*rcpts;		/* those that differ */
	size_t			 rcpt_count;
};

struct event {
	int64_t			 time_us;	/* Unix time of the end */
	uint64_t		 id;	/* 0: none */
	struct str		 host;	/* our name; empty: not said */
	const char		*kind;	/* "message", or the stage in which a
					 * verdict of ours ended it: "connect"
					 * "helo" "mail" "rcpt" */
	const struct fact_set	*facts;
	const struct results	*results;
	const struct policy	*policy;
	const struct policy_run	*run;		/* fired rules, shadow too */
	const struct policy_rule *rule;	/* that decided, or NULL */
	enum action		 action;	/* what was done */
	enum action		 decided;	/* by the policy: differs in
						 * monitor mode */
	struct override		 overrides[OVERRIDE_REASONS];
	size_t			 override_count;
	const struct event_shadow *shadow;	/* or NULL: there is none */
	const struct event_rcpt	*rcpts;		/* the first ones */
	size_t			 rcpt_listed;
	const struct answers	*answers;	/* of functions; several */
	size_t			 answers_count;
	const struct event_check *checks;
	size_t			 check_count;
	uint64_t		 waits_us[EVENT_WAIT_COUNT];
	struct str		 authserv_id;
	struct str		 authentication_results;  /* our field's value,
						   * unfolded; empty: none */
	bool			 report;	/* it is one: report_mail.h;
						 * only with results->dmarc */
	struct str		 tagged_from;	/* the sender it leaves with */
	const char		*untagged;	/* why without a tag, or NULL */
	const struct event_seal	*seal;		/* NULL: sealing is off */
	const struct event_made *signatures;
	size_t			 signature_count;
	struct str		 not_signed;	/* why mail of ours was not, or
						 * not by all; empty: nothing
						 * to say */
	enum event_learnt	 learnt;
	const char *const	*troubles;	/* "header over the limit" */
	size_t			 trouble_count;
	uint64_t		 took_us;	/* from MAIL to the end */
	struct mask		*mask;	/* of what is not to be told, in a
					 * line; NULL: all is told */
	/* What the rules saw, where the engine explains; not in the JSON. */
	const struct rehearsed_stage *stages;
	size_t			 stage_count;
};

/* One that no other event has, of this process or another: from a place that
 * was drawn by lot they are counted on. */
uint64_t event_new_id(void);

enum event_shape {
	EVENT_LINE,		/* one line of the event log */
	EVENT_TOOL		/* and the groups that assay verify prints */
};

/*
 * The JSON text: one line of ASCII, no newline; its keys are in
 * assay.events(5).  To be freed with free().
 *
 * No event is lost for its bytes: each octet that is not part of valid UTF-8,
 * and NUL, becomes U+FFFD, and a text is cut at LIMIT_EVENT_TEXT_OCTETS.
 */
char *event_json(const struct event *event, enum event_shape shape);

/*
 * The writer appends whole lines on a thread of its own; more than
 * LIMIT_EVENT_QUEUE lines or LIMIT_EVENT_QUEUE_OCTETS waiting are dropped.  A
 * write that fails is tried again each second, and a line that was written in
 * part is completed, or, in another file, written anew; a file that ends in
 * part of a line gets a newline first, so that lines stay lines.  Trouble is
 * logged at most once a minute.
 *
 * Threads:	any may put.  Make it after a fork, not before.
 */
struct event_writer;

/* NULL and errno where the file cannot be opened for appending.  A FIFO must
 * have a reader (ENXIO). */
struct event_writer *event_writer_new(const char *path);
/* Writes what is queued (waits at most wait_ms), then ends; what is left is
 * dropped, and the log says how much that was.  NULL is allowed. */
void event_writer_free(struct event_writer *writer, uint64_t wait_ms);

/* Takes over the line (malloc'ed, no newline in it).  Never blocks; false:
 * dropped. */
bool event_writer_put(struct event_writer *writer, char *line);
/* Open the path afresh (after log rotation); the old file stays in use where
 * that fails. */
void event_writer_reopen(struct event_writer *writer);

struct event_counts {
	uint64_t written, dropped;	/* lines */
	uint64_t errors;		/* writes and openings that failed */
	uint64_t waiting;		/* lines still to be written */
};
void event_writer_counts(struct event_writer *writer,
    struct event_counts *counts_out);

#endif
