/*
 * policy - what the admin wants done, by design of the policy language
 *
 * A policy is loaded and bound as a whole, or not at all; a bound policy is
 * immutable and shared by all threads.  Evaluation reads facts, nothing else:
 * it is a pure function, so that it can be run again whenever a fact has
 * arrived, replayed from an event, and explained.  assay.policy(5) is the
 * language.
 *
 * Three truth values and one more: true, false, unknown (a fact could not be
 * had), and pending (a fact is still on its way).  A rule fires only on true.
 * Evaluation asks to wait only where a pending fact can still turn a rule.
 */
#ifndef ASSAY_POLICY_POLICY_H
#define ASSAY_POLICY_POLICY_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/vec.h"
#include "facts/facts.h"

enum action {
	ACTION_CONTINUE,	/* no rule ended the stage */
	ACTION_ACCEPT,		/* no more rules, this and later stages */
	ACTION_BYPASS,		/* leave the session alone, no stamp */
	ACTION_REJECT, ACTION_TEMPFAIL,
	ACTION_DISCARD,
	ACTION_QUARANTINE,	/* the MTA's hold queue */
	/* These go on: */
	ACTION_SCORE, ACTION_TAG, ACTION_NOTE,
	ACTION_COUNT
};

const char *action_name(enum action action);	/* "reject" */

struct policy;

/* Mistakes go to diag; NULL if any is an error.  One reference. */
struct policy *policy_load(const char *path, struct diag *diag);
/* The same from memory; include and list files are relative to path. */
struct policy *policy_load_text(const char *path, struct str text,
    struct diag *diag);
struct policy *policy_ref(struct policy *policy);
void policy_unref(struct policy *policy);		/* NULL is allowed */

const char *policy_name(const struct policy *policy);
bool policy_enforces(const struct policy *policy);	/* mode enforce */
/* Another one when its text, or that of a file that it includes, has changed;
 * lists in files do not count.  It finds mistakes, not malice. */
uint64_t policy_checksum(const struct policy *policy);

/*
 * The stage has a rule (not a shadow one) that the MTA must be told of there,
 * so it waits for our answer.  An accept changes nothing for it, and it holds
 * a message at the message's end, whenever quarantine was said.  In monitor
 * mode never; at rcpt for any rule.
 */
bool policy_can_act(const struct policy *policy, enum stage stage);
/* Any rule at this stage or a define/list that reads this fact. */
bool policy_reads(const struct policy *policy, enum fact_id id);

/* A DNS list that it asks, by the number of a call. */
struct policy_list {
	struct str	 zone;
	bool		 addresses, domains;	/* what it is asked for; a list
						 * of texts may hold both */
	enum stage	 stage;		/* from which that is known */
};
/* False: the call is another function's, or there is none of this number. */
bool policy_list_at(const struct policy *policy, size_t number,
    struct policy_list *list_out);
/* A reply or tag tells what a list says of what it lists: %{dnsbl.text}. */
bool policy_reads_list_texts(const struct policy *policy);

/* The functions that it calls, such as "header", by number from 0; NULL past
 * the last call. */
const char *policy_call_name(const struct policy *policy, size_t number);

/* Rules are numbered from 0, by stage and then in the order of the text. */
size_t policy_rule_count(const struct policy *policy);

struct policy_rule_place {
	const char	*file;
	unsigned	 line;
	enum stage	 stage;
	enum action	 action;
	bool		 shadow;
};
struct policy_rule_place policy_rule_place(const struct policy *policy,
    size_t number);

enum policy_tag {
	TAG_REPLACE,		/* all fields of the name, or added */
	TAG_ADD, TAG_REMOVE
};

/* What a fired rule says. */
struct policy_rule {
	size_t		 number;
	enum action	 action;
	bool		 shadow;
	unsigned	 asks;		/* functions that its condition may ask:
					 * a bit each row of function_table */
	const char	*file;		/* as written in the policy's path */
	unsigned	 line;
	enum stage	 stage;
	/* reject, tempfail: defaults filled in */
	unsigned	 code;		/* 550 */
	struct str	 enhanced;	/* "5.7.1" */
	struct str	 text;		/* expanded, one line, safe for SMTP;
					 * quarantine, note, score: theirs */
	double		 score;
	struct str	 symbol;	/* score: its name, or empty */
	enum policy_tag	 tag;
	struct str	 tag_name;	/* header name; "subject" prefixes it */
	struct str	 tag_value;	/* expanded; may hold UTF-8 */
};

