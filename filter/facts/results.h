/*
 * results - what each authentication method found, in the terms of RFC 8601
 *
 * Facts answer a policy; results carry the detail behind them: one entry for
 * each thing that a method judged (each DKIM signature has its own), with the
 * properties that RFC 8601 section 2.7 names.  The Authentication-Results
 * field, the event and the tool's output print these; nobody parses them.
 * Beside them stand the DNS answers that decided (for events and reports).
 *
 * Ownership:	bytes are not copied and live in the scope's arena.
 */
#ifndef ASSAY_FACTS_RESULTS_H
#define ASSAY_FACTS_RESULTS_H

#include "base/vec.h"
#include "facts/facts.h"

enum method {			/* the order in which they are printed */
	METHOD_AUTH, METHOD_IPREV, METHOD_SPF, METHOD_DKIM, METHOD_ARC,
	METHOD_DMARC,
	METHOD_COUNT
};

/* A property: ptype "." name "=" value.  Names are our own literals. */
struct result_property {
	const char	*ptype, *name;		/* "header", "d" */
	struct str	 value;			/* hostile bytes */
};

struct result {
	enum method		method : 8;
	enum word		word : 8;
	enum stage		stage : 8;	/* whose scope it belongs to */
	struct str		reason;		/* empty: nothing to say */
	struct str		comment;	/* after the result: "p=none" */
	VEC(struct result_property) properties;
};

/* A DNS answer that took part in a decision. */
struct evidence {
	const char	*method;	/* "spf", "dkim", "dmarc", "iprev" */
	struct str	name;
	const char	*type, *status;	/* "TXT", "DATA" */
	struct str	data;		/* records, joined by ", "; cut */
	bool		secure;
	enum stage	stage : 8;
};

/* One term of an SPF record that was looked at, in order. */
struct spf_term_seen {
	const char	*method;	/* "spf_helo", "spf" */
	struct str	domain, term;	/* no term: the record as a whole */
	const char	*outcome;	/* "match", ...; NULL: not known */
	enum stage	stage : 8;
	unsigned	depth : 24;	/* in the tree of includes */
	unsigned	lookups;	/* so far */
};

/* The DMARC policy record that applied, for reports to its owner. */
struct dmarc_seen {
	struct str		 record;	/* its text; empty: none did */
	VEC(struct str)		 notes;		/* what is wrong with DNS on
						 * the way to it */
};

struct results {
	struct arena		*arena;		/* for the arrays */
	VEC(struct result)	 list;
	VEC(struct evidence)	 evidence;
	VEC(struct spf_term_seen) spf_terms;
	struct dmarc_seen	 dmarc;		/* of the message */
};

const char *method_name(enum method method);	/* "spf" */

/* The first property of this name ("header", "d"), or STR_NONE. */
struct str result_property(const struct result *result, const char *ptype,
    const char *name);

/* Empty values are left out. */
void result_add_property(struct arena *arena, struct result *result,
    const char *ptype, const char *name, struct str value);

#endif
