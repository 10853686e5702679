/*
 * ask - what assay log can ask of an event beyond its row and its facts
 *
 * The questions are those of a report: what a figure counts is counted by the
 * same code that answers the question, so that the command beside the figure
 * lists the very messages.  Each question is an option of assay log.
 *
 * Ownership:	texts of a question are slices of what was read.
 * Threads:	asks_hold() runs on any.
 */
#ifndef ASSAY_SUMMARY_ASK_H
#define ASSAY_SUMMARY_ASK_H

#include "summary/summary.h"

enum ask_kind {
	ASK_IS,			/* "spam": a word of ask_words[] */
	ASK_WEEKDAY,		/* "mon", "mon:9": in this hour; in UTC */
	ASK_KNOWN,		/* "spf": it was found out, or could not be */
	ASK_SIGNAL,		/* "spf=fail", as the section spam names it */
	ASK_PROOF,		/* "dkim:mailer.example", as candidates do */
	ASK_RATE,		/* KEY[,SECONDS] */
	ASK_TAG,		/* "forged": of a recipient of a bounce */
	ASK_TOOK,		/* [CHECK:]SPAN or more */
	ASK_WAITED,		/* the same, of what the MTA waited */
	ASK_DNS_ZONE,		/* a zone with trouble */
	ASK_LIST,		/* [FUNCTION:]ZONE that answered or failed */
	ASK_LIST_ERROR,		/* [FUNCTION:]ZONE[:REASON] */
	ASK_SHADOW,		/* [message:|recipient:]FROM:TO[,RULE[,RULE]] */
	ASK_SIGNED,		/* DOMAIN[,SELECTOR[,ALGORITHM]] */
	ASK_NOT_SIGNED,		/* REASON */
	ASK_NOT_SEALED, ASK_NOT_TAGGED,
	ASK_TROUBLE,		/* "header over the limit" */
	ASK_COUNT
};

enum { ASK_PARTS = 5, ASKS_MAX = 8 };

struct ask {
	enum ask_kind	kind;
	size_t		count;		/* of parts that were said */
	struct str	parts[ASK_PARTS];
	uint64_t	number;		/* a word, a fact, a day; seconds; us */
	int64_t		more;		/* the hour of a weekday */
};

struct asks {
	struct ask	at[ASKS_MAX];	/* all of them have to be true */
	size_t		count;
};

/* False: the text is no such question, or one too many. */
bool asks_add(struct asks *asks, enum ask_kind kind, struct str text);

/* What has to be read of an event: parts and facts ([FACT_COUNT]) have it
 * added. */
void asks_need(const struct asks *asks, unsigned *parts, bool *facts);
/* The options' own and spam_score matter. */
bool asks_need_settings(const struct asks *asks);

/* The arena is for what is made meanwhile. */
bool asks_hold(const struct asks *asks, const struct event_record *record,
    const struct summary_options *options, struct arena *arena);

#endif