/* What a stage came to.  Zeroed before the connection's first stage. */
struct policy_run {
	bool			 ended;	 /* accept or bypass: no more stages */
	double			 score;
	VEC(struct str)		 symbols; /* of the scores, each once */
	VEC(struct policy_rule)	 fired;	 /* in order, shadow rules too */
};

/* A fact that the rules make (fact_is_running) as it stands now. */
struct fact policy_running(struct arena *arena, const struct policy_run *run,
    enum fact_id id);

enum policy_status { POLICY_DECIDED, POLICY_WAIT };

enum policy_truth { POLICY_FALSE, POLICY_TRUE, POLICY_UNKNOWN, POLICY_PENDING };

const char *policy_truth_name(enum policy_truth truth);

/* A rule that was considered, and why it did or did not fire. */
struct policy_step {
	struct policy_rule_place	 rule;
	enum policy_truth		 truth;	/* of its condition */
	size_t				 read_count;
	const struct policy_read {
		const char		*fact;	/* "spf"; of a function
						 * "rate(client.ip, 1h)" */
		struct str		 value;	/* hostile; "pass", "none",
						 * "unknown", "pending";
						 * "not asked" */
	}				*reads;	/* facts and functions of its
						 * condition, those of defines
						 * too */
};

struct policy_trace {
	VEC(struct policy_step)	 steps;		/* zeroed is empty */
};

/* A function of the language that is asked (function.h). */
struct policy_call {
	const char		*function;	/* "owns"; "dnsbl.text" for what
						 * a reply says of a list */
	struct str		 text;		/* "owns(auth.user, from)" */
	size_t			 number;	/* of the call as it is written;
						 * of this policy alone */
	const struct fact	*args;		/* all of them are set */
	const enum fact_type	*types;		/* of the arguments */
	const struct str	*names;		/* the arguments as written */
	size_t			 count;
	const struct ipnet	*nets;		/* dnsbl, dnswl: the values that
						 * count; none: all */
	size_t			 net_count;
	bool			 peek;		/* what is known by now; nothing
						 * is to be asked for it */
	const struct fact_set	*facts;		/* that the rules see */
};

/* What evaluation sees beside the facts. */
struct policy_env {
	const struct fact_set	*facts;
	/* The first field of this name, unfolded, as text; false: no field.
	 * NULL where there is no header: call() is asked. */
	bool			(*header)(void *ctx, struct str name,
				    struct str *value_out);
	/* What functions say that this room cannot answer itself; fact is
	 * zeroed (FACT_PENDING), see function.h.  NULL: they are unknown. */
	void			(*call)(void *ctx,
				    const struct policy_call *call,
				    struct fact *result);
	void			*ctx;
	struct arena		*arena;	/* of the message, or the connection */
};

/*
 * Run the rules of one stage.  POLICY_WAIT: run and *rule_out are as before;
 * try again after *pending_out has arrived (FACT_COUNT: what a function
 * answers, which the caller's hook knows of).  What the rules after it ask of
 * functions is asked already.  POLICY_DECIDED: what fired was
 * added to run, and *rule_out is the rule that ended the stage, or NULL.
 * A monitor policy decides the same; policy_enforces() tells the caller.
 */
enum policy_status policy_eval(const struct policy *policy, enum stage stage,
    const struct policy_env *env, struct policy_run *run,
    const struct policy_rule **rule_out, enum fact_id *pending_out);

/*
 * What rules that ended stages come to, one after the other: *decided_by is
 * the one that counts, NULL at first.  What is held goes on to the later
 * stages, which may still refuse it; an accept there does not release it.
 * rule NULL: the stage said nothing.  *ends: no more stages.
 */
void policy_decide(const struct policy_rule *rule,
    const struct policy_rule **decided_by, bool *ends);

/*
 * policy_eval() on a copy of run, and what each rule that was considered saw is
 * added to trace, in env's arena.  It ends with the rule that ended the stage
 * or that has to wait.
 */
void policy_explain(const struct policy *policy, enum stage stage,
    const struct policy_env *env, const struct policy_run *run,
    struct policy_trace *trace);

/*
 * Ask the DNS lists that rules of these stages (bits 1u << stage) can still
 * turn on, as far as is known now: env's call() is called for each whose
 * arguments are known, and what it leaves in result does not matter.  What
 * stands behind a rule that surely ends the session is not asked.  env's arena
 * may be reset afterwards.
 */
void policy_ahead(const struct policy *policy, unsigned stages,
    const struct policy_env *env);

#endif
