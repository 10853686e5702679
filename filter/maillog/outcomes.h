/*
 * outcomes - what became of mail: the figures, of messages one by one
 *
 * Counted are recipients of messages that were accepted: a message to three
 * has three outcomes.  A message that passes through a filter on its host is
 * one, however many queue ids it has there.  Bounces that our MTA writes are
 * counted by themselves.
 *
 * With events (accepted.h) only messages that have one are counted, and the
 * others are told as such; outgoing mail is mail of ours that leaves by SMTP.
 * Without, outgoing is what leaves by SMTP.
 *
 * A bounce answers nothing where its tag says so (bounce_tags), and else, as
 * far as the logs can tell, where its recipient wrote nothing in them.
 *
 * Bounded:	names by tally.h; senders and bounces by limits.h.
 * Hostile:	all texts.
 * Threads:	one at a time.
 */
#ifndef ASSAY_MAILLOG_OUTCOMES_H
#define ASSAY_MAILLOG_OUTCOMES_H

#include "base/spread.h"
#include "base/tally.h"
#include "maillog/outcome.h"

/* Counts of a destination; its name is the domain. */
enum outcome_domain {
	OUTCOME_DOMAIN_RCPTS, OUTCOME_DOMAIN_SENT,
	OUTCOME_DOMAIN_PUT_OFF,		/* at least once */
	OUTCOME_DOMAIN_WAITING,		/* and nothing after that */
	OUTCOME_DOMAIN_BOUNCED, OUTCOME_DOMAIN_EXPIRED,
	OUTCOME_DOMAIN_CLASSES,		/* of delays, see below */
	OUTCOME_CLASSES = 48,
	OUTCOME_DOMAIN_WIDTH = OUTCOME_DOMAIN_CLASSES + OUTCOME_CLASSES
};

/* Parts of the name of a reason (tally_part()); its note is an example: the
 * queue id, a blank and the domain. */
enum outcome_reason {
	OUTCOME_REASON_RESULT,		/* "bounced", "expired", "deferred";
					 * "put off": and sent later */
	OUTCOME_REASON_CODE,		/* "550", or empty */
	OUTCOME_REASON_ENHANCED,	/* "5.1.1", or empty */
	OUTCOME_REASON_TEXT,
	OUTCOME_REASON_PARTS
};

enum outcome_way { OUTCOME_ALL, OUTCOME_OUT, OUTCOME_IN, OUTCOME_WAYS };
enum { OUTCOME_STAGES = 4 };		/* of Postfix's delays= */

struct outcome_counts {
	uint64_t	messages;	/* that were accepted */
	uint64_t	rcpts[MAILLOG_RESULT_COUNT];
	uint64_t	untried_messages; /* with recipients of result NONE */
	uint64_t	rcpts_left_out;
	uint64_t	put_off;	/* recipients, at least once */
	uint64_t	put_off_then[MAILLOG_RESULT_COUNT];
	uint64_t	tries_put_off;
	uint64_t	held;		/* and not released */
	uint64_t	refused, refused_by_milter;	/* at their end */
	uint64_t	discarded;
	uint64_t	not_ours;	/* without an event, and not counted */
	/* Bounces that our MTA wrote, by enum maillog_notice, and those of
	 * them that nobody took. */
	uint64_t	notices[3], notices_lost;
	/* Bounces that came from elsewhere. */
	uint64_t	bounces, bounces_unanswering;
	uint64_t	bounces_left_out;	/* not known what they answer */
};

struct outcomes {
	struct outcome_counts	counts;
	struct spread		delays[OUTCOME_WAYS];	/* of what was sent */
	struct spread		stages[OUTCOME_STAGES];
	struct tally		domains;	/* of outgoing mail */
	struct tally		reasons;
	struct tally		unasked;	/* recipients of bounces that
						 * answer nothing */
	struct accepted		*accepted;	/* or NULL */
	int64_t			since_us, until_us;	/* of messages; 0 */
	/* Called for all that is counted; or NULL. */
	outcome_fn		*counted;
	void			*ctx;
	/* Also of what is known at the end: bounces that answer nothing,
	 * events.  They are kept until then. */
	bool			 lists;
	struct arena		*arena;
	struct outcome_senders	*senders;
	struct outcome_bounce	*waiting;	/* what they answer is known
						 * at the end */
	size_t			 waiting_count;
};

/* accepted: of which outcomes_take() marks what it has seen; or NULL. */
void outcomes_init(struct outcomes *outcomes, struct accepted *accepted,
    int64_t since_us, int64_t until_us);
void outcomes_take(struct outcomes *outcomes,
    const struct maillog_message *message);
/* To counted. */
void outcomes_hand_on(const struct outcomes *outcomes,
    const struct outcome *outcome);
/* All has been seen. */
void outcomes_end(struct outcomes *outcomes);
void outcomes_fini(struct outcomes *outcomes);

/* Of a destination: the span that percent (1..100) of what was sent did not
 * exceed, at most by half too high. */
uint64_t outcomes_domain_delay(const struct tally_row *domain,
    unsigned percent);

#endif
