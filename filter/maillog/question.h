/*
 * question - which outcomes are listed
 *
 * The questions are those of the figures: what a figure counts is what the
 * question beside it finds.  They are of recipients, unless one of the words
 * is of messages, or of events.
 *
 * Ownership:	texts are slices of what was read.
 * Hostile:	the outcomes; a question is the admin's.
 */
#ifndef ASSAY_MAILLOG_QUESTION_H
#define ASSAY_MAILLOG_QUESTION_H

#include "maillog/outcome.h"
#include "maillog/outcomes.h"

enum outcome_ask {
	OUTCOME_ASK_IS,		/* "held": a word, see outcome_words() */
	OUTCOME_ASK_STATUS,	/* "bounced" */
	OUTCOME_ASK_DOMAIN,	/* of a recipient; "(local)": none */
	OUTCOME_ASK_REASON,	/* as the table of reasons has it */
	OUTCOME_ASK_CODE,	/* "550"; "none" */
	OUTCOME_ASK_ENHANCED,	/* "5.1.1"; "none" */
	OUTCOME_ASK_TOOK,	/* [outgoing:|other:|STAGE:]SPAN or more */
	OUTCOME_ASK_FROM, OUTCOME_ASK_TO, /* an address, or as pattern.h */
	OUTCOME_ASK_COUNT
};

struct outcome_question {
	bool		has[OUTCOME_ASK_COUNT];
	struct str	texts[OUTCOME_ASK_COUNT];
	unsigned	is;			/* all these bits */
	enum maillog_result status;
	unsigned	took_is;		/* these bits, too */
	int		took_stage;		/* -1: all of it */
	uint64_t	took_us;
	int64_t		tried_since_us, tried_until_us;	/* 0: no end */
};

/* False: the text is no such question. */
bool outcome_question_add(struct outcome_question *question,
    enum outcome_ask ask, struct str text);
/* NULL, or what does not go together. */
const char *outcome_question_wrong(const struct outcome_question *question);

bool outcome_question_holds(const struct outcome_question *question,
    const struct outcome *outcome);

/* "held"; of one bit. */
const char *outcome_word(enum outcome_is is);
/* What a stage is asked by: "before-queue". */
const char *outcome_stage(size_t stage);

#endif
