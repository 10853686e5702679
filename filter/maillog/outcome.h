/*
 * outcome - one thing that is counted: a recipient, a message, an event, a line
 *
 * Each time that something is counted, what it is about is handed on, so that
 * a figure and the list of what it counts come from the same place.
 *
 * Hostile:	all texts.
 * Ownership:	valid during the call.
 */
#ifndef ASSAY_MAILLOG_OUTCOME_H
#define ASSAY_MAILLOG_OUTCOME_H

#include "maillog/accepted.h"
#include "maillog/message.h"
#include "maillog/reason.h"

/* What it is; a bit of outcome.is each. */
enum outcome_is {
	/* A message: */
	OUTCOME_ACCEPTED, OUTCOME_HELD, OUTCOME_DISCARDED,
	OUTCOME_REFUSED, OUTCOME_BY_MILTER,
	OUTCOME_NOTICE,				/* and enum maillog_notice */
	OUTCOME_NOTICE_LOST = OUTCOME_NOTICE + 3,
	OUTCOME_BOUNCE,				/* from elsewhere */
	OUTCOME_UNANSWERING,
	OUTCOME_WITHOUT_EVENT,
	/* An event of mail that was let in: */
	OUTCOME_EVENT,
	OUTCOME_UNSEEN,				/* no log knows it */
	/* A line of a log: */
	OUTCOME_UNKNOWN_LINE,			/* not understood */
	/* A recipient: */
	OUTCOME_PUT_OFF,			/* at least once */
	OUTCOME_OUTGOING, OUTCOME_OTHER,
	OUTCOME_IS_COUNT
};

#define OUTCOME_BIT(is)		(1u << (is))

enum outcome_level { OUTCOME_RCPT, OUTCOME_MESSAGE, OUTCOME_OF_EVENT,
		     OUTCOME_OF_LINE };

struct outcome {
	enum outcome_level	level;
	unsigned		is;
	/* It was handed on before, and what is new is that it answers
	 * nothing. */
	bool			late;
	const struct maillog_message *message;	/* NULL: an event, a line */
	const struct maillog_rcpt *rcpt;	/* RCPT; NULL: so many that
						 * were not tried yet */
	uint64_t		untried;
	struct str		domain;		/* RCPT: in lower case */
	const char		*trouble;	/* RCPT: see enum
						 * outcome_reason; or "" */
	const struct maillog_reason *reason;	/* of the trouble; or NULL */
	const struct accepted_mail *event;
	struct str		event_host;	/* empty: not said */
	struct str		line;		/* empty: too long */
};

typedef void outcome_fn(void *ctx, const struct outcome *outcome);

/* The try of a recipient that is told in time: sent, deferred, bounced or
 * expired, and when is known. */
bool outcome_is_in_time(const struct maillog_rcpt *rcpt);
/* How long it took, where it was sent and that is known. */
bool outcome_delay(const struct maillog_rcpt *rcpt, uint64_t *us_out);
/* "550"; empty: none. */
enum { OUTCOME_CODE_MAX = 16 };
struct str outcome_code(const struct maillog_reason *reason,
    char text_out[OUTCOME_CODE_MAX]);

#endif
