/*
 * answers - what DNS has said during one evaluation
 *
 * An evaluation is a function of this store.  Where an answer is missing, it
 * is asked for, the evaluation is left, and arrived() runs when it is there;
 * so nothing waits.  An answer is fetched once, however often it is read.
 *
 * Names:	lower case, without a final dot.
 * Limits:	LIMIT_SPF_ANSWERS; past it nothing more is asked for and every
 *		new question is answered DNS_SERVFAIL.
 * Threads:	the strand given.
 */
#ifndef ASSAY_SPF_ANSWERS_H
#define ASSAY_SPF_ANSWERS_H

#include "base/arena.h"
#include "dns/resolver.h"
#include "spf/record.h"

/* An answer's SPF record, read once. */
struct answer_record {
	bool			read, good, asked_ahead;
	size_t			found;		/* of the answer's strings */
	struct spf_record	record;
	struct str		text, why;
};

struct spf_answer {
	struct spf_answer	*next;
	struct answers		*owner;
	struct dns_lookup	*lookup;	/* NULL: it is here */
	struct str		 name;
	enum dns_type		 type;
	const struct dns_answer	*dns;		/* once it is here */
	bool			 awaited;
	unsigned		 used;		/* in which run, from 1 */
	struct answer_record	 spf;
};

struct answers {
	struct arena		*arena;
	struct resolver		*dns;
	struct strand		*strand;
	uint64_t		 deadline_ms;
	void			(*arrived)(struct answers *answers);
	struct spf_answer	*first, **last;
	size_t			 count;
	unsigned		 run;
};

void answers_init(struct answers *answers, struct arena *arena,
    struct resolver *dns, struct strand *strand, uint64_t deadline_ms,
    void (*arrived)(struct answers *answers));

/* arrived() will not run any more. */
void answers_stop(struct answers *answers);

/* NULL: it was asked for, and arrived() follows. */
struct spf_answer *answers_get(struct answers *answers, struct str name,
    enum dns_type type);

/* Ask, without waiting for it: no arrived() for this one. */
void answers_ahead(struct answers *answers, struct str name,
    enum dns_type type);

#endif
