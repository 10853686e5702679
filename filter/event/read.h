/*
 * read - a line of the event log, as what it was made from
 *
 * The inverse of event_json(): facts become typed facts again, so that a
 * policy can be evaluated over them.  A fact that the line lacks is pending in
 * the fact set; so is one whose value does not fit its type any more.
 *
 * Only what is asked for is decoded, for reading is most of what a replay
 * costs.  What stands behind the last part that is asked for is not looked at
 * where the keys come in the order in which event_json() writes them; but a
 * line must end as one does.
 *
 * Ownership:	texts point into the line or lie in the arena.
 * Threads:	any; nothing is shared.
 */
#ifndef ASSAY_EVENT_READ_H
#define ASSAY_EVENT_READ_H

#include "base/vec.h"
#include "event/mask.h"
#include "facts/facts.h"
#include "policy/answers.h"

enum event_part {
	EVENT_PART_RULES = 1,		/* record.rules */
	EVENT_PART_DETAIL = 2,		/* signatures, dns, spf, troubles,
					 * authentication_results */
	EVENT_PART_SHADOW = 4,		/* shadow, shadow_rcpts */
	EVENT_PART_CALLS = 8,		/* calls */
	EVENT_PART_DMARC = 16,		/* what a report to the owner of the
					 * policy tells: dmarc, signatures */
	EVENT_PART_FIGURES = 32		/* figures, and of the parts above dns,
					 * signatures, troubles */
};

struct event_want {
	unsigned	 parts;		/* of enum event_part */
	const bool	*facts;		/* [FACT_COUNT], or NULL: all; queue.id
					 * has its own key */
	int64_t		 since_us;	/* events before it are left out */
	int64_t		 until_us;	/* from it on too; 0: no end */
	struct str	 queue_id;	/* others are left out; empty: none
					 * is */
};

enum event_read_status {
	EVENT_READ_OK,
	EVENT_READ_OUTSIDE,		/* of since, until and queue_id */
	EVENT_READ_VERSION,		/* of a format that we do not know */
	EVENT_READ_BROKEN		/* no event */
};

/* Where a rule stands; an empty file: no rule. */
struct event_place {
	struct str	file;
	unsigned	line;
};

struct event_verdict {
	enum action	action;		/* never ACTION_CONTINUE */
	unsigned	code;		/* 0: none */
	struct str	enhanced, text;
	struct event_place place;
};

struct event_rcpt_record {
	struct str	address;
	struct event_verdict verdict;
	enum word	tag;		/* bounce.tag; none: not said */
};

struct event_rule_record {
	enum action	action;		/* ACTION_CONTINUE: not known here */
	bool		shadow;
	unsigned	asks;		/* functions: a bit each row of
					 * function_table */
	struct str	stage, text;
	struct event_place place;
};

struct event_signature {
	struct str	result, domain, selector, algorithm, reason;
};

struct event_dns {
	struct str	method, name, type, status, data;
	bool		secure;
};

/* One term of an SPF record that was looked at. */
struct event_spf_term {
	struct str	method;		/* "spf_helo", "spf" */
	unsigned	depth;
	struct str	domain, term, outcome;
	unsigned	lookups;
};

struct event_reason {
	struct str	type, comment;
};

/* Of the policy that applied (EVENT_PART_DMARC). */
struct event_dmarc {
	struct str	record;		/* empty: none, or an old event */
	VEC(struct str)	notes;
	VEC(struct event_reason) reasons;	/* dmarc_override */
	bool		report;		/* the message is one itself */
};

/* What the policy beside the running one said (EVENT_PART_SHADOW). */
struct event_shadow_record {
	bool		 is_there;
	struct str	 file;
	struct event_verdict decided;
	bool		 differs;
};

struct event_check_record {
	struct str	name;		/* of a wait: "store" */
	bool		finished;
	uint64_t	took_us, waited_us;
};

/* One of our own signatures. */
struct event_made_record {
	struct str	domain, selector, algorithm;
};

/* How long it took, and what became of our own signatures. */
struct event_figures {
	uint64_t	took_us;
	VEC(struct event_check_record) checks, waits;
	VEC(struct event_made_record) made;
	struct str	not_signed;	/* empty: nothing to say */
	struct str	seal_cv;	/* empty: not sealed */
	struct str	not_sealed, not_tagged;	/* why */
};

struct event_record {
	struct str	 line;		/* as it was given */
	int64_t		 time_us;
	struct str	 time;
	struct str	 id, host;	/* empty: not said */
	enum stage	 last;		/* the stage in which it ended */
	struct str	 queue_id;
	struct event_verdict verdict;	/* what was done */
	struct event_verdict decided;	/* by the policy; often the same */
	struct str	 policy, checksum;	/* its name; empty: not said */
	bool		 monitor;
	unsigned	 privacy;	/* what is hidden: privacy_bit */
	struct event_shadow_record shadow;
	struct event_dmarc dmarc;
	struct fact_set	 facts;
	VEC(struct event_rcpt_record)	rcpts;
	VEC(struct event_rcpt_record)	shadow_rcpts;	/* that differ */
	VEC(struct event_rule_record)	rules;
	struct answers	 calls;		/* of functions of the policy */
	VEC(struct event_signature)	signatures;
	VEC(struct event_dns)		dns;
	VEC(struct event_spf_term)	spf;
	VEC(struct str)			troubles;
	struct str	 authentication_results;
	struct event_figures figures;
};

/* Unless it is EVENT_READ_OK the record has nothing that can be used. */
enum event_read_status event_read(struct str line,
    const struct event_want *want, struct arena *arena,
    struct event_record *record_out);

#endif
